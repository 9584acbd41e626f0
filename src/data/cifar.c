/* cifar.c: the binary files of CIFAR-10 and CIFAR-100: records of one or two labels, and the pixels
 * of a picture of 32 x 32, plane by plane. */
#include "data/data_formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/try.h"
#include "data/class_names.h"
#include "data/data_files.h"
#include "data/unpack.h"

enum { SIDE = 32, PIXELS = 3 * SIDE * SIDE, COARSE = 20, FILES_MAX = 1000 };

/* How the two sets differ. */
struct cifar {
    const char *names; /* the file of the names */
    size_t classes, labels;
};

static const struct cifar cifar10 = {"batches.meta.txt", 10, 1};
static const struct cifar cifar100 = {"fine_label_names.txt", 100, 2};

static bool has_file(const char *folder, const char *name) {
    char path[OS_PATH];
    return data_is_file(folder, name, path);
}

/* Returns N if ${name} is "data_batch_N.bin", or 0. */
static unsigned batch_number(const char *name) {
    unsigned number = 0;
    char expected[32];
    if (sscanf(name, "data_batch_%3u", &number) != 1) {
        return 0;
    }
    snprintf(expected, sizeof expected, "data_batch_%u.bin", number);
    return strcmp(name, expected) == 0 ? number : 0;
}

/* Stores which batches ${folder} has in ${has}. Returns the largest number, or 0. */
static unsigned find_batches(const char *folder, bool has[FILES_MAX]) {
    struct weft_error ignored = {0};
    char **names;
    size_t count;
    unsigned last = 0;
    memset(has, 0, FILES_MAX * sizeof *has);
    os_folder_list(folder, &names, &count, &ignored);
    for (size_t i = 0; i < count && names != NULL; i++) {
        const unsigned number = batch_number(names[i]);
        has[number] = true;
        last = number > last ? number : last;
    }
    free(names);
    return last;
}

/* Reads record ${index} of a file into ${list}. Stores false in ${more} at the end of the file. */
static enum weft_status read_record(const struct cifar *set, struct unpack *reader,
                                    const char *path, size_t index, struct image_list *list,
                                    bool *more, struct weft_error *error) {
    uint8_t record[2 + PIXELS], *pixels;
    const size_t size = set->labels + PIXELS;
    size_t got;
    TRY(unpack_read(reader, record, size, &got, error));
    *more = got > 0;
    if (got == 0) {
        return WEFT_OK;
    }
    if (index == 0 && record[0] >= (set->labels == 2 ? COARSE : set->classes)) { /* no label */
        TRY(file_kind_check(path, record, got, FILE_CIFAR, unpack_is_packed(reader), error));
    }
    if (got < size) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: its size is no multiple of %zu bytes, those of a picture", path,
                         size);
    }
    if (set->labels == 2 && record[0] >= COARSE) {
        return error_set(error, WEFT_BAD_FILE, "%s: coarse label %zu is %d, expected 0 to %d", path,
                         index, record[0], COARSE - 1);
    }
    TRY(data_check_label(path, index, record[set->labels - 1], set->classes, error));
    TRY(image_list_add(list, record[set->labels - 1], path, &pixels, error));
    memcpy(pixels, record + set->labels, PIXELS);
    return WEFT_OK;
}

static enum weft_status read_file(const struct cifar *set, const char *path,
                                  struct image_list *list, struct weft_error *error) {
    const size_t before = list->images.count;
    struct unpack *reader;
    enum weft_status status;
    bool more = true;
    TRY(unpack_open(path, &reader, error));
    while (more) {
        TRY_OR(done,
               read_record(set, reader, path, list->images.count - before, list, &more, error));
    }
    if (list->images.count == before) {
        status = error_set(error, WEFT_BAD_FILE, "%s: it has no pictures", path);
    }
done:
    unpack_close(reader);
    return status;
}

/* Reads the training batches of CIFAR-10 in the order of their numbers. */
static enum weft_status read_batches(const struct cifar *set, const char *folder,
                                     struct image_list *list, struct weft_error *error) {
    bool has[FILES_MAX];
    const unsigned last = find_batches(folder, has);
    for (unsigned i = 1; i <= last || i == 1; i++) {
        char name[32], path[OS_PATH + 32];
        snprintf(name, sizeof name, "data_batch_%u.bin", i);
        snprintf(path, sizeof path, "%s/%s", folder, name);
        if (!has[i]) {
            return last == 0
                       ? error_set(error, WEFT_BAD_FILE, "no data: there is no %s", path)
                       : error_set(error, WEFT_BAD_FILE,
                                   "no data: there is no %s, but data_batch_%u.bin", path, last);
        }
        TRY(read_file(set, path, list, error));
    }
    return WEFT_OK;
}

static enum weft_status read_set(const struct cifar *set, const char *folder, const char *name,
                                 struct weft_images *images, struct idx_file files[2],
                                 struct weft_error *error) {
    struct image_list list = {.images = {.channels = 3, .height = SIDE, .width = SIDE}};
    enum weft_status status;
    char path[OS_PATH];
    if (name == NULL) {
        status = read_batches(set, folder, &list, error);
    } else if (data_is_file(folder, name, path)) {
        status = read_file(set, path, &list, error);
    } else {
        status = error_set(error, WEFT_BAD_FILE, "no data: there is no %s/%s", folder, name);
    }
    image_list_take(&list, images);
    for (int i = 0; i < 2; i++) {
        snprintf(files[i].path, sizeof files[i].path, "%s%s%s", folder, name != NULL ? "/" : "",
                 name != NULL ? name : "");
    }
    return status;
}

static enum weft_status name_classes(const struct cifar *set, const char *folder,
                                     struct data_classes *classes, struct weft_error *error) {
    char path[OS_PATH];
    TRY(data_classes_count(classes, set->classes, folder, error));
    if (classes->names != NULL || !data_is_file(folder, set->names, path)) {
        return WEFT_OK;
    }
    classes->named = set->classes;
    return class_names_read(path, &classes->named, &classes->names, error);
}

static bool has_10(const char *folder, enum weft_split split) {
    bool has[FILES_MAX];
    return split == WEFT_SPLIT_TRAIN ? find_batches(folder, has) > 0
                                     : has_file(folder, "test_batch.bin");
}

static enum weft_status name_10(const char *folder, struct data_classes *classes,
                                struct weft_error *error) {
    return name_classes(&cifar10, folder, classes, error);
}

static enum weft_status read_10(const char *folder, enum weft_split split,
                                struct data_classes *classes, struct weft_images *images,
                                struct idx_file files[2], struct weft_error *error) {
    (void)classes;
    return read_set(&cifar10, folder, split == WEFT_SPLIT_TRAIN ? NULL : "test_batch.bin", images,
                    files, error);
}

static bool has_100(const char *folder, enum weft_split split) {
    return has_file(folder, split == WEFT_SPLIT_TRAIN ? "train.bin" : "test.bin");
}

static enum weft_status name_100(const char *folder, struct data_classes *classes,
                                 struct weft_error *error) {
    return name_classes(&cifar100, folder, classes, error);
}

static enum weft_status read_100(const char *folder, enum weft_split split,
                                 struct data_classes *classes, struct weft_images *images,
                                 struct idx_file files[2], struct weft_error *error) {
    (void)classes;
    return read_set(&cifar100, folder, split == WEFT_SPLIT_TRAIN ? "train.bin" : "test.bin", images,
                    files, error);
}

const struct data_format data_cifar10 = {.name = "CIFAR-10",
                                         .files = "data_batch_1.bin",
                                         .has = has_10,
                                         .name_classes = name_10,
                                         .read = read_10};

const struct data_format data_cifar100 = {.name = "CIFAR-100",
                                          .files = "train.bin",
                                          .has = has_100,
                                          .name_classes = name_100,
                                          .read = read_100};

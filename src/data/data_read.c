/* data_read.c: reads data folders of any format. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "data/class_names.h"
#include "data/data_files.h"
#include "data/data_formats.h"
#include "data/known_data.h"

static const struct data_format *const formats[] = {&data_idx, &data_png, &data_cifar10,
                                                    &data_cifar100};

enum { FORMATS = sizeof formats / sizeof formats[0] };

static bool has_any(const struct data_format *format, const char *folder) {
    return format->has(folder, WEFT_SPLIT_TRAIN) || format->has(folder, WEFT_SPLIT_TEST);
}

/* Returns whether ${folder}, or a folder above it, may not be entered. It could have files of each
 * format: reading images of one reports the reason. */
static bool is_closed(const char *folder) {
    char inside[OS_PATH + 2];
    snprintf(inside, sizeof inside, "%s/.", folder);
    return os_is_closed(inside);
}

enum weft_status data_format_find(const char *folder, const struct data_format **format,
                                  struct weft_error *error) {
    const struct data_format *found = NULL;
    *format = NULL;
    if (is_closed(folder)) {
        *format = &data_idx;
        return WEFT_OK;
    }
    for (size_t i = 0; i < FORMATS; i++) {
        if (!has_any(formats[i], folder)) {
            continue;
        }
        if (found != NULL) {
            error_set(error, WEFT_BAD_FILE, "%s: it has files of two formats: %s (%s) and %s (%s)",
                      folder, found->name, found->files, formats[i]->name, formats[i]->files);
            return error_hint(error, "move one of them into another folder");
        }
        found = formats[i];
    }
    *format = found;
    return WEFT_OK;
}

enum weft_status data_check_label(const char *path, size_t index, int64_t label, size_t classes,
                                  struct weft_error *error) {
    const int64_t end = (int64_t)(classes != 0 ? classes : IMAGES_CLASSES_MAX);
    if (label >= 0 && label < end) {
        return WEFT_OK;
    }
    return error_set(error, WEFT_BAD_FILE, "%s: label %zu is %lld, expected 0 to %lld", path, index,
                     (long long)label, (long long)end - 1);
}

enum weft_status data_classes_count(struct data_classes *classes, size_t count, const char *folder,
                                    struct weft_error *error) {
    classes->count = count;
    return classes->names == NULL || classes->named == count
               ? WEFT_OK
               : error_set(error, WEFT_BAD_FILE,
                           "%s/classes.txt: %zu names, one a line, but there are %zu classes",
                           folder, classes->named, count);
}

/* A folder while it is read. */
struct reading {
    const char *folder;
    const struct data_format *format;
    struct data_classes classes;
    struct weft_images *images; /* of each split, all zero before */
    struct idx_file (*files)[2];
    struct weft_error *error;
};

static enum weft_status name_classes(struct reading *reading) {
    char path[OS_PATH + 16];
    snprintf(path, sizeof path, "%s/classes.txt", reading->folder);
    if (!os_is_absent(path) && !is_closed(reading->folder)) {
        TRY(class_names_read(path, &reading->classes.named, &reading->classes.names,
                             reading->error));
    }
    return reading->format->name_classes != NULL
               ? reading->format->name_classes(reading->folder, &reading->classes, reading->error)
               : WEFT_OK;
}

static enum weft_status read_split(struct reading *reading, enum weft_split split) {
    return reading->format->read(reading->folder, split, &reading->classes, &reading->images[split],
                                 reading->files[split], reading->error);
}

/* Gives the images of ${split} copies of the names of their classes. */
static enum weft_status give_names(struct reading *reading, enum weft_split split) {
    struct weft_images *images = &reading->images[split];
    const struct data_classes *classes = &reading->classes;
    images->classes = classes->count;
    if (classes->names == NULL) {
        return WEFT_OK;
    }
    images->class_names = text_copy_list((const char *const *)classes->names, classes->count);
    return images->class_names != NULL
               ? WEFT_OK
               : error_set(reading->error, WEFT_NO_MEMORY, "no memory for the names of classes");
}

/* Reads the images of the splits in ${splits}, bits 1 << split. */
static enum weft_status read_splits(struct reading *reading, unsigned splits,
                                    const struct data_options *options) {
    const bool has_test = reading->format->has(reading->folder, WEFT_SPLIT_TEST);
    double fraction = options->test_fraction;
    if (has_test && fraction > 0) {
        return error_set(reading->error, WEFT_USAGE,
                         "test_fraction: %s has test images, so none can be held out",
                         reading->folder);
    }
    fraction = has_test || fraction > 0 ? fraction : reading->format->test_fraction;
    if (fraction > 0) {
        TRY(read_split(reading, WEFT_SPLIT_TRAIN));
        memcpy(reading->files[WEFT_SPLIT_TEST], reading->files[WEFT_SPLIT_TRAIN],
               sizeof reading->files[0]);
        return data_hold_out(&reading->images[WEFT_SPLIT_TRAIN], fraction, reading->folder,
                             &reading->images[WEFT_SPLIT_TEST], reading->error);
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if ((splits & 1u << i) != 0) {
            TRY(read_split(reading, (enum weft_split)i));
        }
    }
    return WEFT_OK;
}

/* Makes three channels of the one of grey images if those of the other split have three. */
static enum weft_status match_channels(const struct reading *reading) {
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        struct weft_images *grey = &reading->images[i];
        struct image_list list = {.images = *grey, .capacity = grey->count};
        enum weft_status status;
        if (grey->count == 0 || grey->channels != 1 || reading->images[1 - i].channels != 3) {
            continue;
        }
        status = image_list_colour(&list, reading->error);
        *grey = list.images;
        TRY(status);
    }
    return WEFT_OK;
}

static enum weft_status check_shapes(const struct reading *reading) {
    const struct weft_images *a = &reading->images[0], *b = &reading->images[1];
    if (a->count == 0 || b->count == 0 ||
        (a->channels == b->channels && a->height == b->height && a->width == b->width)) {
        return WEFT_OK;
    }
    return error_set(
        reading->error, WEFT_BAD_FILE,
        "%s: the training images are %zu x %zu x %zu (channels, height, width), but the "
        "test images in %s are %zu x %zu x %zu",
        reading->files[0][DATA_IMAGES].path, a->channels, a->height, a->width,
        reading->files[1][DATA_IMAGES].path, b->channels, b->height, b->width);
}

/* Reads what data_read does, without hashes. */
static enum weft_status read_folder(struct reading *reading, unsigned splits,
                                    const struct data_options *options) {
    const enum weft_split split = (splits & 1) != 0 ? WEFT_SPLIT_TRAIN : WEFT_SPLIT_TEST;
    TRY(data_format_find(reading->folder, &reading->format, reading->error));
    if (reading->format == NULL) {
        char path[OS_PATH];
        TRY(data_file_find(reading->folder, split, DATA_IMAGES, path, reading->error));
        reading->format = &data_idx; /* another process has just made the file */
    }
    TRY(name_classes(reading));
    TRY(read_splits(reading, splits, options));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (reading->images[i].count > 0) {
            TRY(give_names(reading, (enum weft_split)i));
        }
    }
    if (reading->format->mixes_colours) {
        TRY(match_channels(reading));
    }
    return check_shapes(reading);
}

/* Adds the hashes of ${images}, and whether they are those of the published set, to ${files}. */
static enum weft_status describe(const struct weft_images *images, enum weft_split split,
                                 struct idx_file files[2], struct weft_error *error) {
    const struct split_hash *published = &known_published[split];
    struct split_hash hash;
    TRY(images_hash(images, &hash, error));
    strcpy(files[DATA_IMAGES].sha256, hash.images);
    strcpy(files[DATA_LABELS].sha256, hash.labels);
    files[DATA_IMAGES].published = strcmp(hash.images, published->images) == 0;
    files[DATA_LABELS].published = strcmp(hash.labels, published->labels) == 0;
    return WEFT_OK;
}

/* Reads ${splits} and finishes the images of the others. ${files} has where to store what was read
 * of each split; NULL: that is not wanted. */
static enum weft_status read_some(const char *folder, unsigned splits,
                                  const struct data_options *options,
                                  struct weft_images images[WEFT_SPLIT_COUNT],
                                  struct idx_file *const files[WEFT_SPLIT_COUNT],
                                  struct weft_error *error) {
    struct idx_file(*own)[2] = calloc(WEFT_SPLIT_COUNT, sizeof *own);
    struct reading reading = {.folder = folder,
                              .classes = {.least = options->classes, .channels = options->channels},
                              .images = images,
                              .files = own,
                              .error = error};
    enum weft_status status;
    memset(images, 0, WEFT_SPLIT_COUNT * sizeof *images);
    if (own == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory to read %s", folder);
    }
    status = read_folder(&reading, splits, options);
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (files[i] != NULL && status == WEFT_OK) {
            status = describe(&images[i], (enum weft_split)i, own[i], error);
        }
    }
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (files[i] != NULL) {
            memcpy(files[i], own[i], sizeof own[i]);
        }
        if (status != WEFT_OK || (splits & 1u << i) == 0) {
            images_finish(&images[i]);
        }
    }
    free(reading.classes.names);
    free(own);
    return status;
}

enum weft_status data_read(const char *folder, const struct data_options *options,
                           struct weft_images images[WEFT_SPLIT_COUNT],
                           struct idx_file files[WEFT_SPLIT_COUNT][2], struct weft_error *error) {
    struct idx_file *const wanted[] = {files != NULL ? files[0] : NULL,
                                       files != NULL ? files[1] : NULL};
    return read_some(folder, 3, options, images, wanted, error);
}

enum weft_status data_read_split(const char *folder, enum weft_split split,
                                 const struct data_options *options, struct weft_images *images,
                                 struct idx_file files[2], struct weft_error *error) {
    struct weft_images both[WEFT_SPLIT_COUNT];
    struct idx_file *wanted[WEFT_SPLIT_COUNT] = {NULL};
    enum weft_status status;
    wanted[split] = files;
    status = read_some(folder, 1u << split, options, both, wanted, error);
    *images = both[split];
    return status;
}

/* idx_images.c: data folders of IDX files. */
#include "data/data_formats.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/try.h"
#include "data/data_files.h"
#include "data/idx.h"

enum { IMAGES = DATA_IMAGES, LABELS = DATA_LABELS };

/* Moves the pixels of ${idx} to ${images}, channels first. Of four dimensions, the second is
 * channels if it can be; else the last one is. */
static enum weft_status take_images(struct idx *idx, const char *path, struct weft_images *images,
                                    struct weft_error *error) {
    const size_t *sizes = idx->dimensions;
    const bool four = idx->count == 4;
    const bool first = !four || sizes[1] == 1 || sizes[1] == 3;
    if (!first && sizes[3] != 3) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: %zu x %zu x %zu x %zu: neither the second nor the last number is 3, "
                         "the channels",
                         path, sizes[0], sizes[1], sizes[2], sizes[3]);
    }
    images->idx = true;
    images->count = sizes[0];
    images->channels = !four ? 1 : first ? sizes[1] : sizes[3];
    images->height = four && first ? sizes[2] : sizes[1];
    images->width = four && first ? sizes[3] : sizes[2];
    if (first) {
        images->pixels = idx->bytes;
        idx->bytes = NULL;
        return WEFT_OK;
    }
    images->pixels = malloc(idx->size);
    if (images->pixels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the content of %s", path);
    }
    for (size_t i = 0, size = images_size(images); i < idx->size; i += size) {
        image_planes(idx->bytes + i, 3, size / 3, 3, images->pixels + i);
    }
    return WEFT_OK;
}

/* Returns the largest label of ${idx} + 1, at least 2; without names at least classes->least. */
static size_t count_classes(const struct idx *idx, const struct data_classes *classes) {
    const size_t least = classes->names == NULL && classes->least > 2 ? classes->least : 2;
    int64_t largest = (int64_t)least - 1;
    for (size_t i = 0; i < idx->size; i++) {
        largest = idx_number(idx, i) > largest ? idx_number(idx, i) : largest;
    }
    return (size_t)largest + 1;
}

/* Checks the labels of the file ${path}, and stores them in ${labels}, which the caller frees. */
static enum weft_status take_labels(const struct idx *idx, const char *path, const char *folder,
                                    struct data_classes *classes, uint16_t **labels,
                                    struct weft_error *error) {
    *labels = malloc(idx->size * sizeof **labels);
    if (*labels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu labels", idx->size);
    }
    for (size_t i = 0; i < idx->size; i++) {
        if (data_check_label(path, i, idx_number(idx, i), classes->count, error) != WEFT_OK) {
            return classes->count == 0 ? error->status
                                       : error_hint(error, "the labels in %s are 0 to %zu",
                                                    classes->counted, classes->count - 1);
        }
        (*labels)[i] = (uint16_t)idx_number(idx, i);
    }
    if (classes->count != 0) {
        return WEFT_OK;
    }
    snprintf(classes->counted, sizeof classes->counted, "%s", path);
    return data_classes_count(classes, count_classes(idx, classes), folder, error);
}

/* Reads the labels of the training images if nothing else says how many classes there are. */
static enum weft_status count_trained(const char *folder, struct data_classes *classes,
                                      struct weft_error *error) {
    struct weft_error ignored = {0};
    struct idx idx = {0};
    char path[OS_PATH];
    uint16_t *labels = NULL;
    enum weft_status status;
    if (classes->count != 0 ||
        data_file_find(folder, WEFT_SPLIT_TRAIN, DATA_LABELS, path, &ignored) != WEFT_OK) {
        return WEFT_OK;
    }
    TRY_OR(done, idx_read(path, IDX_LABELS, &idx, error));
    status = take_labels(&idx, path, folder, classes, &labels, error);
done:
    free(labels);
    idx_finish(&idx);
    return status;
}

static enum weft_status read_idx(const char *folder, enum weft_split split,
                                 struct data_classes *classes, struct weft_images *images,
                                 struct idx_file files[2], struct weft_error *error) {
    struct idx idx[2] = {{.count = 0}};
    const char *const paths[] = {files[IMAGES].path, files[LABELS].path};
    enum weft_status status;
    if (split == WEFT_SPLIT_TEST) {
        TRY(count_trained(folder, classes, error));
    }
    for (int i = IMAGES; i <= LABELS; i++) {
        TRY_OR(done, data_file_find(folder, split, (enum data_kind)i, files[i].path, error));
        TRY_OR(done, idx_read(paths[i], i == IMAGES ? IDX_IMAGES : IDX_LABELS, &idx[i], error));
    }
    if (idx[LABELS].size != idx[IMAGES].dimensions[0]) {
        status =
            error_set(error, WEFT_BAD_FILE, "%s: %zu labels, but %zu images in %s", paths[LABELS],
                      idx[LABELS].size, idx[IMAGES].dimensions[0], paths[IMAGES]);
        goto done;
    }
    TRY_OR(done, take_labels(&idx[LABELS], paths[LABELS], folder, classes, &images->labels, error));
    status = take_images(&idx[IMAGES], paths[IMAGES], images, error);
done:
    idx_finish(&idx[IMAGES]);
    idx_finish(&idx[LABELS]);
    return status;
}

static bool has_idx(const char *folder, enum weft_split split) {
    struct weft_error ignored = {0};
    char path[OS_PATH];
    return data_file_find(folder, split, DATA_IMAGES, path, &ignored) == WEFT_OK ||
           data_file_find(folder, split, DATA_LABELS, path, &ignored) == WEFT_OK;
}

const struct data_format data_idx = {
    .name = "IDX", .files = "train-images-idx3-ubyte", .has = has_idx, .read = read_idx};

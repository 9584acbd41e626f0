/* images_share.c: sets of images that share memory, and the end of a set. */
#include "data/images.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* What slices share. */
struct images_memory {
    atomic_size_t users;
    uint8_t *pixels;
    uint16_t *labels;
    char **class_names;
};

enum weft_status images_share(struct weft_images *images, struct weft_error *error) {
    struct images_memory *memory = malloc(sizeof *memory);
    if (memory == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", images->count);
    }
    atomic_init(&memory->users, 1);
    memory->pixels = images->pixels;
    memory->labels = images->labels;
    memory->class_names = images->class_names;
    images->memory = memory;
    return WEFT_OK;
}

struct weft_images images_slice(const struct weft_images *images, size_t first, size_t count) {
    struct weft_images slice = *images;
    atomic_fetch_add(&images->memory->users, 1);
    slice.count = count;
    slice.pixels += first * images_size(images);
    slice.labels += slice.labels != NULL ? first : 0;
    return slice;
}

void images_finish(struct weft_images *images) {
    if (images->memory == NULL) {
        free(images->pixels);
        free(images->labels);
        free(images->class_names);
    } else if (atomic_fetch_sub(&images->memory->users, 1) == 1) {
        free(images->memory->pixels);
        free(images->memory->labels);
        free(images->memory->class_names);
        free(images->memory);
    }
    memset(images, 0, sizeof *images);
}

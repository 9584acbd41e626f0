/* image_list.c: sets of images that grow while files are read. */
#include "data/data_formats.h"

#include <stdlib.h>
#include <string.h>

#include "base/try.h"

/* Gives the arrays room for ${capacity} images, at most IMAGES_BYTES_MAX bytes of pixels. */
static enum weft_status resize(struct image_list *list, size_t capacity, struct weft_error *error) {
    struct weft_images *images = &list->images;
    uint8_t *pixels = realloc(images->pixels, capacity * images_size(images));
    uint16_t *labels = realloc(images->labels, capacity * sizeof *labels);
    images->pixels = pixels != NULL ? pixels : images->pixels;
    images->labels = labels != NULL ? labels : images->labels;
    if (pixels == NULL || labels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu images", capacity);
    }
    list->capacity = capacity;
    return WEFT_OK;
}

enum weft_status image_list_add(struct image_list *list, uint16_t label, const char *path,
                                uint8_t **pixels, struct weft_error *error) {
    struct weft_images *images = &list->images;
    const size_t size = images_size(images);
    const size_t most = (size_t)(IMAGES_BYTES_MAX / size);
    if (images->count >= most) {
        return error_set(error, WEFT_BAD_FILE, "%s: with it, the images have more than %llu bytes",
                         path, (unsigned long long)IMAGES_BYTES_MAX);
    }
    if (images->count == list->capacity) {
        const size_t larger = list->capacity < most / 2 ? 2 * list->capacity : most;
        TRY(resize(list, larger > 0 ? larger : 1, error));
    }
    *pixels = images->pixels + images->count * size;
    images->labels[images->count++] = label;
    return WEFT_OK;
}

enum weft_status image_list_colour(struct image_list *list, struct weft_error *error) {
    struct weft_images *images = &list->images;
    const size_t area = images_size(images);
    if (images->count > IMAGES_BYTES_MAX / 3 / area) {
        return error_set(error, WEFT_BAD_FILE, "%zu images in colour have more than %llu bytes",
                         images->count, (unsigned long long)IMAGES_BYTES_MAX);
    }
    images->channels = 3;
    if (images->count == 0) {
        return WEFT_OK;
    }
    TRY(resize(list, images->count, error));
    for (size_t i = images->count; i-- > 0;) { /* the last first: no image is overwritten */
        uint8_t *to = images->pixels + 3 * area * i;
        memmove(to + 2 * area, images->pixels + area * i, area);
        memcpy(to + area, to + 2 * area, area);
        memcpy(to, to + 2 * area, area);
    }
    return WEFT_OK;
}

void image_list_take(struct image_list *list, struct weft_images *images) {
    struct weft_error ignored = {0};
    if (list->images.count > 0) {
        resize(list, list->images.count, &ignored); /* the larger arrays are right, too */
    }
    *images = list->images;
    *list = (struct image_list){.capacity = 0};
}

void image_planes(const uint8_t *from, size_t step, size_t area, size_t channels, uint8_t *to) {
    for (size_t c = 0; c < channels; c++) {
        const uint8_t *value = from + (step == 1 ? 0 : c);
        for (size_t i = 0; i < area; i++) {
            to[c * area + i] = value[i * step];
        }
    }
}

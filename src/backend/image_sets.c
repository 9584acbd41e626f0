/* image_sets.c: the functions of backend.h for sets of images and their labels. */
#include "backend/ops.h"
#include "base/try.h"

#include <stdlib.h>
#include <string.h>

static enum weft_status check_size(const struct weft_network *network,
                                   const struct weft_images *images, struct weft_error *error) {
    struct tensor_shape input = network->input;
    struct tensor_shape image = {images->channels, images->height, images->width, false};
    bool fits = input.flat ? input.channels == images_size(images)
                           : input.channels == images->channels && input.height == images->height &&
                                 input.width == images->width;
    if (!fits) {
        char takes[64], has[64];
        return error_set(error, WEFT_BAD_FILE, "network: it takes %s, but the images are %s",
                         shape_text(input, takes), shape_text(image, has));
    }
    return WEFT_OK;
}

enum weft_status backend_check_images(const struct weft_network *network,
                                      const struct weft_images *images, struct weft_error *error) {
    TRY(check_size(network, images, error));
    return images->classes == 0 ? WEFT_OK
                                : network_check_classifier(network, images->classes, error);
}

/* Makes the list of sets long enough for ${set}. */
static enum weft_status make_set(struct backend *backend, size_t set, struct weft_error *error) {
    struct backend_set *grown;
    if (set < backend->set_count) {
        return WEFT_OK;
    }
    grown = realloc(backend->sets, (set + 1) * sizeof *grown);
    if (grown == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu sets of images", set + 1);
    }
    backend->sets = grown;
    while (backend->set_count <= set) {
        grown[backend->set_count++] = (struct backend_set){.count = 0};
    }
    return WEFT_OK;
}

enum weft_status backend_set_images(struct backend *backend, size_t set,
                                    const struct weft_images *images, struct weft_error *error) {
    struct tensor_shape output = network_output(backend->network);
    struct backend_set *to;
    uint16_t *labels, *replaced;
    char text[64];
    enum weft_status status;
    TRY(check_size(backend->network, images, error));
    if (shape_size(output) < images->classes) {
        return error_set(error, WEFT_BAD_FILE,
                         "images: %zu classes, but the network gives %s logits", images->classes,
                         shape_text(output, text));
    }
    if (images->count == 0 || images->count > INT32_MAX) { /* kernels count them with an int */
        return error_set(error, WEFT_USAGE, "images: %zu of them, but a set has 1 to %d",
                         images->count, INT32_MAX);
    }
    TRY(make_set(backend, set, error));
    labels = calloc(images->count, sizeof *labels);
    if (labels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu labels", images->count);
    }
    if (images->labels != NULL) {
        memcpy(labels, images->labels, images->count * sizeof *labels);
    }
    to = &backend->sets[set];
    to->count = 0;
    replaced = to->labels;
    to->labels = labels;
    watch_begin(&backend->watch, 0);
    status = backend->ops->set_images(backend, to, images, error);
    free(replaced); /* a transfer may have read them until now */
    TRY(status);
    to->count = images->count;
    to->height = images->height;
    to->width = images->width;
    return WEFT_OK;
}

bool backend_images_on_host(const struct backend *backend, size_t set) {
    return set < backend->set_count && backend->sets[set].host_pixels != NULL;
}

void backend_drop_images(struct backend *backend, size_t set) {
    if (set < backend->set_count) {
        backend->ops->drop_images(backend, &backend->sets[set]);
        free(backend->sets[set].labels); /* a transfer may have read them until now */
        backend->sets[set] = (struct backend_set){.count = 0};
    }
}

const uint16_t *backend_labels(const struct backend *backend, size_t set, size_t *count) {
    *count = set < backend->set_count ? backend->sets[set].count : 0;
    return *count > 0 ? backend->sets[set].labels : NULL;
}

void backend_image_sides(const struct backend *backend, size_t set, size_t *height, size_t *width) {
    const bool exists = set < backend->set_count && backend->sets[set].count > 0;
    *height = exists ? backend->sets[set].height : 0;
    *width = exists ? backend->sets[set].width : 0;
}

/* pixels.c: the values of the bytes of pixels. */
#include "backend/ops.h"
#include "numerics.h"

#include <stdlib.h>

void pixels_raw(float values[256]) {
    for (int v = 0; v < 256; v++) {
        values[v] = weft_div((float)v, 255.0f);
    }
}

/* Stores (v / 255 - mean) / deviation for each byte v in ${values}. */
static void pixels_of(float mean, float deviation, float values[256]) {
    pixels_raw(values);
    for (int v = 0; v < 256; v++) {
        values[v] = weft_div(values[v] - mean, deviation);
    }
}

void pixels_normalised(float values[256]) {
    pixels_of(PUBLISHED_MEAN, PUBLISHED_DEVIATION, values);
}

/* Sets the values of the bytes: those of each channel in ${values}, or the same for all. */
static enum weft_status set_pixels(struct backend *backend, const float (*values)[256], bool same,
                                   struct weft_error *error) {
    const size_t channels = network_pixel_channels(backend->network);
    float *clean = malloc(channels * sizeof *values);
    enum weft_status status;
    if (clean == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the values of pixels");
    }
    for (size_t i = 0; i < channels * 256; i++) {
        clean[i] = weft_clean(values[same ? 0 : i / 256][i % 256]);
    }
    status = backend->ops->set_pixels(backend, clean, error);
    free(clean);
    return status;
}

enum weft_status backend_set_pixels(struct backend *backend, const float values[256],
                                    struct weft_error *error) {
    return set_pixels(backend, (const float(*)[256])values, true, error);
}

enum weft_status backend_set_normalisation(struct backend *backend,
                                           const struct normalisation *normalisation,
                                           struct weft_error *error) {
    const size_t channels = network_pixel_channels(backend->network),
                 given = normalisation->channels;
    float values[NORMALISATION_CHANNELS_MAX][256];
    if (given == 0) {
        pixels_normalised(values[0]);
        return backend_set_pixels(backend, values[0], error);
    }
    if (given != channels) {
        return error_set(error, WEFT_USAGE,
                         "normalisation: it has %zu channel%s, but the network takes %zu", given,
                         given == 1 ? "" : "s", channels);
    }
    for (size_t c = 0; c < channels; c++) {
        pixels_of(normalisation->mean[c], normalisation->deviation[c], values[c]);
    }
    return set_pixels(backend, (const float(*)[256])values, false, error);
}

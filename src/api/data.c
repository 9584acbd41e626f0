/* data.c: the public functions that read data folders, and those of the values of pixels. */
#include "api/api.h"
#include "base/text.h"
#include "data/model.h"
#include "network/network.h"
#include "os/files.h"

#include <string.h>

/* Makes an object of ${found}, the images of ${split} in ${folder}. Finishes ${found} on
 * failure. */
static enum weft_status make(struct weft_images *found, const char *folder, enum weft_split split,
                             struct weft_images **images, struct weft_error *error) {
    enum weft_status status = images_share(found, error);
    if (status == WEFT_OK && found->count == 0) {
        status = error_set(error, WEFT_BAD_FILE, "%s: the %s split has no images", folder,
                           split_name(split));
    }
    if (status != WEFT_OK) {
        images_finish(found);
        return status;
    }
    return api_images_make(found, images, error);
}

/* Copies the caller's options ${given}, which may be NULL, to ${options}. */
static enum weft_status take_options(const struct weft_data_options *given, const char *function,
                                     struct data_options *options, struct weft_error *error) {
    struct weft_data_options own = WEFT_DATA_OPTIONS;
    if (given != NULL) {
        TRY(api_structure_read(&own, sizeof own, API_SIZE_TO(own, classes), given, function,
                               "options", error));
    }
    if (!(own.test_fraction >= 0 && own.test_fraction < 1)) {
        return api_usage(error, function,
                         "test_fraction is %g: it must be 0, or above 0 and below 1",
                         own.test_fraction);
    }
    if (own.classes > IMAGES_CLASSES_MAX) {
        return api_usage(error, function, "classes is %zu: it must be at most %d", own.classes,
                         IMAGES_CLASSES_MAX);
    }
    if (own.channels > 1 && own.channels != 3) {
        return api_usage(error, function, "channels is %zu: it must be 0, 1 or 3", own.channels);
    }
    *options = (struct data_options){own.test_fraction, own.classes, own.channels};
    return WEFT_OK;
}

static enum weft_status read_split(const char *folder, enum weft_split split,
                                   const struct weft_data_options *options, const char *function,
                                   struct weft_images **images, struct weft_error *error) {
    struct data_options own;
    struct weft_images found;
    char path[OS_PATH];
    TRY(api_choice(error, function, "split", (int)split, WEFT_SPLIT_COUNT - 1));
    TRY(take_options(options, function, &own, error));
    TRY(data_find(folder, path, error));
    TRY(data_read_split(path, split, &own, &found, NULL, error));
    return make(&found, path, split, images, error);
}

enum weft_status weft_data_read_split(const char *folder, enum weft_split split,
                                      const struct weft_data_options *options,
                                      struct weft_images **images, struct weft_error *error) {
    API_BEGIN;
    API_CREATES(images);
    return read_split(folder, split, options, __func__, images, error);
}

enum weft_status weft_images_read(const char *folder, enum weft_split split,
                                  struct weft_images **images, struct weft_error *error) {
    API_BEGIN;
    API_CREATES(images);
    return read_split(folder, split, NULL, __func__, images, error);
}

enum weft_status weft_data_read(const char *folder, const struct weft_data_options *options,
                                struct weft_images *images[WEFT_SPLIT_COUNT],
                                struct weft_error *error) {
    struct data_options own;
    struct weft_images found[WEFT_SPLIT_COUNT];
    char path[OS_PATH];
    enum weft_status status = WEFT_OK;
    API_BEGIN;
    API_NOT_NULL(images);
    memset(images, 0, WEFT_SPLIT_COUNT * sizeof *images);
    TRY(take_options(options, __func__, &own, error));
    TRY(data_find(folder, path, error));
    TRY(data_read(path, &own, found, NULL, error));
    for (int i = 0; i < WEFT_SPLIT_COUNT; i++) {
        if (status == WEFT_OK) {
            status = make(&found[i], path, (enum weft_split)i, &images[i], error);
        } else {
            images_finish(&found[i]);
        }
    }
    if (status != WEFT_OK) {
        weft_images_destroy(images[WEFT_SPLIT_TRAIN]);
        images[WEFT_SPLIT_TRAIN] = NULL;
    }
    return status;
}

enum weft_status weft_data_find(const char *requested, char **folder, struct weft_error *error) {
    char path[OS_PATH];
    API_BEGIN;
    API_CREATES(folder);
    TRY(data_find(requested, path, error));
    *folder = text_copy(path);
    return *folder != NULL ? WEFT_OK
                           : error_set(error, WEFT_NO_MEMORY, "no memory for the name of a folder");
}

enum weft_status weft_images_normalisation(const struct weft_images *images, bool computed,
                                           float *mean, float *deviation, size_t channels,
                                           struct weft_error *error) {
    struct normalisation found;
    API_BEGIN;
    API_NOT_NULL(images);
    API_NOT_NULL(mean);
    API_NOT_NULL(deviation);
    API_REQUIRE(channels <= NORMALISATION_CHANNELS_MAX &&
                    (channels == 1 || channels == images->channels),
                "channels is %zu: it must be 1, or %zu as the images have, and at most %d",
                channels, images->channels, NORMALISATION_CHANNELS_MAX);
    if (computed) {
        normalisation_compute(images, channels, &found);
    } else {
        normalisation_choose(images, channels, &found);
    }
    for (size_t c = 0; c < channels; c++) {
        mean[c] = found.channels > 0 ? found.mean[c] : PUBLISHED_MEAN;
        deviation[c] = found.channels > 0 ? found.deviation[c] : PUBLISHED_DEVIATION;
    }
    return WEFT_OK;
}

size_t weft_model_normalisation(const struct weft_model *model, const float **mean,
                                const float **deviation) {
    const size_t channels = model != NULL ? model->pixels.channels : 0;
    if (mean != NULL) {
        *mean = channels > 0 ? model->pixels.mean : NULL;
    }
    if (deviation != NULL) {
        *deviation = channels > 0 ? model->pixels.deviation : NULL;
    }
    return channels;
}

enum weft_status weft_model_set_normalisation(struct weft_model *model, const float *mean,
                                              const float *deviation, size_t channels,
                                              struct weft_error *error) {
    struct normalisation pixels = {.channels = channels};
    size_t expected;
    API_BEGIN;
    API_NOT_NULL(model);
    if (channels == 0) {
        model->pixels = pixels;
        return WEFT_OK;
    }
    API_NOT_NULL(mean);
    API_NOT_NULL(deviation);
    expected = network_pixel_channels(model->network);
    API_REQUIRE(channels == expected && channels <= NORMALISATION_CHANNELS_MAX,
                "channels is %zu: it must be 0, or %zu as the network's input has, and at most %d",
                channels, expected, NORMALISATION_CHANNELS_MAX);
    memcpy(pixels.mean, mean, channels * sizeof *mean);
    memcpy(pixels.deviation, deviation, channels * sizeof *deviation);
    API_REQUIRE(normalisation_is_valid(&pixels),
                "a mean is not from -1000 to 1000, or a deviation not from 1e-6 to 1000");
    if (normalisation_is_published(&pixels)) {
        pixels = (struct normalisation){.channels = 0};
    }
    model->pixels = pixels;
    return WEFT_OK;
}

/* made_values.c: values and images made from random integers, the same on every machine. */
#include "verify/made_values.h"

#include <stdlib.h>

#include "base/random.h"
#include "numerics.h"

void verify_words(uint64_t seed, uint64_t subject, uint32_t *words, size_t count) {
    uint32_t block[4];
    for (size_t i = 0; i < count; i++) {
        if (i % 4 == 0) {
            random_draw(seed, RANDOM_VERIFY, subject, (uint32_t)(i / 4), block);
        }
        words[i] = block[i % 4];
    }
}

/* 24 random bits make an exact float in (-1, 1); one word in 32 is a special value. */
static float value_of(uint32_t word, float scale) {
    static const float special[] = {0.0f, -0.0f, 0x1p-36f, -0x1p-37f, 1.0f, -1.0f, 0x1p-20f, 0.5f};
    if (word % 32 == 0) {
        return special[word / 32 % 8];
    }
    float magnitude = (float)(word >> 8) * 0x1p-24f * scale;
    return (word & 1) != 0 ? -magnitude : magnitude;
}

void verify_fill(uint64_t seed, uint64_t subject, float scale, float *values, size_t count) {
    uint32_t block[4];
    for (size_t i = 0; i < count; i++) {
        if (i % 4 == 0) {
            random_draw(seed, RANDOM_VERIFY, subject, (uint32_t)(i / 4), block);
        }
        values[i] = value_of(block[i % 4], scale);
    }
}

void verify_fill_statistics(uint64_t seed, uint64_t subject, float *values, size_t count) {
    verify_fill(seed, subject, 1.0f, values, count);
    for (size_t i = 0; i < count; i++) { /* a variance is not negative */
        values[i] = weft_clean(values[i] < 0 ? -values[i] : values[i]);
    }
}

#define BYTES_MAX   ((size_t)256 << 20) /* of images that are made */
#define PATTERN_MAX 4096                /* bytes of a pattern; then it repeats */

size_t verify_images_count(const struct weft_network *network, size_t count) {
    const size_t most = BYTES_MAX / shape_size(network->input);
    return most == 0 ? 1 : count < most ? count : most;
}

/* Returns a set of ${count} images for the input of ${network}, without memory. A flat input is one
 * channel, as square as its size allows. */
static struct weft_images shape_images(const struct weft_network *network, size_t count) {
    const struct tensor_shape input = network->input;
    struct weft_images images = {.count = count,
                                 .channels = input.flat ? 1 : input.channels,
                                 .height = input.height,
                                 .width = input.width,
                                 .classes = shape_size(network_output(network))};
    if (input.flat) {
        images.height = 1;
        for (size_t rows = 1; rows <= input.channels / rows; rows++) {
            images.height = input.channels % rows == 0 ? rows : images.height;
        }
        images.width = input.channels / images.height;
    }
    return images;
}

/* Fills image ${index} of ${images}: the pattern of its class, weakened, plus noise. ${noise} has a
 * word for each four bytes of an image, and one more. */
static void fill_image(struct weft_images *images, size_t index, const uint32_t *pattern,
                       const uint32_t *noise) {
    const size_t size = images_size(images), period = size < PATTERN_MAX ? size : PATTERN_MAX;
    const size_t label = noise[(size + 3) / 4] % images->classes;
    images->labels[index] = (uint16_t)label;
    for (size_t p = 0; p < size; p++) {
        uint32_t grain = noise[p / 4] >> (p % 4 * 8) & 255u;
        uint32_t drawn = pattern[label * period + p % period] & 255u;
        images->pixels[index * size + p] = (uint8_t)((drawn + 3 * grain) / 4);
    }
}

/* Each class has a pattern of bytes. */
enum weft_status verify_images(uint64_t seed, enum weft_split split,
                               const struct weft_network *network, size_t count,
                               struct weft_images *images, struct weft_error *error) {
    struct weft_images made = shape_images(network, verify_images_count(network, count));
    const size_t size = images_size(&made), words = (size + 3) / 4 + 1;
    const size_t patterns = made.classes * (size < PATTERN_MAX ? size : PATTERN_MAX);
    uint32_t *pattern = malloc(patterns * sizeof *pattern);
    uint32_t *noise = malloc(words * sizeof *noise);
    enum weft_status status = WEFT_OK;
    made.pixels = malloc(made.count * size);
    made.labels = malloc(made.count * sizeof *made.labels);
    *images = made;
    if (pattern == NULL || noise == NULL || made.pixels == NULL || made.labels == NULL) {
        images_finish(images);
        status = error_set(error, WEFT_NO_MEMORY, "verify: no memory for %zu images", made.count);
        goto done;
    }
    verify_words(seed, 1, pattern, patterns);
    for (size_t i = 0; i < made.count; i++) {
        verify_words(seed, 1000 + (uint64_t)split * 1000000000 + i, noise, words);
        fill_image(images, i, pattern, noise);
    }
done:
    free(pattern);
    free(noise);
    return status;
}

struct normalisation verify_normalisation(const struct weft_network *network) {
    const size_t channels = network_pixel_channels(network);
    struct normalisation normalisation = {.channels = 0};
    for (size_t c = 0; channels > 1 && channels <= NORMALISATION_CHANNELS_MAX && c < channels;
         c++) {
        normalisation.channels = channels;
        normalisation.mean[c] = 0.25f + 0.0625f * (float)c;
        normalisation.deviation[c] = 0.375f - 0.015625f * (float)c;
    }
    return normalisation;
}

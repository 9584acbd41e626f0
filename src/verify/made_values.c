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

#define SIDE    28
#define AREA    (SIDE * SIDE)
#define CLASSES 10

/* Each class has a pattern of bytes; an image is the pattern of its class, weakened, plus noise. */
enum weft_status verify_images(uint64_t seed, enum weft_split split, size_t count,
                               struct weft_images *images, struct weft_error *error) {
    uint32_t *pattern = malloc(CLASSES * AREA * sizeof *pattern);
    uint32_t noise[AREA + 4];
    *images = (struct weft_images){.count = count, .channels = 1, .height = SIDE, .width = SIDE};
    images->classes = CLASSES;
    images->pixels = malloc(count * AREA);
    images->labels = malloc(count * sizeof *images->labels);
    if (pattern == NULL || images->pixels == NULL || images->labels == NULL) {
        free(pattern);
        images_finish(images);
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory for %zu images", count);
    }
    verify_words(seed, 1, pattern, CLASSES * AREA);
    for (size_t i = 0; i < count; i++) {
        verify_words(seed, 1000 + (uint64_t)split * 1000000000 + i, noise, AREA / 4 + 1);
        size_t label = noise[AREA / 4] % CLASSES;
        images->labels[i] = (uint16_t)label;
        for (size_t p = 0; p < AREA; p++) {
            uint32_t grain = noise[p / 4] >> (p % 4 * 8) & 255u;
            uint32_t drawn = pattern[label * AREA + p] & 255u;
            images->pixels[i * AREA + p] = (uint8_t)((drawn + 3 * grain) / 4);
        }
    }
    free(pattern);
    return WEFT_OK;
}

/* images_summary.c: summarises images: counts, statistics, hashes. */
#include <math.h>
#include <string.h>

#include "base/sha256.h"
#include "data/hash.h"
#include "data/idx.h"
#include "data/images.h"

void images_class_counts(const struct weft_images *images, uint64_t *counts) {
    memset(counts, 0, images->classes * sizeof counts[0]);
    for (size_t i = 0; i < images->count; i++) {
        counts[images->labels[i]]++;
    }
}

void images_channel_statistics(const struct weft_images *images, size_t channel, size_t channels,
                               double *mean, double *deviation) {
    const size_t size = images_size(images), area = size / channels, n = images->count * area;
    uint64_t sum = 0, squares = 0;
    if (n == 0) {
        *mean = *deviation = 0;
        return;
    }
    for (size_t i = 0; i < images->count; i++) {
        const uint8_t *pixels = images->pixels + i * size + channel * area;
        for (size_t p = 0; p < area; p++) {
            const uint32_t x = pixels[p];
            sum += x;
            squares += x * x;
        }
    }
    /* Relative to the integer part c of the mean, all numbers are small: the sum of (x - c)^2 is an
     * integer, and rest, the sum of x - c, is less than n. Unsigned arithmetic may wrap, and the
     * result is still right. */
    uint64_t c = sum / n, rest = sum % n;
    uint64_t around = squares - 2 * c * sum + c * c * n;
    double variance = ((double)around - (double)rest / (double)n * (double)rest) / (double)n;
    *mean = (double)sum / (double)n / 255;
    *deviation = sqrt(variance) / 255;
}

void images_statistics(const struct weft_images *images, double *mean, double *deviation) {
    images_channel_statistics(images, 0, 1, mean, deviation);
}

enum { LABELS_PIECE = 1024 };

/* Stores labels ${first} to ${first} + LABELS_PIECE - 1, as far as they exist, in ${bytes}, as an
 * IDX file has them. Returns the number of bytes, 0 after the last label. */
static size_t label_bytes(const struct weft_images *images, size_t first,
                          uint8_t bytes[2 * LABELS_PIECE]) {
    size_t size = 0;
    for (size_t i = first; i < images->count && i < first + LABELS_PIECE; i++) {
        if (images->classes > 256) {
            bytes[size++] = (uint8_t)(images->labels[i] >> 8);
        }
        bytes[size++] = (uint8_t)images->labels[i];
    }
    return size;
}

/* Begins the SHA-256 of an IDX file of ${type} with ${count} dimensions, at most 4. */
static void hash_header(struct sha256_ctx *hash, uint8_t type, const size_t *dimensions,
                        size_t count) {
    uint8_t header[4 + 4 * 4] = {0, 0, type, (uint8_t)count};
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 4; j++) {
            header[4 + 4 * i + j] = (uint8_t)(dimensions[i] >> (24 - 8 * j));
        }
    }
    sha256_init(hash);
    sha256_add(hash, header, 4 + 4 * count);
}

enum weft_status images_hash(const struct weft_images *images, struct split_hash *hash,
                             struct weft_error *error) {
    const size_t grey[] = {images->count, images->height, images->width};
    const size_t all[] = {images->count, images->channels, images->height, images->width};
    const bool is_grey = images->channels == 1;
    uint8_t bytes[2 * LABELS_PIECE];
    struct sha256_ctx state;
    enum weft_status status;
    *hash = (struct split_hash){.images = ""};
    hash_header(&state, IDX_UINT8, is_grey ? grey : all, is_grey ? 3 : 4);
    status = hash_add(&state, images->pixels, images->count * images_size(images), error);
    if (status != WEFT_OK) {
        error_context(error, "images");
        return status;
    }
    sha256_final_hex(&state, hash->images);
    hash_header(&state, images->classes > 256 ? IDX_INT16 : IDX_UINT8, grey, 1);
    for (size_t i = 0, size; (size = label_bytes(images, i, bytes)) > 0; i += LABELS_PIECE) {
        sha256_add(&state, bytes, size);
    }
    sha256_final_hex(&state, hash->labels);
    return WEFT_OK;
}

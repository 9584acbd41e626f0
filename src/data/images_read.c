/* images_read.c: reads the images and labels of a split, and summarises them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/sha256.h"
#include "base/try.h"
#include "data/class_names.h"
#include "data/data_files.h"
#include "data/idx.h"
#include "data/images.h"
#include "data/known_data.h"

enum { CLASSES = 10, IMAGES = DATA_IMAGES, LABELS = DATA_LABELS };

/* Reads one of the two files of ${split} into ${idx} and stores its path in ${file}. */
static enum weft_status read_file(const char *folder, enum weft_split split, int which,
                                  struct idx *idx, struct idx_file *file,
                                  struct weft_error *error) {
    memset(file, 0, sizeof *file);
    TRY(data_file_find(folder, split, (enum data_kind)which, file->path, error));
    return idx_read(file->path, which == IMAGES ? 3 : 1, idx, error);
}

/* Adds the hashes of ${images}, and whether they are those of the published set, to ${files}. */
static void describe(const struct weft_images *images, enum weft_split split,
                     struct idx_file files[2]) {
    const struct split_hash *published = &known_published[split];
    struct split_hash hash;
    images_hash(images, &hash);
    strcpy(files[IMAGES].sha256, hash.images);
    strcpy(files[LABELS].sha256, hash.labels);
    files[IMAGES].published = strcmp(hash.images, published->images) == 0;
    files[LABELS].published = strcmp(hash.labels, published->labels) == 0;
}

/* Checks that each image has a label, and each label a class. */
static enum weft_status check_labels(const struct idx idx[2], const struct idx_file files[2],
                                     struct weft_error *error) {
    if (idx[LABELS].size != idx[IMAGES].dimensions[0]) {
        return error_set(error, WEFT_BAD_FILE, "%s: %zu labels, but %zu images in %s",
                         files[LABELS].path, idx[LABELS].size, idx[IMAGES].dimensions[0],
                         files[IMAGES].path);
    }
    for (size_t i = 0; i < idx[LABELS].size; i++) {
        if (idx[LABELS].bytes[i] >= CLASSES) {
            return error_set(error, WEFT_BAD_FILE, "%s: label %zu is %d, expected 0 to %d",
                             files[LABELS].path, i, idx[LABELS].bytes[i], CLASSES - 1);
        }
    }
    return WEFT_OK;
}

/* Stores the labels of ${idx} in ${labels}, which the caller frees. */
static enum weft_status widen_labels(const struct idx *idx, uint16_t **labels,
                                     struct weft_error *error) {
    *labels = malloc(idx->size * sizeof **labels);
    if (*labels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu labels", idx->size);
    }
    for (size_t i = 0; i < idx->size; i++) {
        (*labels)[i] = idx->bytes[i];
    }
    return WEFT_OK;
}

enum weft_status images_read(const char *folder, enum weft_split split, struct weft_images *images,
                             struct idx_file files[2], struct weft_error *error) {
    struct idx idx[2] = {{{0}}};
    struct idx_file own[2], *described = files != NULL ? files : own;
    char **class_names = NULL;
    uint16_t *labels = NULL;
    enum weft_status status;
    memset(images, 0, sizeof *images);
    for (int i = IMAGES; i <= LABELS; i++) {
        TRY_OR(failed, read_file(folder, split, i, &idx[i], &described[i], error));
    }
    TRY_OR(failed, check_labels(idx, described, error));
    TRY_OR(failed, widen_labels(&idx[LABELS], &labels, error));
    TRY_OR(failed, class_names_read(folder, CLASSES, &class_names, error));
    *images = (struct weft_images){.count = idx[IMAGES].dimensions[0],
                                   .channels = 1,
                                   .height = idx[IMAGES].dimensions[1],
                                   .width = idx[IMAGES].dimensions[2],
                                   .pixels = idx[IMAGES].bytes,
                                   .labels = labels,
                                   .classes = CLASSES,
                                   .class_names = class_names};
    idx_finish(&idx[LABELS]);
    if (files != NULL) {
        describe(images, split, files);
    }
    return WEFT_OK;
failed:
    free(labels);
    idx_finish(&idx[IMAGES]);
    idx_finish(&idx[LABELS]);
    return status;
}

void images_class_counts(const struct weft_images *images, uint64_t *counts) {
    memset(counts, 0, images->classes * sizeof counts[0]);
    for (size_t i = 0; i < images->count; i++) {
        counts[images->labels[i]]++;
    }
}

void images_statistics(const struct weft_images *images, double *mean, double *deviation) {
    size_t n = images->count * images_size(images);
    uint64_t sum = 0, squares = 0;
    if (n == 0) {
        *mean = *deviation = 0;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t x = images->pixels[i];
        sum += x;
        squares += x * x;
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

/* Adds ${bytes} to the CRC-32 ${sum}, in pieces that fit the 32-bit lengths of zlib. */
static uLong add_to_checksum(uLong sum, const uint8_t *bytes, size_t size) {
    const size_t max_piece = (size_t)1 << 30;
    while (size > 0) {
        uInt piece = (uInt)(size < max_piece ? size : max_piece);
        sum = crc32(sum, bytes, piece);
        bytes += piece;
        size -= piece;
    }
    return sum;
}

enum { LABELS_PIECE = 1024 };

/* Stores labels ${first} to ${first} + LABELS_PIECE - 1, as far as they exist, in ${bytes}, as an IDX
 * file has them. Returns the number of bytes, 0 after the last label. */
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

uint32_t images_checksum(const struct weft_images *images) {
    uLong sum = crc32(0, NULL, 0);
    uint8_t bytes[2 * LABELS_PIECE];
    sum = add_to_checksum(sum, images->pixels, images->count * images_size(images));
    for (size_t i = 0, size; (size = label_bytes(images, i, bytes)) > 0; i += LABELS_PIECE) {
        sum = add_to_checksum(sum, bytes, size);
    }
    return (uint32_t)sum;
}

/* Begins the SHA-256 of an IDX file of ${type} with ${count} dimensions, at most 4. */
static void hash_header(struct sha256 *hash, uint8_t type, const size_t *dimensions, size_t count) {
    uint8_t header[4 + 4 * 4] = {0, 0, type, (uint8_t)count};
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 4; j++) {
            header[4 + 4 * i + j] = (uint8_t)(dimensions[i] >> (24 - 8 * j));
        }
    }
    sha256_init(hash);
    sha256_update(hash, header, 4 + 4 * count);
}

void images_hash(const struct weft_images *images, struct split_hash *hash) {
    const size_t grey[] = {images->count, images->height, images->width};
    const size_t all[] = {images->count, images->channels, images->height, images->width};
    const bool is_grey = images->channels == 1;
    uint8_t bytes[2 * LABELS_PIECE];
    struct sha256 state;
    hash_header(&state, IDX_UINT8, is_grey ? grey : all, is_grey ? 3 : 4);
    sha256_update(&state, images->pixels, images->count * images_size(images));
    sha256_final_hex(&state, hash->images);
    hash_header(&state, images->classes > 256 ? IDX_INT16 : IDX_UINT8, grey, 1);
    for (size_t i = 0, size; (size = label_bytes(images, i, bytes)) > 0; i += LABELS_PIECE) {
        sha256_update(&state, bytes, size);
    }
    sha256_final_hex(&state, hash->labels);
}

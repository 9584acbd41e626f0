/* data.h: sets of images with labels, read from IDX files (plain or gzip). */
#ifndef WEFT_DATA_H
#define WEFT_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

enum weft_split { WEFT_SPLIT_TRAIN, WEFT_SPLIT_TEST, WEFT_SPLIT_COUNT };

/* A set of images: one byte a pixel, 0 to 255. */
struct weft_images {
    size_t count, height, width;
    uint8_t *pixels; /* count x height x width */
    uint8_t *labels; /* count; each less than classes */
    size_t classes;  /* 10 */
};

/* One IDX file as it was found: its path and the SHA-256 of its unpacked bytes. */
struct weft_idx_file {
    char path[4096];
    char sha256[65]; /* 64 hexadecimal digits and a zero */
    bool published;  /* it is the one of the published Fashion-MNIST */
};

/* The names of Fashion-MNIST's ten classes, label 0 first: "T-shirt/top" ... "Ankle boot". */
WEFT_API extern const char *const weft_class_names[10];

/* Returns "train" or "test". */
WEFT_API const char *weft_split_name(enum weft_split split);

/* Finds the folder of the four IDX files: ${chosen} if not NULL, else the environment's WEFT_DATA if set, else
 * data/fashion-mnist, else /usr/share/datasets/fashion-mnist: the first of the last two that holds a training image
 * file. Stores its path in ${folder}. Fails with WEFT_BAD_FILE and a hint that tells where to get the data. */
WEFT_API enum weft_status weft_data_find(const char *chosen, char folder[4096],
                                         struct weft_error *error);

/* Reads the images and labels of ${split} from ${folder}: train-images-idx3-ubyte and train-labels-idx1-ubyte (test:
 * t10k-...), each plain or with .gz. Everything is checked: magic, type, dimensions, lengths, trailing bytes, labels below
 * 10, equal counts. The caller frees with weft_images_finish. ${files}, if not NULL, receives what was read: images,
 * then labels, with their hashes (hashing takes a moment; without ${files} nothing is hashed).
 * Fails with WEFT_BAD_FILE and a message that names the file. */
WEFT_API enum weft_status weft_images_read(const char *folder, enum weft_split split,
                                           struct weft_images *images,
                                           struct weft_idx_file files[2], struct weft_error *error);

/* Frees what ${images} holds. All zero is harmless. */
WEFT_API void weft_images_finish(struct weft_images *images);

/* Mean and standard deviation of the pixels, divided by 255, from integer sums (exact but for the last roundings;
 * no pixels: 0 and 0). */
WEFT_API void weft_images_statistics(const struct weft_images *images, double *mean,
                                     double *deviation);

/* Counts the images of each label in ${counts}; only the first images->classes can differ from 0. */
WEFT_API void weft_images_class_counts(const struct weft_images *images, uint64_t counts[256]);

/* A checksum (CRC-32) of the pixels and labels, to recognise the images again: no protection against intent. */
WEFT_API uint32_t weft_images_checksum(const struct weft_images *images);

WEFT_END

#endif

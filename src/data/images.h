/* images.h: sets of images with labels, read from data folders. */
#ifndef WEFT_DATA_IMAGES_H
#define WEFT_DATA_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "weft/images.h"

struct images_memory;

enum { IMAGES_CLASSES_MAX = 1000 };

/* The pixels of a set that is read from files. */
#define IMAGES_BYTES_MAX (UINT64_C(1) << 31)

/* A set of images. */
struct weft_images {
    size_t count, channels, height, width;
    uint8_t *pixels;    /* count x channels x height x width; 0 is black, 255 is white */
    uint16_t *labels;   /* count, each less than classes; or NULL */
    size_t classes;     /* at most IMAGES_CLASSES_MAX; 0 without labels */
    bool idx;           /* from IDX files */
    char **class_names; /* from the folder, label 0 first, and NULL after the last; or NULL */
    struct images_memory *memory; /* what slices share; NULL: the three arrays are the set's own */
};

/* The images or the labels of a split that was read. */
struct idx_file {
    char path[4096]; /* of the file or folder */
    char sha256[65]; /* of an IDX file of them, in lower-case hexadecimal */
    bool published;  /* it is the one of the published Fashion-MNIST */
};

/* What identifies the images and labels of a split: the SHA-256, in lower-case hexadecimal, of both
 * as uncompressed IDX files of bytes; labels of more than 256 classes are 16-bit integers. */
struct split_hash {
    char images[65], labels[65];
};

/* A data set that weft recognises by its hashes. */
struct known_data_set {
    const char *name; /* "Fashion-MNIST" */
    const char *const *classes;
    size_t class_count;
    bool published; /* it is the set that the published results are of */
};

/* The names of the ten classes of Fashion-MNIST, label 0 first: "T-shirt/top" ... "Ankle boot". */
extern const char *const fashion_class_names[10];

/* Returns "train" or "test". */
const char *split_name(enum weft_split split);

/* Stores the folder of the data in ${folder}: ${requested} if it is not NULL, else the environment
 * variable WEFT_DATA if it is set, else the first of data/fashion-mnist and
 * /usr/share/datasets/fashion-mnist that has a file of training images. What is requested may also
 * be one of four IDX files, or a folder that has the data in raw, FashionMNIST/raw, MNIST/raw,
 * fashion-mnist, cifar-10-batches-bin or cifar-100-binary, in this order. Fails with WEFT_BAD_FILE,
 * and the hint says where to get the data. */
enum weft_status data_find(const char *requested, char folder[4096], struct weft_error *error);

/* How a data folder is read. */
struct data_options {
    /* The part of the training images that is held out for tests if the folder has none, above 0
     * and below 1; which images these are depends on their labels and order only. 0: 0.2 for
     * folders of PNG files; other folders without test images are an error. */
    double test_fraction;
    /* The least number of classes of IDX files without names: others than labels show. */
    size_t classes;
    size_t channels; /* the least number of channels of PNG files, 1 or 3; 0: 1 */
};

/* Reads both splits of ${folder}. Its files decide the format:
 *
 *   IDX        train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-... (data/data_files.h)
 *   PNG        train/CLASS/NAME.png, test/CLASS/NAME.png; the classes in the order of their bytes
 *   CIFAR-10   data_batch_1.bin ..., test_batch.bin, batches.meta.txt
 *   CIFAR-100  train.bin, test.bin, fine_label_names.txt
 *
 * A file classes.txt names the classes: UTF-8, one a line. The caller frees both ${images} with
 * images_finish. ${files}, if not NULL, receives what was read, images, then labels, with hashes;
 * without ${files} no hash is computed, which is faster. Everything is checked: fails with
 * WEFT_BAD_FILE and a message that names the file, with WEFT_USAGE for a test_fraction in spite of
 * test images, and with WEFT_NO_MEMORY. */
enum weft_status data_read(const char *folder, const struct data_options *options,
                           struct weft_images images[WEFT_SPLIT_COUNT],
                           struct idx_file files[WEFT_SPLIT_COUNT][2], struct weft_error *error);

/* Reads one split, and no file of the other if it can. */
enum weft_status data_read_split(const char *folder, enum weft_split split,
                                 const struct data_options *options, struct weft_images *images,
                                 struct idx_file files[2], struct weft_error *error);

/* Returns the bytes of one image: a byte a pixel and channel. */
static inline size_t images_size(const struct weft_images *images) {
    return images->channels * images->height * images->width;
}

/* Makes the memory of ${images}, whose arrays are its own, one that slices can share. Fails with
 * WEFT_NO_MEMORY. */
enum weft_status images_share(struct weft_images *images, struct weft_error *error);

/* Returns images ${first} to ${first} + ${count} - 1 of ${images}, which must exist and share their
 * memory. The caller finishes both. Several threads may slice and finish at once. */
struct weft_images images_slice(const struct weft_images *images, size_t first, size_t count);

/* Frees what ${images} holds, memory that is shared with the last of its users, and leaves it all
 * zero. Harmless on all zero. */
void images_finish(struct weft_images *images);

/* Stores the mean and the standard deviation of pixel / 255. The sums are integers, so the results
 * are exact but for the last roundings. Without pixels both are 0. */
void images_statistics(const struct weft_images *images, double *mean, double *deviation);

/* The same of channel ${channel} of ${channels}: the number of channels of the images, or 1 for all
 * of them together. */
void images_channel_statistics(const struct weft_images *images, size_t channel, size_t channels,
                               double *mean, double *deviation);

/* Stores the number of images of each label in ${counts}, images->classes numbers. */
void images_class_counts(const struct weft_images *images, uint64_t *counts);

/* Stores the hashes of ${images} in ${hash}. Fails with WEFT_INTERRUPTED after a signal, with empty
 * ones. */
enum weft_status images_hash(const struct weft_images *images, struct split_hash *hash,
                             struct weft_error *error);

/* Returns whether ${images} could be those of Fashion-MNIST: ten classes without names, and grey
 * images of 28 x 28. */
bool images_look_published(const struct weft_images *images);

/* Returns the names of the classes of ${images}, label 0 first: those of the folder, of the data
 * set that ${hash} is of (unless it is NULL), of Fashion-MNIST if images_look_published, or else
 * the numbers 0 to 999. */
const char *const *images_class_names(const struct weft_images *images,
                                      const struct split_hash *hash);

/* Returns the data set that has a split of ${hash}, and stores which one in ${split}; NULL if it is
 * not known. Known are Fashion-MNIST, MNIST, and the sample of Fashion-MNIST of weft's sources. */
const struct known_data_set *data_recognise(const struct split_hash *hash, enum weft_split *split);

/* Returns known data set ${index}, the published one first; NULL: there is none. */
const struct known_data_set *data_known(size_t index);

#endif

/* images.h: sets of images with labels. */
#ifndef WEFT_IMAGES_H
#define WEFT_IMAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"
#include "weft/options.h"

WEFT_BEGIN

/* A set of images never changes after it was created, so any number of threads may use it. */
struct weft_images;

/* Makes a set of ${count} images, 1 to 2^32 - 1, with copies of ${pixels} and ${labels}. ${shape}
 * is channels, height and width, each 1 to 65536. ${pixels} has count x channels x height x width
 * bytes, image after image, and in an image channel after channel. ${labels} has the label of each
 * image, below ${classes}, which is 2 to 1000; or ${labels} is NULL and ${classes} 0: such images
 * can be predicted, but not trained with. Fails with WEFT_USAGE, and with WEFT_NO_MEMORY. */
WEFT_API enum weft_status weft_images_create(size_t count, const size_t shape[3],
                                             const uint8_t *pixels, const uint16_t *labels,
                                             size_t classes, struct weft_images **images,
                                             struct weft_error *error);

/* Reads the images and labels of ${split} from ${folder}, or from the folder that weft_data_find
 * finds for it. The files in it decide the format:
 *
 *   IDX        train-images-idx3-ubyte and train-labels-idx1-ubyte (test: t10k-...), or else
 *              .idx3-ubyte, both with .gz, and all these in upper case or mixed
 *   PNG        train/CLASS/NAME.png, test/CLASS/NAME.png, all of one size; the classes are in the
 *              order of the bytes of their names, and the images class by class
 *   CIFAR-10   data_batch_1.bin ..., test_batch.bin, batches.meta.txt
 *   CIFAR-100  train.bin, test.bin, fine_label_names.txt: the fine labels
 *
 * IDX images have three dimensions, or four with 1 or 3 channels: images, channels, rows, columns,
 * or with the channels last if only the last number is 3. IDX labels are integers of 8, 16 or 32
 * bits. There are 2 to 1000 classes. A file classes.txt names them: UTF-8, one a line. If a folder
 * of PNG files has no test images, a fifth of its images is held out for tests. Fails with
 * WEFT_BAD_FILE for files that are missing or wrong. */
WEFT_API enum weft_status weft_images_read(const char *folder, enum weft_split split,
                                           struct weft_images **images, struct weft_error *error);

/* How a data folder is read. Set size before the call: WEFT_DATA_OPTIONS. */
struct weft_data_options {
    size_t size;
    /* The part of the training images that is held out for tests, above 0 and below 1, of each
     * class. Which ones these are depends on the labels and their order only. 0: 0.2 for a folder
     * of PNG files without test images. It is an error if the folder has test images. */
    double test_fraction;
    /* The least number of classes of IDX files without names; more than the labels show. 0: as the
     * labels show. */
    size_t classes;
    /* 3: grey PNG files get three equal channels, as they do where another file of the folder that
     * is read is in colour. 0 or 1: they have one otherwise. */
    size_t channels;
};
#define WEFT_DATA_OPTIONS                                                                          \
    { sizeof(struct weft_data_options), 0, 0, 0 }

/* As weft_images_read, with ${options}, which may be NULL. */
WEFT_API enum weft_status weft_data_read_split(const char *folder, enum weft_split split,
                                               const struct weft_data_options *options,
                                               struct weft_images **images,
                                               struct weft_error *error);

/* Reads both splits, in the order of enum weft_split. No file is decoded twice. */
WEFT_API enum weft_status weft_data_read(const char *folder,
                                         const struct weft_data_options *options,
                                         struct weft_images *images[WEFT_SPLIT_COUNT],
                                         struct weft_error *error);

/* Stores the folder of the data in ${folder}, which the caller frees with weft_free: ${requested}
 * if it is not NULL, else the environment variable WEFT_DATA if it is set, else the first of
 * data/fashion-mnist and /usr/share/datasets/fashion-mnist that has a file of training images.
 * ${requested} may also be an IDX file, or a folder that has the data in raw, FashionMNIST/raw,
 * MNIST/raw, fashion-mnist, cifar-10-batches-bin or cifar-100-binary, in this order. Fails with
 * WEFT_BAD_FILE. */
WEFT_API enum weft_status weft_data_find(const char *requested, char **folder,
                                         struct weft_error *error);

/* Makes a set of images ${first} to ${first} + ${count} - 1 of ${images}, which shares their
 * memory. Either set may be destroyed first. */
WEFT_API enum weft_status weft_images_slice(const struct weft_images *images, size_t first,
                                            size_t count, struct weft_images **slice,
                                            struct weft_error *error);

/* Makes a set of copies of ${count} images of ${images}, those of ${indices}, in this order; one
 * may be there several times. Labels and the names of classes stay. With an order of
 * weft_training_order, two parts of it divide images by chance: data folders of PNG files have
 * their images class by class, so that a slice would have some classes only. Fails with WEFT_USAGE
 * for an index that is not below the number of images. */
WEFT_API enum weft_status weft_images_select(const struct weft_images *images,
                                             const uint32_t *indices, size_t count,
                                             struct weft_images **selection,
                                             struct weft_error *error);

/* Frees ${images}. NULL is harmless. */
WEFT_API void weft_images_destroy(struct weft_images *images);

/* Returns the number of images. 0 for NULL. */
WEFT_API size_t weft_images_count(const struct weft_images *images);

/* Stores channels, height and width in ${shape}. Zeros for NULL. */
WEFT_API void weft_images_shape(const struct weft_images *images, size_t shape[3]);

/* Returns the number of classes: 0 without labels, and for NULL. */
WEFT_API size_t weft_images_classes(const struct weft_images *images);

/* Returns the pixels and the labels, which are valid until ${images} and all slices of it are
 * destroyed. NULL for NULL; labels are also NULL if the set has none. */
WEFT_API const uint8_t *weft_images_pixels(const struct weft_images *images);
WEFT_API const uint16_t *weft_images_labels(const struct weft_images *images);

/* Returns the name of class ${label} from classes.txt; NULL: there is none. */
WEFT_API const char *weft_images_class_name(const struct weft_images *images, size_t label);

/* Stores the mean and the standard deviation of pixel / 255, over all pixels. The sums are
 * integers, so the results are exact but for the last roundings. */
WEFT_API enum weft_status weft_images_statistics(const struct weft_images *images, double *mean,
                                                 double *deviation, struct weft_error *error);

/* Stores the mean and the standard deviation of pixel / 255 of each channel, in ${channels} floats
 * each: as many as the images have, up to 16, or 1 for those of all channels together. The bits are
 * the same on every machine. A channel whose pixels are all equal has the deviation 1. Unless
 * ${computed}, grey images of 28 x 28 from IDX files have 0.2859 and 0.3530, those of
 * Fashion-MNIST. */
WEFT_API enum weft_status weft_images_normalisation(const struct weft_images *images, bool computed,
                                                    float *mean, float *deviation, size_t channels,
                                                    struct weft_error *error);

/* Stores the number of images of each label in ${counts}, which has ${classes} elements, as many as
 * weft_images_classes returns. */
WEFT_API enum weft_status weft_images_class_counts(const struct weft_images *images,
                                                   uint64_t *counts, size_t classes,
                                                   struct weft_error *error);

/* What identifies a set of images with labels: the SHA-256, in lower-case hexadecimal, of the
 * images and of the labels, both as uncompressed IDX files of bytes; labels of more than 256
 * classes are 16-bit integers there. */
struct weft_images_hash {
    size_t size;
    char images[65], labels[65];
};

/* Stores the hashes of ${images} in ${hash}, in about 5 ns a byte. Images with several channels are
 * an IDX file of four dimensions, channels before rows. Fails with WEFT_USAGE for images without
 * labels. */
WEFT_API enum weft_status weft_images_hash(const struct weft_images *images,
                                           struct weft_images_hash *hash, struct weft_error *error);

/* A data set that weft recognises by its hashes: Fashion-MNIST, MNIST, and the sample of
 * Fashion-MNIST of weft's sources. */
struct weft_known_data {
    size_t size;
    const char *name; /* "Fashion-MNIST" */
    enum weft_split split;
    bool published; /* it is the set that the published results of weft are of */
    size_t classes;
    const char *const *class_names; /* label 0 first */
};

/* Stores in ${known} which data set ${hash} is of. Returns false, and stores zeros, if it is not
 * known, or if an argument is NULL or has a wrong size. */
WEFT_API bool weft_data_recognise(const struct weft_images_hash *hash,
                                  struct weft_known_data *known);

/* Stores in ${known} split ${split} of known data set ${index}, from 0 on; 0 is the published one.
 * Returns false, and stores zeros, if there is none, or if ${known} is NULL or has a wrong size. */
WEFT_API bool weft_data_known(size_t index, enum weft_split split, struct weft_known_data *known);

WEFT_END

#endif

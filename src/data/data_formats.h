/* data_formats.h: the formats of data folders. data_read.c uses them; a format adds its row. */
#ifndef WEFT_DATA_DATA_FORMATS_H
#define WEFT_DATA_DATA_FORMATS_H

#include "data/images.h"
#include "os/files.h"

/* What the splits of a data folder share: the classes, and the channels of PNG files. */
struct data_classes {
    size_t count;          /* 0: not known yet */
    char **names;          /* from malloc, with NULL after the last; or NULL */
    size_t named;          /* the number of names */
    size_t least;          /* of struct data_options */
    size_t channels;       /* the least of PNG files */
    char counted[OS_PATH]; /* the file whose labels were counted */
};

/* A format. Functions that fail do so with WEFT_BAD_FILE and a message that names the file, or with
 * WEFT_NO_MEMORY. */
struct data_format {
    const char *name, *files; /* "IDX", "train-images-idx3-ubyte" */
    /* Returns whether ${folder} has files of ${split} in this format, right or wrong ones. */
    bool (*has)(const char *folder, enum weft_split split);
    /* The part of the training images that is held out for tests where no file has test images,
     * unless another is requested. 0: such a folder is incomplete. */
    double test_fraction;
    bool mixes_colours; /* images of one channel and of three may be in a folder */
    /* Completes ${classes} as far as it can without the labels: count and names may be known. */
    enum weft_status (*name_classes)(const char *folder, struct data_classes *classes,
                                     struct weft_error *error);
    /* Reads ${split}. Completes ${classes}. The caller finishes ${images}, which are all zero
     * before, also after a failure. ${files} gets the paths of the images and of the labels. */
    enum weft_status (*read)(const char *folder, enum weft_split split,
                             struct data_classes *classes, struct weft_images *images,
                             struct idx_file files[2], struct weft_error *error);
};

extern const struct data_format data_idx, data_png, data_cifar10, data_cifar100;

/* Returns the format of ${folder}, or NULL if it has files of none. Fails with WEFT_BAD_FILE if it
 * has files of two: ${format} is then NULL, too. */
enum weft_status data_format_find(const char *folder, const struct data_format **format,
                                  struct weft_error *error);

/* Stores how many classes ${folder} has. Fails if its names are more or fewer. */
enum weft_status data_classes_count(struct data_classes *classes, size_t count, const char *folder,
                                    struct weft_error *error);

/* Checks that ${label}, number ${index} of ${path}, is below ${classes}, or below
 * IMAGES_CLASSES_MAX if ${classes} is 0. */
enum weft_status data_check_label(const char *path, size_t index, int64_t label, size_t classes,
                                  struct weft_error *error);

/* Images that are added one by one. All zero is empty. */
struct image_list {
    struct weft_images images; /* the shape is the caller's to set, before the first image */
    size_t capacity;           /* images that the arrays have room for */
};

/* Adds an image with ${label}, and stores in ${pixels} where its bytes belong. Fails with
 * WEFT_BAD_FILE if all images have more than IMAGES_BYTES_MAX bytes. */
enum weft_status image_list_add(struct image_list *list, uint16_t label, const char *path,
                                uint8_t **pixels, struct weft_error *error);

/* Makes three equal channels of the one channel of all images. */
enum weft_status image_list_colour(struct image_list *list, struct weft_error *error);

/* Moves the images to ${images}, without the room for more. */
void image_list_take(struct image_list *list, struct weft_images *images);

/* Copies an image of ${area} pixels to ${to}, one channel after the other. Pixel i begins at
 * ${from}[i x ${step}], with its channels side by side; with a step of 1 it is grey, and all
 * ${channels} become equal. */
void image_planes(const uint8_t *from, size_t step, size_t area, size_t channels, uint8_t *to);

/* Moves a part of ${images} to ${test}: of each class, ${fraction} (0 to 1) of its images, to the
 * nearest whole number, but not all. Which ones depends on the labels, their order and ${fraction}
 * only. The caller finishes both, also after a failure. ${folder} is for messages. */
enum weft_status data_hold_out(struct weft_images *images, double fraction, const char *folder,
                               struct weft_images *test, struct weft_error *error);

#endif

/* identity.h: which data set images are, and whether they are the ones that a user expects. */
#ifndef WEFT_CLI_IDENTITY_H
#define WEFT_CLI_IDENTITY_H

#include "cli/options.h"
#include "weft/images.h"
#include "weft/model.h"

enum { CLI_CLASSES_MAX = 1000 };

/* The hashes of a split, which a thread computes while the device is opened. All zero: not
 * started. Keep its address until cli_identity_finish. */
struct cli_identity {
    const struct weft_images *images;
    struct weft_images_hash hash;
    struct os_task *task;
    const char *classes[CLI_CLASSES_MAX]; /* of cli_identity_classes */
    char numbers[CLI_CLASSES_MAX][24];
};

/* Starts to hash ${images}, which must not change until cli_identity_finish. */
void cli_identity_start(struct cli_identity *identity, const struct weft_images *images);

/* Waits until identity->hash is there. Harmless on all zero, and twice. */
void cli_identity_finish(struct cli_identity *identity);

/* The same, but fails with WEFT_INTERRUPTED, and the message ${interrupted}, if a signal has ended
 * the hashing. */
enum weft_status cli_identity_wait(struct cli_identity *identity, const char *interrupted,
                                   struct weft_error *error);

/* Warns if the two splits of ${folder} are not a known data set of Fashion-MNIST's classes, nor
 * another one with the names of its classes. */
void cli_identity_check_folder(const struct cli_options *options, const char *folder,
                               const struct cli_identity identity[WEFT_SPLIT_COUNT]);

/* Warns if ${model}, of the file ${path}, records its data, and ${split} of ${folder} is none of
 * it, or its other split. */
void cli_identity_check_split(const struct cli_options *options, const char *folder,
                              enum weft_split split, const struct cli_identity *identity,
                              const char *path, const struct weft_model *model);

/* Returns the names of the classes, as many as the images have: those that ${model} records, unless
 * it is NULL, else those of the folder, of the data set, of Fashion-MNIST if the images have its
 * shape, or else their numbers. Valid as long as ${identity}, the model and the images. */
const char *const *cli_identity_classes(const struct weft_model *model,
                                        struct cli_identity *identity);

/* Returns whether ${model} was trained on images of Fashion-MNIST: by the hashes that it records,
 * or by the names of its classes if it records none. */
bool cli_identity_is_published(const struct weft_model *model);

/* Returns whether both are of the same images with the same labels. */
bool cli_identity_same(const struct weft_images_hash *a, const struct weft_images_hash *b);

/* Returns "Fashion-MNIST", or ${unknown}. */
const char *cli_identity_name(const struct weft_images_hash *hash, const char *unknown);

/* Returns the published data set, Fashion-MNIST. */
struct weft_known_data cli_identity_published(void);

#endif

/* predict.h: the state of weft predict, and how it is read. */
#ifndef WEFT_CLI_PREDICT_PREDICT_H
#define WEFT_CLI_PREDICT_PREDICT_H

#include "base/json_write.h"
#include "cli/identity.h"
#include "cli/options.h"
#include "cli/predict/picture.h"
#include "weft/model.h"

/* How files become images. */
enum cli_prepare { CLI_PREPARE_AUTO, CLI_PREPARE_PHOTO, CLI_PREPARE_PLAIN };

enum cli_mirror { CLI_MIRROR_AUTO, CLI_MIRROR_YES, CLI_MIRROR_NO };

struct cli_predict_options {
    struct cli_options common;
    const char *network, *index, *out;
    uint64_t top;
    int split, prepare, invert, mirror, theme;
};

/* The images and what is computed of them. All zero but options at the start. */
struct cli_prediction {
    const struct cli_predict_options *options;
    struct weft_model *model;
    size_t classes;                   /* of the network */
    size_t channels, height, width;   /* of the images */
    bool published;                   /* the model is of Fashion-MNIST */
    bool photo;                       /* files are prepared as its images are */
    const char *const *fashion;       /* names of the classes of Fashion-MNIST */
    size_t fashion_classes;           /* their number */
    char numbers[CLI_CLASSES_MAX][8]; /* names of classes without names */
    size_t count, unread;             /* images that were read, files that were not */
    size_t computed;                  /* count, or 2 x count if mirrored images follow */
    uint8_t *pixels;                  /* computed x channels x height x width */
    uint16_t *labels;                 /* computed */
    bool *exact;                      /* count: the file had the size of the input */
    bool *mirrored;                   /* count: the mirrored image was chosen */
    bool *stretched;                  /* count: the file had another shape than the input */
    enum cli_content *content;        /* count */
    char **names;                     /* count: a path, or "test:17" */
    float *logits;                    /* computed x classes; later probabilities */
    bool draws;                       /* the file of --out */
};

/* prepare.c: returns whether the model is of Fashion-MNIST. One that names neither its data nor its
 * classes is, if it has as many classes and takes grey images of the same size. */
bool cli_predict_published(const struct cli_prediction *state);

/* Returns the name of class ${label}. */
const char *cli_predict_class(const struct cli_prediction *state, size_t label);

/* Decides how files become images. Fails if the network cannot take such images. */
enum weft_status cli_predict_prepare(struct cli_prediction *state, struct weft_error *error);

/* Makes image ${image} of the file ${path}, whose name the caller adds. Stores whether the picture
 * should have been turned, but the file does not say how. */
enum weft_status cli_predict_file(struct cli_prediction *state, size_t image, const char *path,
                                  bool *damaged_exif, struct weft_error *error);

/* mirror.c: mirrors the images, or adds mirrored images after them, as the option requires. Sets
 * state->computed to the number of images then. */
void cli_predict_mirror(struct cli_prediction *state);

/* With probabilities in state->logits: replaces an image and its probabilities by the mirrored ones
 * where these are better. */
void cli_predict_mirror_choose(struct cli_prediction *state);

/* Reads the model, and the image files or the images of --index. A file that cannot be read is
 * reported at once and counted. The caller calls cli_predict_finish, after a failure too. */
enum weft_status cli_predict_read(struct cli_prediction *state, struct weft_error *error);
void cli_predict_finish(struct cli_prediction *state);

/* warnings.c: adds the member "warnings" to the event of a prediction, or the same in words to its
 * line: "empty-picture" where there is nothing in the picture, "other-shape" where it was
 * stretched, "low-confidence" where no class has a probability of 0.5. */
void cli_predict_warnings_json(const struct cli_prediction *state, size_t image,
                               struct json_writer *json);
void cli_predict_warnings_text(const struct cli_prediction *state, size_t image, struct text *text);

/* Warns about these images: with one line for all of a kind on stderr, and with --json also with an
 * event for each. Fails with WEFT_NO_MEMORY without memory. */
enum weft_status cli_predict_warn(const struct cli_prediction *state, struct weft_error *error);

#endif

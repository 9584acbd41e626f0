/* layer.h: what a kind of layer offers to the rest, one row a kind. README.md says how to add one.
 *
 * A row is pure description: arguments, shapes, tensors and texts. How a layer is computed is known to the
 * backends alone, each with a file of the same name. */
#ifndef WEFT_NETWORK_LAYER_H
#define WEFT_NETWORK_LAYER_H

#include "base/json_write.h"
#include "base/text.h"
#include "weft/network.h"

struct json_t;

/* The most floats in an image at any place of a network, in all its parameters, and in all its buffers. A product of two
 * such numbers, doubled, still fits a uint64_t; twice the bytes of one fit a size_t of 64 bits. */
#define NETWORK_FLOATS_MAX 0x7fffffffu

enum {
    NETWORK_LAYERS_MAX = 1024,      /* layers of a network */
    LAYER_TENSORS_MAX = 4,          /* tensors of a layer */
    NETWORK_INPUT_SIDE_MAX = 65536, /* each number of "input" */
    NETWORK_LIST_BYTES_MAX = 1 << 20
};

/* What the values of a tensor start with. */
enum initial {
    INITIAL_ZERO,
    INITIAL_ONE,
    INITIAL_UNIFORM /* in +-1/sqrt(fan_in) of the layer's first tensor (out, in, ...) */
};

struct layer_kind {
    /* Names of its arguments in a list, besides kind and name, ending with NULL. */
    const char *const *arguments;

    /* Arguments in JSON, none of them its default, with sizes that are not multiples of anything: "\"kernel_size\": 3".
     * weft verify and the tests check the kind with them; an input of 3 x 14 x 11 must fit, or a flat one. */
    const char *example;

    /* Reads the arguments from the JSON object ${list} into layer->as. The names in ${list} are known to be good.
     * NULL: the kind has none. Fails with WEFT_BAD_FILE. */
    enum weft_status (*parse)(const struct json_t *list, struct weft_layer *layer,
                              struct weft_error *error);

    /* Sets layer->output from layer->input and the arguments. Fails with WEFT_BAD_FILE and both shapes in the
     * message when they do not fit. Numbers up to NETWORK_FLOATS_MAX can come in; the caller checks the size of what comes out. */
    enum weft_status (*infer)(struct weft_layer *layer, struct weft_error *error);

    /* Describes the layer's tensors in ${tensors}: name (without the layer's, "weight"), trained, rank and shape; the shapes
     * are known to fit. Returns how many; the order is the one of the flat arrays and of model files. NULL: none. */
    size_t (*declare)(const struct weft_layer *layer,
                      struct weft_tensor tensors[LAYER_TENSORS_MAX]);

    /* What each of these tensors starts with. */
    enum initial initial[LAYER_TENSORS_MAX];

    /* It has num_batches_tracked, the training steps that changed its buffers; model files hold it. */
    bool counts_batches;

    /* The offset in struct weft_layer of the argument that weft_layer_outputs returns. 0: none. */
    size_t outputs;

    /* Writes all arguments, including those with their default, as members of the open object.
     * NULL: none. */
    void (*write)(const struct weft_layer *layer, struct json_writer *json);

    /* Adds the layer as PyTorch prints it: "Linear(in_features=60, out_features=10, bias=True)". */
    void (*pytorch)(const struct weft_layer *layer, struct text *text);

    /* What weft_layer_flop returns. NULL: 0. */
    uint64_t (*flop)(const struct weft_layer *layer);
};

/* The rows: layer_conv2d and so on. */
#define LAYER(KIND, name) extern const struct layer_kind layer_##name;
#include "network/layers.def"

/* kinds.c: the table. */
extern const struct layer_kind *const layer_kinds[WEFT_KIND_COUNT];

/* Returns the kind called ${name}, or WEFT_KIND_COUNT. */
enum weft_kind kind_find(const char *name);

/* Returns a list of layers with the example of ${kind} in it and a flat output of 10, for weft_network_create, in memory that
 * the caller frees; NULL without memory. */
char *kind_example(enum weft_kind kind);

/* arguments.c: each reads one argument of the JSON object ${list}, and fails with WEFT_BAD_FILE and the argument's name. */

/* An integer from 1 to NETWORK_FLOATS_MAX, which must be present. */
enum weft_status argument_size(const struct json_t *list, const char *name, size_t *value,
                               struct weft_error *error);

/* An integer from ${min} to NETWORK_FLOATS_MAX, or ${fallback} if it is missing. */
enum weft_status argument_optional(const struct json_t *list, const char *name, size_t min,
                                   size_t fallback, size_t *value, struct weft_error *error);

/* Height and width, which must be present: [h, w], or one number for both. */
enum weft_status argument_pair(const struct json_t *list, const char *name, size_t *height,
                               size_t *width, struct weft_error *error);

/* true or false, or ${fallback} if it is missing. */
enum weft_status argument_bool(const struct json_t *list, const char *name, bool fallback,
                               bool *value, struct weft_error *error);

/* A number from ${min} to ${max}, rounded to float, or ${fallback} if it is missing. */
enum weft_status argument_float(const struct json_t *list, const char *name, double fallback,
                                double min, double max, float *value, struct weft_error *error);

/* Fails unless ${list} has only arguments of ${kind}, "kind" and "name". */
enum weft_status arguments_check(struct json_t *list, enum weft_kind kind,
                                 struct weft_error *error);

/* Windows that slide over the rows and columns of an image, as cl/windows.h describes for one dimension. */
struct layer_windows {
    size_t height, width, stride, padding;
};

/* shape.c: sets the output of ${layer} to ${channels} images of one value a window. Fails with WEFT_BAD_FILE if the input is
 * flat, if a window is larger than the input with its padding, and if the padding is more than half of a window. ${what}:
 * "window" or "kernel", for messages. */
enum weft_status layer_infer_windows(struct weft_layer *layer, size_t channels,
                                     struct layer_windows windows, const char *what,
                                     struct weft_error *error);

#endif

/* layer.h: the description of a kind of layer, one row a kind: arguments, shapes, tensors and
 * texts. How a layer is computed is in the backends, which have files of the same names.
 * CONTRIBUTING.md describes how to add a layer.
 *
 * For each layer of a list, network_create.c finds the row of its kind, reads the arguments that
 * the row lists and the inputs, calls infer or join, and gives the tensors of declare their names
 * and offsets. */
#ifndef WEFT_NETWORK_LAYER_H
#define WEFT_NETWORK_LAYER_H

#include "base/json_write.h"
#include "base/text.h"
#include "network/network.h"

struct json_path;
struct json_t;

/* The maximum of floats in all parameters, and in all buffers. A product of two such numbers,
 * doubled, fits a uint64_t. Twice the bytes of one fit a size_t of 64 bits. */
#define NETWORK_FLOATS_MAX 0x7fffffffu

/* The maximum of floats in an image at any layer: those of 16 images fit an int, which indexes a
 * shard in the kernels (cl/lanes.h). */
#define NETWORK_IMAGE_MAX 0x7ffffffu

enum {
    NETWORK_LAYERS_MAX = 1024,      /* layers of a network */
    LAYER_TENSORS_MAX = 4,          /* tensors of a layer */
    LAYER_ARGUMENTS_MAX = 7,        /* arguments of a layer */
    NETWORK_INPUT_SIDE_MAX = 65536, /* each number of "input" */
    NETWORK_LIST_BYTES_MAX = 1 << 20
};

/* The initial values of a tensor. */
enum initial {
    INITIAL_ZERO,
    INITIAL_ONE,
    INITIAL_UNIFORM /* in +-1 / sqrt(fan_in) of the layer's first tensor, (out, in, ...) */
};

enum argument_type {
    ARGUMENT_SIZE,  /* an integer up to NETWORK_FLOATS_MAX; a size_t */
    ARGUMENT_PAIR,  /* [height, width], or one number for both; two size_t, one after the other */
    ARGUMENT_BOOL,  /* true or false; a bool */
    ARGUMENT_FLOAT, /* rounded to float and cleaned (weft_clean); a float */
    ARGUMENT_WORD   /* the only string that is supported, which must be present; it has no offset */
};

/* The offset of a member of layer->as. */
#define IN_LAYER(member) offsetof(struct network_layer, as.member)

/* An argument of a kind of layer. It must be present, unless it has a default. */
struct layer_argument {
    const char *name;
    enum argument_type type;
    size_t offset;       /* of its value in struct network_layer */
    double min, max;     /* of an integer (only min) or a float */
    bool optional;       /* if it is missing, it is ${fallback} */
    double fallback;     /* a default */
    bool short_form;     /* it is not written if it is ${fallback}: it is newer than the others */
    const char *same_as; /* if it is missing, it is this argument */
    const char *word, *pytorch_default; /* the string, and what PyTorch uses without one */
};

struct layer_kind {
    /* Its arguments, in the order of lists, without kind and name; then empty rows. */
    struct layer_argument arguments[LAYER_ARGUMENTS_MAX + 1];

    /* All arguments in JSON, none with its default value, in sizes that are not powers of two:
     * "\"kernel_size\": 3". weft verify and the tests check the kind with them; an input of 3 x 13
     * x 11 must fit, or a flat one. */
    const char *example;

    /* Sets layer->output from layer->input and the arguments. Fails with WEFT_BAD_FILE if they do
     * not fit; the message has both shapes. Numbers of the input are up to NETWORK_FLOATS_MAX; the
     * caller checks the size of the output. NULL: the output has the shape of the input. */
    enum weft_status (*infer)(struct network_layer *layer, struct weft_error *error);

    /* In place of infer, of a kind that reads 2 to LAYER_INPUTS_MAX tensors: the shapes are those
     * of layer_input_shape. NULL: the kind reads one. */
    enum weft_status (*join)(const struct weft_network *network, struct network_layer *layer,
                             struct weft_error *error);

    /* What a backward pass reads of the values that a forward pass has left. */
    bool backward_reads_input, backward_reads_output;

    /* Describes the layer's tensors in ${tensors}: name (without the layer's name: "weight"),
     * trained, rank and shape. The shapes have been checked. Returns the number of tensors, which
     * is that of the kind: one that this layer does not have keeps rank 0. Their order is that of
     * the flat arrays and of model files. NULL: the kind has none. */
    size_t (*declare)(const struct network_layer *layer,
                      struct network_tensor tensors[LAYER_TENSORS_MAX]);

    /* The initial values of each of these tensors. */
    enum initial initial[LAYER_TENSORS_MAX];

    /* The layer has num_batches_tracked in model files: the training steps that changed its
     * buffers. */
    bool counts_batches;

    /* The offset in struct network_layer of the argument that layer_outputs returns. 0: none. */
    size_t outputs;

    /* Adds the layer as PyTorch prints it: "Linear(in_features=60, out_features=10, bias=True)". */
    void (*pytorch)(const struct network_layer *layer, struct text *text);

    /* What layer_flop returns. NULL: 0. */
    uint64_t (*flop)(const struct network_layer *layer);
};

/* The rows: layer_conv2d and so on. */
#define LAYER(KIND, name) extern const struct layer_kind layer_##name;
#include "network/layers.def"

/* kinds.c: the table. */
extern const struct layer_kind *const layer_kinds[LAYER_KIND_COUNT];

/* Returns the kind ${name}, or LAYER_KIND_COUNT if there is none. */
enum layer_kind_id kind_find(const char *name);

/* Returns a list of layers with the example of ${kind} in it and a flat output of 10, for
 * network_create, in memory that the caller frees; NULL without memory. */
char *kind_example(enum layer_kind_id kind);

/* arguments.c: reads the arguments of ${layer}, whose kind is known, from the JSON object ${list}.
 * Fails with WEFT_BAD_FILE for a value that the table does not allow, and for an unknown name, and
 * adds the member to ${path}. */
enum weft_status arguments_read(struct json_t *list, struct network_layer *layer,
                                struct json_path *path, struct weft_error *error);

/* Writes the arguments as members of the open object, including those with their default, except
 * those of short_form. */
void arguments_write(const struct network_layer *layer, struct json_writer *json);

/* graph.c: stores the activations that layer ${index} reads, which "inputs" of the JSON object
 * ${list} names; without it, the output of the layer before. Fails with WEFT_BAD_FILE for names
 * that are not those of earlier layers, and for a wrong number of them. */
enum weft_status inputs_read(const struct weft_network *network, size_t index,
                             const struct json_t *list, struct network_layer *layer,
                             struct json_path *path, struct weft_error *error);

/* Writes "inputs" as a member of the open object, unless layer ${index} reads just the output of
 * the layer before. */
void inputs_write(const struct weft_network *network, size_t index, struct json_writer *json);

/* Fills network->readers. Fails with WEFT_BAD_FILE if no layer reads an output other than that of
 * the last layer, and with WEFT_NO_MEMORY. */
enum weft_status network_link(struct weft_network *network, struct json_path *path,
                              struct weft_error *error);

/* Returns the shape of input ${input} of ${layer}. */
struct tensor_shape layer_input_shape(const struct weft_network *network,
                                      const struct network_layer *layer, size_t input);

/* Returns the name of activation ${index} in lists: "input", or the name of its layer. */
const char *activation_layer(const struct weft_network *network, size_t index);

/* description.c: fills network->public_layers and network->public_tensors. Fails with
 * WEFT_NO_MEMORY. */
enum weft_status network_describe(struct weft_network *network, struct weft_error *error);

/* Windows that slide over the rows and columns of an image, as cl/sliding.h describes for one
 * dimension. */
struct layer_windows {
    struct network_pair kernel, stride, padding, dilation;
};

/* shape.c: writes ${pair} as PyTorch prints it, "3" or "(3, 4)". Returns ${text}. */
char *pair_python(struct network_pair pair, char text[64]);

/* shape.c: fails with WEFT_BAD_FILE if the padding is more than half of a window, for layers whose
 * windows must have a value of the input each. */
enum weft_status layer_check_padding(struct network_pair window, struct network_pair padding,
                                     struct weft_error *error);

/* Return the channels of the input and of the output in a group of a conv2d. */
static inline size_t conv2d_group_inputs(const struct network_layer *layer) {
    return layer->input.channels / layer->as.conv2d.groups;
}
static inline size_t conv2d_group_outputs(const struct network_layer *layer) {
    return layer->output.channels / layer->as.conv2d.groups;
}

/* graph.c: fails with WEFT_BAD_FILE unless the inputs of ${layer} have the same height and width,
 * and channels if ${channels}. ${same}: the message from these words up to the first shape. */
enum weft_status layer_check_inputs(const struct weft_network *network,
                                    const struct network_layer *layer, bool channels,
                                    const char *same, struct weft_error *error);

/* shape.c: sets the output of ${layer} to ${channels} channels with one value for each window.
 * Fails with WEFT_BAD_FILE if the input is flat, if a window is larger than the input with its
 * padding, and if these are too large. ${what}: "window" or "kernel", for messages. */
enum weft_status layer_infer_windows(struct network_layer *layer, size_t channels,
                                     struct layer_windows windows, const char *what,
                                     struct weft_error *error);

#endif

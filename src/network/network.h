/* network.h: networks: a list of layers (weft/network.h), with named tensors and their offsets. */
#ifndef WEFT_NETWORK_NETWORK_H
#define WEFT_NETWORK_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "weft/network.h"

#define LAYER_NAME_MAX   64 /* bytes of a layer's name, with the terminating zero */
#define LAYER_INPUTS_MAX 16 /* tensors that a layer reads */

/* The kinds of layers, as in src/network/layers.def. */
enum layer_kind_id {
    LAYER_KIND_CONV2D,
    LAYER_KIND_MAX_POOL2D,
    LAYER_KIND_AVG_POOL2D,
    LAYER_KIND_GLOBAL_AVG_POOL2D,
    LAYER_KIND_RELU,
    LAYER_KIND_LEAKY_RELU,
    LAYER_KIND_SIGMOID,
    LAYER_KIND_TANH,
    LAYER_KIND_GELU,
    LAYER_KIND_SILU,
    LAYER_KIND_BATCH_NORM,
    LAYER_KIND_DROPOUT,
    LAYER_KIND_FLATTEN,
    LAYER_KIND_LINEAR,
    LAYER_KIND_ADD,
    LAYER_KIND_CONCAT,
    LAYER_KIND_COUNT
};

/* The shape of one image's tensor in a network. A flat tensor of F features is F x 1 x 1. */
struct tensor_shape {
    size_t channels, height, width;
    bool flat; /* after flatten or linear: one dimension in PyTorch, not three */
};

/* Rows and columns of a window, and what else is given for both. */
struct network_pair {
    size_t height, width;
};

/* A named array of a layer: a parameter (trained) or a buffer (batch norm's running statistics). */
struct network_tensor {
    char name[LAYER_NAME_MAX + 32]; /* PyTorch's: "conv1.weight", "batchN1.running_mean" */
    bool trained;                   /* true: in the parameters; false: in the buffers */
    size_t layer;                   /* index of its layer */
    size_t part;                    /* which tensor of the layer's kind: the index in declare */
    size_t rank;                    /* number of dimensions, 1 to 4 */
    size_t shape[4];                /* outermost first, as in PyTorch; unused ones are 1 */
    size_t offset;                  /* of its first float in the parameters or the buffers */
    size_t count;                   /* of floats: the product of shape */
};

/* One layer of a network. ${kind} selects the member of the union. */
struct network_layer {
    enum layer_kind_id kind;
    char name[LAYER_NAME_MAX];
    bool named; /* the list has the name; false: it was made from kind and position */
    /* The activations that it reads, in order: 0 is the network's input, i the output of layer
     * i - 1. All are of earlier layers; the same one may be there twice. */
    size_t input_count, inputs[LAYER_INPUTS_MAX];
    struct tensor_shape input, output; /* input: the first of them */
    union {
        struct {
            size_t out_channels;
            struct network_pair kernel, stride, padding, dilation;
            size_t groups; /* of channels: those of the output read those of the input */
            bool bias;
        } conv2d; /* weight (out, in / groups, height, width), bias (out) */
        struct {
            struct network_pair kernel, stride, padding;
        } max_pool2d; /* a rest at the edge of the input is ignored */
        struct {
            struct network_pair kernel, stride, padding;
            bool count_include_pad; /* the divisor of a mean also counts padding */
        } avg_pool2d;
        struct {
            float negative_slope;
        } leaky_relu;
        struct {
            float p;
        } dropout;
        struct {
            float eps, momentum;
            bool affine;
        } batch_norm; /* affine: weight, bias; buffers running_mean, running_var; (channels) each */
        struct {
            size_t out_features;
            bool bias;
        } linear; /* weight (out_features, in_features), bias (out_features) */
    } as;
    size_t first_tensor, tensors; /* its tensors are network->tensors[first_tensor ...] */
};

/* An input of a layer, seen from the activation that it reads. */
struct network_reader {
    size_t layer, input; /* input: index in its inputs */
};

struct weft_network {
    struct tensor_shape input;
    size_t layer_count;
    struct network_layer *layers;
    size_t tensor_count;
    /* In the order of layers; within a layer weight, bias, running_mean, running_var. */
    struct network_tensor *tensors;
    size_t parameter_count; /* floats in the flat array of all trained tensors */
    size_t buffer_count;    /* floats in the flat array of all running statistics */
    /* Of activation 0, then of activation 1 ...: those of activation i begin at first_reader[i],
     * and end where those of i + 1 begin. Each in ascending order. */
    struct network_reader *readers;
    size_t *first_reader;
    struct weft_layer *public_layers;   /* what weft/network.h shows of each layer */
    struct weft_tensor *public_tensors; /* and of each tensor */
};

/* Makes a network from the list of layers in ${text} (zero-terminated JSON) and stores it in
 * ${network}. The caller frees it with network_destroy. Infers and checks every shape.
 * Fails as weft_network_create. */
enum weft_status network_create(const char *text, struct weft_network **network,
                                struct weft_error *error);

/* Makes the published network: Fashion-MNIST, 33,250 parameters, the names of the notebook. */
enum weft_status network_create_published(struct weft_network **network, struct weft_error *error);

/* Stores a copy of ${network} in ${copy}, which the caller frees with network_destroy. Fails with
 * WEFT_NO_MEMORY. */
enum weft_status network_copy(const struct weft_network *network, struct weft_network **copy,
                              struct weft_error *error);

/* Frees ${network}, which may be NULL. */
void network_destroy(struct weft_network *network);

/* Returns the list of layers of ${network} as JSON in one line, in memory that the caller frees;
 * NULL without memory. The same network always gives the same text. network_create reads it
 * back. */
char *network_to_json(const struct weft_network *network);

/* Returns the network as PyTorch prints a Module called Network, whose attributes are the layers
 * with a name in the list, and those with parameters: several lines, without a newline
 * after the last one, in memory that the caller frees; NULL without memory. */
char *network_to_pytorch(const struct weft_network *network);

/* Returns the graph of ${network} for Graphviz: several lines, without a newline after the last
 * one, in memory that the caller frees; NULL without memory. */
char *network_to_dot(const struct weft_network *network);

/* Returns the number of channels whose bytes have values of their own: those of the input of
 * ${network}, or 1 if it is flat. */
static inline size_t network_pixel_channels(const struct weft_network *network) {
    return network->input.flat ? 1 : network->input.channels;
}

/* Returns the shape of the output of the last layer. Its size is the number of classes. */
struct tensor_shape network_output(const struct weft_network *network);

/* Fails with WEFT_BAD_FILE unless ${network} ends in a flat output of ${classes} numbers, as
 * training and evaluation need; the message names the last layer and its shape. Fails with
 * WEFT_USAGE for fewer than 2 classes. */
enum weft_status network_check_classifier(const struct weft_network *network, size_t classes,
                                          struct weft_error *error);

/* Returns the tensor called ${name}, or NULL. */
const struct network_tensor *network_find(const struct weft_network *network, const char *name);

/* Returns the shape of activation ${index}, for one image. */
struct tensor_shape activation_shape(const struct weft_network *network, size_t index);

/* Returns the number of readers of activation ${index}. The gradient of an activation is the sum of
 * what its readers contribute, in the order of a backward pass: the last reader first
 * (cl/README.md, section 3). */
size_t activation_readers(const struct weft_network *network, size_t index);

/* Returns whether input ${input} of ${layer} is the last reader of its activation, whose
 * contribution to the gradient is stored; those of the others are added to it. */
bool layer_stores_gradient(const struct weft_network *network, const struct network_layer *layer,
                           size_t input);

/* Returns whether it is the first reader, whose contribution, added last, makes the gradient
 * complete. */
bool layer_completes_gradient(const struct weft_network *network, const struct network_layer *layer,
                              size_t input);

/* Returns whether no layer but the next one reads the output of layer ${index}, and the next one
 * reads nothing else. */
bool layer_feeds_next(const struct weft_network *network, size_t index);

/* Returns the name of ${kind}, as in lists of layers and in file names: "conv2d". */
const char *layer_kind_name(enum layer_kind_id kind);

/* Returns the number of floats of one image in ${shape}: channels x height x width. */
size_t shape_size(struct tensor_shape shape);

/* Writes ${shape} as "6 x 24 x 24", or "192" when flat, into ${text}. Returns ${text}. */
char *shape_text(struct tensor_shape shape, char text[64]);

/* Returns the argument of ${layer} that is its number of outputs, such as out_channels; NULL if the
 * layer has none. A caller may change it, and make the changed network with network_to_json
 * and network_create. */
size_t *layer_outputs(struct network_layer *layer);

/* Returns the floating-point operations of a forward pass of ${layer} for one image. A
 * multiplication and an addition count as two. As usual, only products that are added to a sum
 * count (conv2d, linear); other layers have 0. */
uint64_t layer_flop(const struct network_layer *layer);

#endif

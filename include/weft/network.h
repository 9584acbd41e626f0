/* network.h: networks: a list of layers, which may form a graph, with shapes and named tensors.
 *
 * A network is made from a list of layers in JSON, which model files contain:
 *
 *   {"input": [1, 28, 28],
 *    "layers": [
 *      {"kind": "conv2d", "name": "conv1", "out_channels": 6, "kernel_size": 5},
 *      {"kind": "max_pool2d", "kernel_size": 2, "stride": 2},
 *      {"kind": "relu"},
 *      {"kind": "batch_norm", "name": "batchN1", "eps": 1e-5, "momentum": 0.1},
 *      {"kind": "flatten"},
 *      {"kind": "linear", "name": "out", "out_features": 10}]}
 *
 * Arguments have PyTorch's names, meanings and defaults:
 *
 *   conv2d        out_channels, kernel_size, stride 1, padding 0, dilation 1, groups 1, bias true
 *   max_pool2d    kernel_size, stride (kernel_size), padding 0
 *   avg_pool2d    the same, and count_include_pad true
 *   leaky_relu    negative_slope 0.01
 *   gelu          approximate, which must be "tanh"
 *   dropout       p 0.5
 *   batch_norm    eps 1e-5 (1e-9 to 1), momentum 0.1 (0 to 1), affine true
 *   linear        out_features, bias true
 *
 * kernel_size, stride, padding and dilation are a number, or [height, width]. The padding of a pool
 * is at most half of its kernel_size. "input" is [channels, height, width] or [features], which is
 * flat.
 *
 * A layer reads the output of the layer before it, the first one the network's input. "inputs"
 * names other tensors: {"kind": "add", "inputs": ["conv1", "relu3"]}. Each is the name of an
 * earlier layer, or "input". A layer other than add and concat reads one, those two read 2 to 16;
 * the same name may be there twice. The inputs of add have the same shape. concat joins channels,
 * or features of flat inputs; height and width are the same. Some layer reads the output of each
 * layer but the last one.
 *
 * A layer without "name" is called after its kind and its position in the list: "relu3" is layer 3,
 * counted from 1. A name consists of letters, digits and _, with single dots between them as in
 * "features.0", is unique, and is not "input".
 *
 * Limits: each number of "input" is at most 65536. The input and the output of each layer have at
 * most 2^27 - 1 numbers, all parameters at most 2^31 - 1, and so have all running statistics. There
 * are at most 1024 layers.
 *
 * The output of a network is that of its last layer. In training these are the logits of a softmax
 * cross entropy over as many classes. */
#ifndef WEFT_NETWORK_H
#define WEFT_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

/* A network never changes after it was created, so any number of threads may use it. */
struct weft_network;

/* One layer of a network. */
struct weft_layer {
    size_t size;
    const char *kind;             /* "conv2d" */
    const char *name;             /* "conv1" */
    size_t input[3], output[3];   /* of an image: channels, height, width; flat: features, 1, 1;
                                     input: the first of the tensors that the layer reads */
    bool flat_input, flat_output; /* one dimension in PyTorch, not three */
    size_t first_tensor, tensors; /* its tensors: weft_network_tensor(network, first_tensor) ... */
    size_t parameters;            /* floats of its trained tensors */
    uint64_t flop;                /* operations of a forward pass of an image, as PyTorch's tools
                                     count: a product and a sum are two, and only those of conv2d
                                     and linear count */
    size_t input_count;           /* of the tensors that the layer reads */
    const size_t *inputs;         /* which these are: 0 is the network's input, i the output of
                                     layer i - 1 */
};

/* A named array of a layer: a parameter, or a running statistic of batch norm. */
struct weft_tensor {
    size_t size;
    const char *name; /* PyTorch's: "conv1.weight", "batchN1.running_mean" */
    bool trained;     /* false: a running statistic */
    size_t layer;     /* index of its layer */
    size_t rank;      /* number of dimensions, 1 to 4 */
    size_t shape[4];  /* outermost first, as in PyTorch; unused ones are 1 */
    size_t count;     /* of floats: the product of shape */
};

/* Makes a network from the list of layers in ${json}, a text that ends with a zero. Infers and
 * checks every shape. Fails with WEFT_BAD_FILE for a text that is not such a list, an unknown kind
 * or argument, a name that is used twice, and a layer that does not fit its input. The message
 * begins with the place, "network:LINE:COLUMN: ", names the layer, and has both shapes. Lines and
 * columns count from 1; a column is a character of UTF-8. */
WEFT_API enum weft_status weft_network_create(const char *json, struct weft_network **network,
                                              struct weft_error *error);

/* Makes the published network of weft: Fashion-MNIST, 33,250 parameters. */
WEFT_API enum weft_status weft_network_create_published(struct weft_network **network,
                                                        struct weft_error *error);

/* Frees ${network}. NULL is harmless. Models that were created with it have copies. */
WEFT_API void weft_network_destroy(struct weft_network *network);

/* Returns the list of layers as JSON in one line; the caller frees it with weft_free. Of the
 * arguments that have their default, it has stride, padding and count_include_pad of pools, eps and
 * momentum. Returns NULL without memory, and for NULL. The same network always gives the same text,
 * and weft_network_create reads it back. */
WEFT_API char *weft_network_to_json(const struct weft_network *network);

/* Returns the network as PyTorch prints a Module called Network, whose attributes are the layers
 * with a name in the list, and those with parameters: several lines, without a newline after the
 * last one; the caller frees it with weft_free. Returns NULL without memory, and for NULL. */
WEFT_API char *weft_network_to_pytorch(const struct weft_network *network);

/* Returns the graph for Graphviz's dot: a node for the input and for each layer, with name, kind,
 * arguments and the shape of the output, and an edge for each tensor that a layer reads. Several
 * lines, without a newline after the last one; the caller frees it with weft_free. The same network
 * always gives the same text. Returns NULL without memory, and for NULL. */
WEFT_API char *weft_network_to_dot(const struct weft_network *network);

/* Returns the number of layers. 0 for NULL. */
WEFT_API size_t weft_network_layers(const struct weft_network *network);

/* Returns layer ${index}, from 0 on; NULL: there is none. */
WEFT_API const struct weft_layer *weft_network_layer(const struct weft_network *network,
                                                     size_t index);

/* Returns the number of tensors. 0 for NULL. */
WEFT_API size_t weft_network_tensors(const struct weft_network *network);

/* Returns tensor ${index}, from 0 on, in the order of layers; within a layer weight, bias,
 * running_mean, running_var. NULL: there is none. */
WEFT_API const struct weft_tensor *weft_network_tensor(const struct weft_network *network,
                                                       size_t index);

/* Returns the tensor called ${name}; NULL: there is none. */
WEFT_API const struct weft_tensor *weft_network_find(const struct weft_network *network,
                                                     const char *name);

/* Returns the number of floats of all trained tensors. 0 for NULL. */
WEFT_API size_t weft_network_parameters(const struct weft_network *network);

/* Checks that images of ${shape} (channels, height and width, each 1 to 65536) have the size of the
 * input of ${network}: a flat input takes every shape with its number of values. Unless ${classes}
 * is 0, also checks that the output is flat and has one number for each of the ${classes}, at least
 * 2. Fails with WEFT_USAGE; the message names both sizes. */
WEFT_API enum weft_status weft_network_check_images(const struct weft_network *network,
                                                    const size_t shape[3], size_t classes,
                                                    struct weft_error *error);

/* What a session needs of memory and time, from the shapes of a network alone. */
struct weft_needs {
    size_t size;
    uint64_t arrays;      /* bytes of the device: parameters, and what training keeps of each */
    uint64_t activations; /* bytes of the device, at most */
    uint64_t host;        /* bytes of the host, in addition to the images: the model, and copies */
    uint64_t flop;        /* floating-point operations of a step, or of a pass if forward only;
                             2^64 - 1 if there are more */
};

/* Stores in ${needs} what a session for ${network} needs, whose steps or passes have up to ${batch}
 * images, 1 to 1,000,000. ${forward_only}: as in struct weft_session_options. */
WEFT_API enum weft_status weft_network_needs(const struct weft_network *network, size_t batch,
                                             bool forward_only, struct weft_needs *needs,
                                             struct weft_error *error);

/* A tensor that a training step, or a pass, computes with, and when it needs memory. The steps are
 * numbered: 0 is the input; i + 1, layer i forward; layers + 1, the loss; 2 layers + 1 - i, layer i
 * backward; 2 layers + 2, the end. Tensors of which ${begin} to ${end} do not overlap may have the
 * same memory. */
struct weft_memory_tensor {
    size_t size;
    const char *name;  /* "input", "conv1.output", "conv1.output.grad"; "conv1.contribution": what a
                          layer adds to a gradient that others add to, too */
    uint64_t bytes;    /* of a batch */
    size_t begin, end; /* the first and the last step that uses it */
    size_t slot;       /* its memory, numbered from 0 */
};

/* Stores in ${tensors} the plan of the memory of ${network} for batches of up to ${batch} images, 1
 * to 1,000,000: pointers to ${count} tensors, which the caller frees together by weft_free. It is
 * that of an OpenCL device that computes a layer at a time; one that fuses layers needs less, and
 * the CPU backend keeps all tensors. flatten and a tensor that it alone reads are one.
 * ${forward_only}: as in struct weft_session_options. */
WEFT_API enum weft_status weft_network_memory(const struct weft_network *network, size_t batch,
                                              bool forward_only,
                                              const struct weft_memory_tensor ***tensors,
                                              size_t *count, struct weft_error *error);

WEFT_END

#endif

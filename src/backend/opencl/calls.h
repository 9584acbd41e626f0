/* calls.h: the calls of functions that compute a group of layers, forward and backward. */
#ifndef WEFT_OPENCL_CALLS_H
#define WEFT_OPENCL_CALLS_H

#include "backend/opencl/fusions.h"
#include "backend/opencl/layer.h"

/* A call of a function for a group. */
struct opencl_call {
    const struct opencl_function *function;
    size_t group, items;
    size_t input;        /* which of the group's inputs it reads, or computes the gradient of */
    unsigned passes;     /* bits of enum opencl_pass in which the group calls it; 0: in none */
    size_t dinput_items; /* of the items, at the end: input_items of struct opencl_function */
    size_t input_items;  /* the same where that is the network's input, where training omits them */
};

/* The most calls of a group. */
#define OPENCL_GROUP_CALLS (16 + 2 * LAYER_INPUTS_MAX)

/* Stores the ${calls} of ${group} in the order in which a pass makes them, and returns their
 * number: those of the functions of its layer, then those of the functions below for each input,
 * the last one first. */
size_t opencl_calls_of(const struct opencl_groups *groups, size_t group,
                       struct opencl_call calls[OPENCL_GROUP_CALLS]);

/* Returns the call of ${function} of a layer for input ${input} of ${group}. */
struct opencl_call opencl_call_of(const struct opencl_groups *groups, size_t group,
                                  const struct opencl_function *function, size_t input);

/* The functions of cl/gradient.cl. Like all functions that belong to no layer, they have no
 * passes. */
extern const struct opencl_function opencl_gradient_copy; /* of the output's gradient */
extern const struct opencl_function opencl_gradient_add;  /* of the output's gradient */
extern const struct opencl_function opencl_gradient_add_contribution;

/* Returns whether ${call} is of one of these. */
bool opencl_call_of_gradient(const struct opencl_call *call);

/* Returns the activation that is the input of ${call}. */
size_t opencl_input_of(const struct opencl_groups *groups, const struct opencl_call *call);

/* Returns the tensor (network/lifetimes.h) that ${argument} of ${call} is; OPENCL_NO_TENSOR: it is
 * none. ARG_DINPUT is the gradient of the input where ${call} stores the first part of it, and else
 * a contribution, which is then added. */
#define OPENCL_NO_TENSOR SIZE_MAX
size_t opencl_tensor_of(const struct opencl_groups *groups, const struct opencl_call *call,
                        enum opencl_argument argument);

/* Returns where the tensors of ${layer} begin in the flat array of the ${trained} ones, or of the
 * others; 0 if it has none. */
size_t opencl_layer_begin(const struct weft_network *network, const struct network_layer *layer,
                          bool trained);

/* Returns whether ${function} is given ${argument}, a flat array, from where the tensors of its
 * layer begin there; and for ${call} the index at which they do. */
bool opencl_argument_begins(const struct opencl_function *function, enum opencl_argument argument);
size_t opencl_begin_of(const struct opencl_groups *groups, const struct opencl_call *call,
                       enum opencl_argument argument);

/* Returns the value of ${argument}, a constant, of ${call}. */
size_t opencl_constant_of(const struct opencl_groups *groups, const struct opencl_call *call,
                          enum opencl_argument argument);

#endif

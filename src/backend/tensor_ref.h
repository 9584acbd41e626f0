/* tensor_ref.h: tensors of a network, by name. */
#ifndef WEFT_BACKEND_TENSOR_REF_H
#define WEFT_BACKEND_TENSOR_REF_H

#include "backend/backend.h"
#include "network/lifetimes.h"

/* A tensor of activations: index 0 is the network's input, index i the output of layer i - 1. */
struct activation {
    size_t index;
    bool gradient; /* the gradient of the loss with respect to it, not its value */
};

/* What a step or a pass returns in addition to tensors. */
enum tensor_result {
    TENSOR_RESULT_NONE,
    TENSOR_RESULT_STEP,
    TENSOR_RESULT_LOSSES,
    TENSOR_RESULT_PREDICTIONS
};

/* Where the values of a tensor are. */
struct tensor_ref {
    enum tensor_result result;    /* unless NONE: ${offset} and ${count} are words of this result */
    bool is_activation;           /* else: ${activation}, not ${array} */
    struct activation activation; /* is_activation */
    enum backend_array array;     /* else */
    size_t offset;                /* of the tensor's first float in the array */
    size_t count;                 /* floats of the tensor; of an activation: of one image */
};

/* Returns the floats of ${array}. */
size_t array_count(const struct weft_network *network, enum backend_array array);

/* Stores the name of ${activation}: "input" or "LAYER.output"; that of a gradient ends with
 * ".grad". */
#define ACTIVATION_NAME LIFETIME_NAME
void activation_name(const struct weft_network *network, struct activation activation,
                     char name[ACTIVATION_NAME]);

/* Finds the activation called ${name}. */
bool activation_find(const struct weft_network *network, const char *name,
                     struct activation *activation);

/* Finds the tensor called ${name}: as for activation_name, or "conv1.weight",
 * "conv1.weight.grad", "conv1.weight.moment", "conv1.weight.second_moment",
 * "batchN1.running_mean". Returns false if there is none. */
bool tensor_ref_find(const struct weft_network *network, const char *name, struct tensor_ref *ref);

#endif

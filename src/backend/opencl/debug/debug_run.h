/* debug_run.h: other ways to run the same thing on an OpenCL device, for weft_verify. None of them changes a right result. */
#ifndef WEFT_BACKEND_TRIAL_H
#define WEFT_BACKEND_TRIAL_H

#include "backend/backend.h"

struct record;

/* What a step or a pass gives beside tensors. */
enum tensor_result {
    TENSOR_RESULT_NONE,
    TENSOR_RESULT_STEP,
    TENSOR_RESULT_LOSSES,
    TENSOR_RESULT_PREDICTIONS
};

/* Where a bit lies: a tensor of the network, or an array beside it. */
struct tensor_ref {
    enum tensor_result result; /* one of these, never with a flip; ${offset}, ${count}: words */
    bool is_place;             /* else */
    struct activation place;   /* is_place */
    enum weft_array array;     /* else */
    size_t offset;             /* of the tensor's first float in the array */
    size_t count;              /* floats of the tensor; for a place: of one image */
};

struct weft_trial {
    bool wait;         /* for each kernel before the next is enqueued */
    bool other_groups; /* work-groups of other sizes, where a kernel allows it */
    uint64_t flip;     /* in this step (from 1) since the parameters were written; 0: never */
    struct tensor_ref target;
    size_t element; /* of the target: a bit of it is flipped, as soon as it has been computed */
    unsigned bit;   /* 0: the lowest */
    struct record *record; /* keeps the launches that it wants; NULL: none */
    /* Told of the compiler, and of each kernel before its launch; or NULL. With it there are guards behind the buffers. */
    void (*about)(void *context, const char *what);
    void *context; /* of about */
};

/* Finds what ${name} means: "conv1.output", "conv1.output.grad", "input", "conv1.weight", "conv1.weight.grad", "conv1.weight.moment",
 * "conv1.weight.second_moment", "batchN1.running_mean". Returns false if there is none. */
bool tensor_ref_find(const struct weft_network *network, const char *name,
                     struct tensor_ref *target);

/* Finds the place called ${name}: "input", "LAYER.output", each with ".grad" behind or not. */
bool activation_find(const struct weft_network *network, const char *name,
                     struct activation *place);

#endif

/* tensors.h: compares everything that two backends hold after the same work. */
#ifndef WEFT_VERIFY_TENSORS_H
#define WEFT_VERIFY_TENSORS_H

#include "verify/verification.h"

struct verify_pair {
    struct backend *device, *expected;
    size_t count;                           /* images */
    bool backward;                          /* gradients too */
    bool training;                          /* a step of training, not a propagation */
    bool long_names;                        /* "conv1.weight.grad", not "weight.grad" */
    const struct update *update;            /* in training: of the step */
    const struct weft_step_result *results; /* in training: of the device, then expected */
};

/* Compares ${count} words of 32 bits, floats or integers, and stores the first that differs in
 * ${found}, unless found->differing is not 0. ${name}: of the tensor in full, or "". */
void verify_compare(struct verify_difference *found, const char *layer, const char *tensor,
                    const char *name, const void *device, const void *expected, size_t count,
                    bool is_integer);

/* Stores the first difference in the order of the computation in ${found}; without one,
 * found->differing is 0. Tensors that a device does not keep are skipped. */
enum weft_status verify_tensors(const struct verify_pair *pair, struct verify_difference *found,
                                struct weft_error *error);

#endif

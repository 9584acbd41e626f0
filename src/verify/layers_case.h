/* layers_case.h: one network with made-up values, forward and backward. */
#ifndef WEFT_VERIFY_LAYERS_CASE_H
#define WEFT_VERIFY_LAYERS_CASE_H

#include "verify/context.h"

/* The values of a case, and the reference that has computed them. */
struct layers_case {
    struct weft_network *network;
    size_t count; /* of the images */
    enum weft_statistics statistics;
    float *inputs, *doutputs, *parameters, *buffers;
    float *out; /* room for everything that is hashed */
    size_t out_size;
    struct backend *expected;
    bool negated; /* the current sign of inputs and doutputs */
    char negated_digest[65];
};

/* Fills the rest of ${layers}, which is 0 except for count and statistics: the network of ${list}
 * (JSON; NULL: the published one), its values, which follow from the subjects ${subject} to
 * ${subject} + 3, and the reference, which has computed the negated values and then these. Finish
 * it even on failure. */
enum weft_status layers_case_init(const struct verify *verify, const char *list, uint64_t subject,
                                  struct layers_case *layers, struct weft_error *error);
void layers_case_finish(struct layers_case *layers);

/* Computes the network forward and backward on ${backend}. */
enum weft_status layers_case_propagate(const struct layers_case *layers, struct backend *backend,
                                       struct weft_error *error);

/* Changes the sign of all inputs and gradients of outputs. */
void layers_case_negate(struct layers_case *layers);

/* Hashes gradients, statistics, output and gradient of the input of ${backend}. */
enum weft_status layers_case_hash(const struct layers_case *layers, struct backend *backend,
                                  char digest[65], struct weft_error *error);

#endif

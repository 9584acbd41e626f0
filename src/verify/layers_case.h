/* layers_case.h: one network with made-up values, forward and backward. */
#ifndef WEFT_VERIFY_LAYERS_CASE_H
#define WEFT_VERIFY_LAYERS_CASE_H

#include "verify/verify.h"

/* One case: its values, and the reference that has computed them. */
struct layers_case {
    struct weft_network *network;
    size_t count;
    enum weft_statistics statistics;
    float *inputs, *doutputs, *parameters, *buffers;
    float *out; /* room for one array or tensor, to be hashed */
    size_t out_size;
    struct weft_backend *expected;
    bool negated; /* inputs and doutputs are, just now */
    char negated_digest[65];
};

/* Fills the rest of ${job}, which is 0 but for count and statistics: the network of ${list} (JSON; NULL: the published one), its values, told from
 * others by ${subject} to ${subject} + 3, and the reference, which has computed the negated values and then these. Finish it in any case. */
enum weft_status verify_case_init(const struct verify *verify, const char *list, uint64_t subject,
                                  struct layers_case *job, struct weft_error *error);
void verify_case_finish(struct layers_case *job);

/* Forward and backward on ${backend}. */
enum weft_status verify_case_propagate(const struct layers_case *job, struct weft_backend *backend,
                                       struct weft_error *error);

/* Turns the sign of all values that go in, images and gradients of outputs. */
void verify_case_negate(struct layers_case *job);

/* The hash of gradients, statistics, output and gradient of the input on ${backend}. */
enum weft_status verify_case_hash(const struct layers_case *job, struct weft_backend *backend,
                                  char digest[65], struct weft_error *error);

#endif

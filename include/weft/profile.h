/* profile.h: how long a session computes, and how fast its device can compute. Not included by
 * weft.h. */
#ifndef WEFT_PROFILE_H
#define WEFT_PROFILE_H

#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"
#include "weft/session.h"

WEFT_BEGIN

/* What one kernel (OpenCL) or one function of a layer (CPU backend) has done while its session was
 * profiled.
 *
 * FLOP and bytes are computed from shapes and the number of images, not measured. FLOP: products
 * that are added to a sum, as struct weft_layer counts them, so that the entries of a training step
 * or of an evaluation add up to the work of the network. Bytes: each tensor, parameter, sum of
 * gradients and scratch that is read or written, once a launch: what a device with an infinite
 * cache would move. */
struct weft_profile_entry {
    size_t size;
    const char *name;   /* "conv2d_forward" */
    const char *layers; /* the layers that it computes, separated by spaces; empty: none */
    uint64_t launches;  /* number of starts */
    double seconds;     /* from start to end, added up; without the time between launches */
    uint64_t flop, bytes;
};

/* What was measured until weft_profile_read. It never changes, so any number of threads may read
 * it. */
struct weft_profile;

/* Starts measuring ${session}, from zero: every launch takes a little longer until
 * weft_profile_stop. Fails with WEFT_BAD_DEVICE if the device cannot measure. */
WEFT_API enum weft_status weft_profile_start(struct weft_session *session,
                                             struct weft_error *error);

/* Stores in ${profile} what was measured since the start, in the order of a pass, without what
 * never ran. The caller frees it with weft_profile_destroy. Measuring continues. Fails with
 * WEFT_USAGE before a start. */
WEFT_API enum weft_status weft_profile_read(struct weft_session *session,
                                            struct weft_profile **profile,
                                            struct weft_error *error);

/* Stops measuring. Before a start it does nothing. */
WEFT_API enum weft_status weft_profile_stop(struct weft_session *session, struct weft_error *error);

/* Returns the number of entries of ${profile}. 0 for NULL. */
WEFT_API size_t weft_profile_count(const struct weft_profile *profile);

/* Returns entry ${index}, from 0 on, which is valid as long as ${profile}; NULL: there is none. */
WEFT_API const struct weft_profile_entry *weft_profile_get(const struct weft_profile *profile,
                                                           size_t index);

/* Frees ${profile}. NULL is harmless. */
WEFT_API void weft_profile_destroy(struct weft_profile *profile);

/* How fast a device is at fused multiply-adds alone, on registers. */
struct weft_peak {
    size_t size;
    double gflops;    /* the best of several runs; a fused multiply-add counts as two */
    double seconds;   /* of that run */
    char variant[64]; /* the fastest: "float16, groups of 1" */
};

/* Measures the peak on all compute units (CPU backend: all threads) of the device of ${session}.
 * Takes about a second. Fails with WEFT_BAD_DEVICE. */
WEFT_API enum weft_status weft_profile_peak(struct weft_session *session, struct weft_peak *peak,
                                            struct weft_error *error);

WEFT_END

#endif

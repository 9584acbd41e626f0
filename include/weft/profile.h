/* profile.h: how long a backend computes, and how fast its device can compute. */
#ifndef WEFT_PROFILE_H
#define WEFT_PROFILE_H

#include "weft/error.h"

#include <stddef.h>
#include <stdint.h>

WEFT_BEGIN

struct weft_backend;

/* What one kernel (OpenCL) or one function of a layer (cpu) has done while its backend was
 * profiled.
 *
 * FLOP and bytes are computed from shapes and the number of images, not measured. FLOP: products
 * that are added to a sum, as weft_layer_flop counts them (conv2d and linear: forward, gradients of
 * the parameters, gradient of the input), so that the entries of a training step or an evaluation
 * add up to the work of the network, however it is cut into kernels. Bytes: each tensor, parameter,
 * sum of gradients and scratch that is read or written, once a launch: what a device with an
 * infinite cache would move. */
struct weft_profile_entry {
    char name[64];     /* "conv2d_forward" */
    char layers[200];  /* the layers that it computes, separated by spaces; empty: none */
    uint64_t launches; /* number of starts */
    double seconds;    /* from start to end, added up; without the time between launches */
    uint64_t flop, bytes;
};

/* Starts measuring, from zero: every launch takes a little longer until
 * weft_backend_profile_stop. Fails with WEFT_BAD_DEVICE if the device cannot measure. */
WEFT_API enum weft_status weft_backend_profile_start(struct weft_backend *backend,
                                                     struct weft_error *error);

/* Stores what was measured since the start, in the order of a pass, except what never ran, in
 * ${entries} (the caller frees it) and ${count}. Measuring continues. Fails with WEFT_USAGE
 * before a start. */
WEFT_API enum weft_status weft_backend_profile_read(struct weft_backend *backend,
                                                    struct weft_profile_entry **entries,
                                                    size_t *count, struct weft_error *error);

/* Stops measuring. Harmless before a start. */
WEFT_API void weft_backend_profile_stop(struct weft_backend *backend);

/* How fast a device is at fused multiply-adds alone, on registers. */
struct weft_peak {
    double gflops;    /* the best of several runs; a fused multiply-add counts as two */
    double seconds;   /* of that run */
    char variant[64]; /* the fastest: "float16, groups of 1" */
};

/* Measures the peak on all compute units (cpu: all threads) of the device of ${backend}. Takes
 * about a second. Fails with WEFT_BAD_DEVICE. */
WEFT_API enum weft_status weft_backend_peak(struct weft_backend *backend, struct weft_peak *peak,
                                            struct weft_error *error);

WEFT_END

#endif

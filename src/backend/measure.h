/* measure.h: how long a backend computes, and how fast its device can compute. */
#ifndef WEFT_BACKEND_MEASURE_H
#define WEFT_BACKEND_MEASURE_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

struct backend;

/* What one kernel (OpenCL) or one function of a layer (cpu) has done while its backend was
 * profiled.
 *
 * FLOP and bytes are computed from shapes and the number of images, not measured. FLOP: products
 * that are added to a sum, as layer_flop counts them (conv2d and linear: forward, gradients of
 * the parameters, gradient of the input), so that the entries of a training step or an evaluation
 * add up to the work of the network, however it is cut into kernels. Bytes: each tensor, parameter,
 * sum of gradients and scratch that is read or written, once a launch: what a device with an
 * infinite cache would move. */
struct profile_entry {
    char name[64];     /* "conv2d_forward" */
    char layers[200];  /* the layers that it computes, separated by spaces; empty: none */
    uint64_t launches; /* number of starts */
    double seconds;    /* from start to end, added up; without the time between launches */
    uint64_t flop, bytes;
};

/* Starts measuring, from zero: every launch takes a little longer until
 * backend_profile_stop. Fails with WEFT_BAD_DEVICE if the device cannot measure. */
enum weft_status backend_profile_start(struct backend *backend, struct weft_error *error);

/* Stores what was measured since the start, in the order of a pass, except what never ran, in
 * ${entries} (the caller frees it) and ${count}. Measuring continues. Fails with WEFT_USAGE
 * before a start. */
enum weft_status backend_profile_read(struct backend *backend, struct profile_entry **entries,
                                      size_t *count, struct weft_error *error);

/* Stops measuring. Harmless before a start. */
void backend_profile_stop(struct backend *backend);

/* How fast a device is at fused multiply-adds alone, on registers. */
struct fma_peak {
    double gflops;    /* the best of several runs; a fused multiply-add counts as two */
    double seconds;   /* of that run */
    char variant[64]; /* the fastest: "float16, groups of 1" */
};

/* Measures the peak on all compute units (cpu: all threads) of the device of ${backend}. Takes
 * about a second. Fails with WEFT_BAD_DEVICE. */
enum weft_status backend_peak(struct backend *backend, struct fma_peak *peak,
                              struct weft_error *error);

#endif

/* replicas.h: copies of one network that train on an OpenCL device at the same time, and are compared there: for weft_verify's soak.
 *
 * Copies have one context and one program; each has its own queue, kernels and memory. A round is restart, train once or more,
 * compare. */
#ifndef WEFT_BACKEND_CROWD_H
#define WEFT_BACKEND_CROWD_H

#include "backend/opencl/debug/debug_run.h"

struct replicas;

struct replicas_ops {
    /* Opens copies of ${network} on the OpenCL device that ${options} names, for ${images} as training data: one for each compute
     * unit, since the smallest kernels are a single group, but at most 256, and no more than fit into half of the device's memory.
     * What they leave of that half is filled, and checked by check; of the memory of a CPU, which is everybody's, 256 MiB are taken.
     * ${trial}: NULL, or how the second copy (the first where it is alone) is run. ${network} and ${trial} have to live as long as the
     * crowd. Fails as weft_backend_open does; copies and filling that the device has no memory for are left away. */
    enum weft_status (*open)(const struct weft_network *network,
                             const struct weft_backend_options *options,
                             const struct weft_images *images, const struct weft_trial *trial,
                             struct replicas **crowd, struct weft_error *error);
    /* Frees ${crowd}; NULL is harmless. */
    void (*close)(struct replicas *crowd);
    /* Return how many copies there are, and the bytes that they and the filling take. */
    size_t (*count)(const struct replicas *crowd);
    uint64_t (*bytes)(const struct replicas *crowd);
    /* Returns copy ${i}, to look into it between rounds. */
    struct weft_backend *(*backend)(struct replicas *crowd, size_t i);
    /* Gives all copies ${images} (as many as at opening) and the values that their rounds start from; fills memory by ${seed}. */
    enum weft_status (*begin)(struct replicas *crowd, const struct weft_images *images,
                              const float *parameters, const float *buffers, uint32_t seed,
                              struct weft_error *error);
    /* Brings all copies to the values they start from, with Adam's moments 0. Does not wait. */
    enum weft_status (*restart)(struct replicas *crowd, struct weft_error *error);
    /* Makes ${steps} on all copies at once, and waits for them. */
    enum weft_status (*train)(struct replicas *crowd, const struct weft_steps *steps,
                              struct weft_error *error);
    /* Digests (cl/digest.h) the results of all steps of this round, then parameters, buffers, moments and second moments, on the
     * device, and compares there with ${expected}. ${wrong}, of count: which copies differ. */
    enum weft_status (*compare)(struct replicas *crowd, uint32_t expected, bool *wrong,
                                struct weft_error *error);
    /* Stores how many words of the filling have changed since begin. */
    enum weft_status (*check)(struct replicas *crowd, uint64_t *words, struct weft_error *error);
};

extern const struct replicas_ops opencl_crowd_ops;

#endif

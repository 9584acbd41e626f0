/* replicas.h: copies of a network on one device, as replicas.c opens and replicas_run.c runs
 * them. */
#ifndef WEFT_OPENCL_DEBUG_REPLICAS_H
#define WEFT_OPENCL_DEBUG_REPLICAS_H

#include "backend/opencl/debug/debug.h"
#include "backend/opencl/state.h"
#include "digest.h"
#include "os/threads.h"

#define REPLICAS_MAX 256

/* Words of a copy's buffer of faults: see soak.cl. */
#define REPLICAS_FAULTS 2

/* The kernels of soak.cl. */
enum soak_kernel { SOAK_CHAIN, SOAK_COMPARE, SOAK_FILL, SOAK_CHECK, SOAK_KERNELS };

struct replica {
    struct opencl_backend *cl;
    cl_kernel kernels[SOAK_KERNELS];
    cl_mem chains, faults, filling; /* filling may be NULL */
    struct weft_error error;        /* of this copy's part of the work in parallel */
};

struct replicas {
    size_t count;
    uint64_t bytes; /* of all copies and fillings */
    struct replica copies[REPLICAS_MAX];
    cl_program program;
    cl_mem initial[2];   /* parameters and buffers from which rounds start */
    cl_uint words, seed; /* of a filling */
    struct os_pool *pool;
    const struct weft_steps *steps; /* of the work in parallel */
    cl_uint expected;
};

extern const struct replicas_ops replicas_ops;

/* Enqueues the kernel that writes the filling of ${copy}; nothing if it has none. */
enum weft_status replicas_fill(struct replicas *replicas, struct replica *copy,
                               struct weft_error *error);

/* ---- replicas.c: entries of struct replicas_ops ---- */

enum weft_status replicas_open(const struct weft_network *network,
                               const struct weft_backend_options *options,
                               const struct weft_images *images, const struct debug_options *debug,
                               struct replicas **replicas, struct weft_error *error);
void replicas_close(struct replicas *replicas);
struct weft_backend *replicas_backend(struct replicas *replicas, size_t i);
uint64_t replicas_size(const struct replicas *replicas, size_t *count);

#endif

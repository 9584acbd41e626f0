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

struct replicas_opened {
    struct replicas base;
    struct replica copies[REPLICAS_MAX];
    cl_program program;
    cl_mem initial[2];   /* parameters and buffers from which rounds start */
    cl_uint words, seed; /* of a filling */
    struct os_pool *pool;
    const struct weft_steps *steps; /* of the work in parallel */
    cl_uint expected;
};

/* Enqueues the kernel that writes the filling of ${copy}; nothing if it has none. */
enum weft_status replicas_fill(struct replicas_opened *replicas, struct replica *copy,
                               struct weft_error *error);

/* ---- entries of struct debug_api ---- */

enum weft_status replicas_open(const struct weft_network *network,
                               const struct weft_backend_options *options,
                               const struct weft_images *images, const struct debug_options *debug,
                               struct replicas **opened, struct weft_error *error);
void replicas_close(struct replicas *opened);
struct weft_backend *replicas_backend(struct replicas *opened, size_t i);
enum weft_status replicas_begin(struct replicas *opened, const struct weft_images *images,
                                const float *parameters, const float *buffers, uint32_t seed,
                                struct weft_error *error);
enum weft_status replicas_restart(struct replicas *opened, struct weft_error *error);
enum weft_status replicas_train(struct replicas *opened, const struct weft_steps *steps,
                                struct weft_error *error);
enum weft_status replicas_compare(struct replicas *opened, uint32_t expected, bool *wrong,
                                  struct weft_error *error);
enum weft_status replicas_check(struct replicas *opened, uint64_t *words, struct weft_error *error);

#endif

/* replicas_inside.h: the copies behind backend/crowd.h, as crowd.c makes them and crowd_run.c runs them. */
#ifndef WEFT_OPENCL_CROWD_H
#define WEFT_OPENCL_CROWD_H

#include "backend/opencl/debug/replicas.h"
#include "backend/opencl/opencl.h"
#include "digest.h"
#include "os/threads.h"

#define OPENCL_COPIES_MOST 256

/* Words of a copy's buffer of faults: see soak.cl. */
#define OPENCL_FAULTS 2

/* The kernels of soak.cl. */
enum opencl_soak { SOAK_CHAIN, SOAK_COMPARE, SOAK_FILL, SOAK_CHECK, SOAK_KERNELS };

struct opencl_copy {
    struct opencl_backend *cl;
    cl_kernel kernels[SOAK_KERNELS];
    cl_mem chains, faults, filling; /* filling may be NULL */
    struct weft_error error;        /* of the work that is shared out */
};

struct replicas {
    size_t count;
    struct opencl_copy copies[OPENCL_COPIES_MOST];
    cl_program program;
    cl_mem initial[2];   /* parameters, buffers: what rounds start from */
    cl_uint words, seed; /* of a filling */
    uint64_t bytes;      /* of all copies and fillings */
    struct os_pool *pool;
    const struct weft_steps *steps; /* of the work that is shared out */
    cl_uint expected;
};

/* Enqueues that the filling of ${copy} is written; nothing if it has none. */
enum weft_status opencl_crowd_fill(struct replicas *crowd, struct opencl_copy *copy,
                                   struct weft_error *error);

/* ---- crowd_run.c: these entries of struct replicas_ops ---- */

enum weft_status opencl_crowd_begin(struct replicas *crowd, const struct weft_images *images,
                                    const float *parameters, const float *buffers, uint32_t seed,
                                    struct weft_error *error);
enum weft_status opencl_crowd_restart(struct replicas *crowd, struct weft_error *error);
enum weft_status opencl_crowd_train(struct replicas *crowd, const struct weft_steps *steps,
                                    struct weft_error *error);
enum weft_status opencl_crowd_compare(struct replicas *crowd, uint32_t expected, bool *wrong,
                                      struct weft_error *error);
enum weft_status opencl_crowd_check(struct replicas *crowd, uint64_t *words,
                                    struct weft_error *error);

#endif

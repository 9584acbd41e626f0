/* replicas.h: the copies of a network on one device: replicas.c opens them, replicas_round.c runs
 * their rounds. */
#ifndef WEFT_BACKEND_OPENCL_DEBUG_REPLICAS_H
#define WEFT_BACKEND_OPENCL_DEBUG_REPLICAS_H

#include "backend/opencl/debug/debug.h"
#include "backend/opencl/state.h"
#include "os/threads.h"

#define MAX_REPLICAS 256

/* Words of a copy's buffer of faults: see soak.cl. */
#define REPLICA_FAULTS 2

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
    struct replica copies[MAX_REPLICAS];
    cl_program program;
    cl_mem initial[2];   /* parameters and buffers from which rounds start */
    cl_uint words, seed; /* of a filling */
    struct os_pool *pool;
    /* The work in parallel, and what it needs. */
    enum weft_status (*work)(struct replicas *replicas, struct replica *copy);
    const struct training_steps *steps;
    cl_uint expected;
};

/* Opens and closes copies, as the entries of struct replicas_ops do. */
enum weft_status replicas_open(const struct weft_network *network,
                               const struct backend_options *options,
                               const struct weft_images *images, const struct debug_options *debug,
                               struct replicas **replicas, struct weft_error *error);
void replicas_close(struct replicas *replicas);

/* An argument of a kernel. */
struct replica_argument {
    size_t size;
    const void *value;
};

/* Enqueues kernel ${which} of ${copy} over ${items}. */
enum weft_status replica_launch(struct replica *copy, enum soak_kernel which,
                                const struct replica_argument *arguments, cl_uint count,
                                size_t items, struct weft_error *error);

/* Enqueues ${which}, the kernel that fills or checks the filling of ${copy}; nothing if it has
 * none. */
enum weft_status replica_run_filling(struct replicas *replicas, struct replica *copy,
                                     enum soak_kernel which, struct weft_error *error);

#endif

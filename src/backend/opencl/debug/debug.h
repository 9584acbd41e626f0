/* debug.h: all that verification needs of a device besides the backend itself: other ways to run a
 * network, records of launches, transfers and single operations without a network, and many
 * networks on one device.
 *
 * None of the ways to run a network changes a right result. Only src/verify includes this header;
 * the OpenCL backend calls hooks.h. */
#ifndef WEFT_OPENCL_DEBUG_DEBUG_H
#define WEFT_OPENCL_DEBUG_DEBUG_H

#include "backend/ops.h"
#include "verify_operations.h"

/* ---- debug.c, record.c: launches of one tensor, with everything that they read ---- */

/* The arrays from which a training step starts, and after them the gradients. */
#define STATE_ARRAYS 4
extern const enum backend_array state_arrays[STATE_ARRAYS + 1];

#define RECORD_LAUNCHES  32
#define RECORD_BUFFERS   40
#define RECORD_ARGUMENTS 56

struct record_argument {
    int buffer; /* index of the buffer; -1: the argument is ${word} */
    uint32_t word;
};

struct record_launch {
    char kernel[64];
    size_t range[3], local[3]; /* local all 0: the device chooses */
    size_t count;
    struct record_argument arguments[RECORD_ARGUMENTS];
};

struct record_buffer {
    void *id; /* the cl_mem */
    size_t size;
    void *bytes; /* as they were before the first launch that uses the buffer */
};

/* Start with all zero except the first members, which select launches; free with record_finish. */
struct record {
    const char *kernels; /* folder of .cl files, or NULL */
    bool update;         /* selects the update of the parameters, no layer */
    bool loss;           /* selects the cross entropy */
    bool gather;         /* selects the input */
    size_t layer;        /* otherwise the launches of this layer */
    bool readers;        /* of the layers that read activation ${layer}, in its place */
    bool backward;       /* in this direction */
    bool join;           /* and the sum of its gradients over the shards */
    uint64_t step;       /* only of this step (from 1) since the parameters were written; 0: all */
    size_t launch_count, buffer_count;
    struct record_launch launches[RECORD_LAUNCHES];
    struct record_buffer buffers[RECORD_BUFFERS];
    char *source, *log, options[1024]; /* of the program */
    bool full;                         /* there was more than fits */
};

void record_finish(struct record *record);

/* Copies ${values} of ${images} images (natural order: images x floats of an activation, or the
 * tensor's floats) to where the device has them in ${bytes}. In empty lanes a gradient is 0. */
void record_place(const struct tensor_ref *ref, size_t images, const float *values,
                  unsigned char *bytes);

/* ---- how a backend is run, for backend_open ---- */

struct debug_options {
    bool wait;             /* for each kernel before the next one is enqueued */
    bool other_groups;     /* work-groups of other sizes, where a kernel allows it */
    bool mapping_is_wish;  /* the mapping is cpu where the device's groups are too small for gpu */
    uint64_t flip;         /* in this step (from 1) since the parameters were written; 0: never */
    struct tensor_ref ref; /* a bit of this tensor is flipped as soon as it has been computed */
    size_t element;        /* of the tensor */
    unsigned bit;          /* 0: the lowest */
    struct record *record; /* keeps the launches that it selects; NULL: none */
    /* Called before the compiler and before each kernel; or NULL. With it each buffer has a guard
     * after its end. */
    void (*announce)(void *context, const char *what);
    void *context; /* of announce */
};

/* ---- raw_device.c: an OpenCL device without a network ---- */

struct raw_device;

struct raw_device_ops {
    /* Opens ${device}, an OpenCL device. Fails with WEFT_BAD_DEVICE. */
    enum weft_status (*open)(const struct device_info *device, struct raw_device **raw,
                             struct weft_error *error);
    /* Frees ${raw}; NULL is harmless. */
    void (*close)(struct raw_device *raw);
    /* Writes ${size} bytes of ${from} to the device, copies them there to another buffer, and reads
     * both back, one after the other, into ${to}: 2 x size. No kernel runs. */
    enum weft_status (*transfer)(struct raw_device *raw, const void *from, size_t size, void *to,
                                 struct weft_error *error);
    /* Compiles verify.cl with ${options} (kernels, cl_options). */
    enum weft_status (*build)(struct raw_device *raw, const struct backend_options *options,
                              struct weft_error *error);
    /* Computes all operations of cl/verify_operations.h on ${count} (a multiple of 16) triples of
     * floats as bits, in ${in}: 3 x count; into ${out}: operations x count. ${vectors}: by the
     * kernels of 16 lanes. */
    enum weft_status (*arithmetic)(struct raw_device *raw, const uint32_t *in, size_t count,
                                   bool vectors, uint32_t *out, struct weft_error *error);
    /* Makes ${record}, which is all zero, one launch of the kernel that computes ${operation}, with
     * ${in} as above: buffers 0 to 2, and buffer 3 for the results. Free it with record_finish,
     * even on failure. */
    enum weft_status (*record)(const struct raw_device *raw, enum weft_operation operation,
                               const uint32_t *in, size_t count, bool vectors,
                               struct record *record, struct weft_error *error);
};

/* ---- replicas.c, replicas_round.c: copies of one network that train in parallel ---- */

/* Copies share a context and a program; each has its own queue, kernels and memory. A round is:
 * restart, train once or more, compare on the device. */

struct replicas;

struct replicas_ops {
    /* Opens copies of ${network} on the OpenCL device that ${options} names, with ${images} as
     * training data: one for each compute unit, at most 256 on a CPU device and 16 on others, and
     * no more than fit into half of the device's memory. The rest of that half is filled with known
     * words. Of a device that shares the host's memory, at most 256 MiB are used. ${debug}: NULL,
     * or how the second copy (the only one, if there is one) is run. ${network} and ${debug} must
     * live as long as the replicas. Fails as backend_open does; copies and filled memory that
     * the device has no room for are omitted. */
    enum weft_status (*open)(const struct weft_network *network,
                             const struct backend_options *options,
                             const struct weft_images *images, const struct debug_options *debug,
                             struct replicas **replicas, struct weft_error *error);
    /* Frees ${replicas}; NULL is harmless. */
    void (*close)(struct replicas *replicas);
    /* Stores the count of the copies, and returns the bytes of the copies and of the filled
     * memory. */
    uint64_t (*size)(const struct replicas *replicas, size_t *count);
    /* Returns copy ${i}, for use between rounds. */
    struct backend *(*backend)(struct replicas *replicas, size_t i);
    /* Gives all copies ${images} (as many as at opening) of ${normalisation} and the values from
     * which rounds start; fills memory by ${seed}. */
    enum weft_status (*begin)(struct replicas *replicas, const struct weft_images *images,
                              const struct normalisation *normalisation, const float *parameters,
                              const float *buffers, uint32_t seed, struct weft_error *error);
    /* Sets all copies to the values from which rounds start, with Adam's moments 0. Does not
     * wait. */
    enum weft_status (*restart)(struct replicas *replicas, struct weft_error *error);
    /* Makes ${steps} on all copies in parallel, and waits for them. */
    enum weft_status (*train)(struct replicas *replicas, const struct training_steps *steps,
                              struct weft_error *error);
    /* Digests (cl/digest.h) the results of all steps of this round, then parameters, buffers,
     * moments and second moments, on the device, and compares there with ${expected}. Stores in
     * ${wrong} (count) which copies differ. */
    enum weft_status (*compare)(struct replicas *replicas, uint32_t expected, bool *wrong,
                                struct weft_error *error);
    /* Stores how many words of the filled memory have changed since begin. */
    enum weft_status (*check)(struct replicas *replicas, uint64_t *words, struct weft_error *error);
};

/* ---- the seam ---- */

struct debug_api {
    const struct raw_device_ops *raw_device;
    const struct replicas_ops *replicas;
    /* After a run of ${backend} with a record: finds the tensor ${ref} among the record's buffers,
     * stores its index in ${buffer}, and reads what the device has in it now into ${bytes}, which
     * the caller frees. Fails with WEFT_USAGE if no recorded launch uses that buffer. */
    enum weft_status (*record_result)(struct backend *backend, const struct tensor_ref *ref,
                                      int *buffer, void **bytes, struct weft_error *error);
    /* Reads the gradients of the parameters of each of ${shards} of the last pass: shards x
     * ${stride} floats, which the caller frees. Stores NULL if bits are flipped: the
     * gradients may have changed after their sum. */
    enum weft_status (*read_partials)(struct backend *backend, size_t shards, void **partials,
                                      size_t *stride, struct weft_error *error);
};

/* NULL in a weft that was built without OpenCL (meson's option opencl): there are no devices then
 * besides the CPU backend, so code that has an OpenCL device need not check. */
extern const struct debug_api *const debug_api;

#endif

/* verify.h: compares what a device computes with the CPU backend, byte for byte, as "weft verify"
 * does. Not included by weft.h. */
#ifndef WEFT_VERIFY_H
#define WEFT_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/device.h"
#include "weft/error.h"
#include "weft/images.h"
#include "weft/network.h"
#include "weft/options.h"

WEFT_BEGIN

/* Run in this order; a verification ends after the first stage that differs. */
enum weft_verify_stage {
    WEFT_VERIFY_TRANSFERS, /* bytes that are written to the device come back */
    WEFT_VERIFY_NUMERICS,  /* single operations, and functions that use them */
    WEFT_VERIFY_LAYERS,    /* every layer forward and backward, with both mappings */
    WEFT_VERIFY_TRAINING,  /* steps of the published network, or of another one */
    WEFT_VERIFY_EVALUATION /* a confusion matrix of the trained network */
};

/* Unstable: two runs of the device with the same input differ. */
enum weft_verify_result { WEFT_VERIFY_EQUAL, WEFT_VERIFY_DIFFERENT, WEFT_VERIFY_UNSTABLE };

/* Returns "transfers" ... "evaluation", and "equal", "different" or "unstable". "unknown" for other
 * values. */
WEFT_API const char *weft_verify_stage_name(enum weft_verify_stage stage);
WEFT_API const char *weft_verify_result_name(enum weft_verify_result result);

/* The first value that differs. Its texts are never NULL, and valid during the callback. */
struct weft_verify_difference {
    size_t size;
    enum weft_verify_stage stage;
    uint64_t step;      /* of the training, from 1; 0: of no training */
    const char *layer;  /* its kind: "conv2d"; also gather, cross_entropy, update, numerics */
    const char *tensor; /* "weight.grad"; of the trained network "conv1.weight.grad" */
    const char *name;   /* of the tensor in full: "conv2d1.weight.grad", or empty */
    const char *where;  /* in which case: shapes and mapping, or the operands */
    size_t element;     /* index in the tensor, images outermost */
    uint32_t device, expected; /* bits of the two floats */
    bool is_integer;           /* the two are integers, not floats */
    bool in_empty_lane;        /* the element is after the last image, where gradients are 0 */
    uint32_t ulp;              /* distance of the two floats */
    size_t differing, of;      /* elements of the tensor that differ, and all */
    const char *cause;         /* in a word or two: "rounding" */
};

/* Which device to verify, and how. Zeros are valid for all members but size. */
struct weft_verify_options {
    size_t size;
    const char *device; /* a selector; NULL and "auto": the first OpenCL device of the order */
    bool full;          /* 600 steps, and more shapes; else 20 steps */
    uint64_t seed;      /* of all values, images and shuffles */
    uint64_t steps;     /* of the training, at most 1,000,000; 0: by full */
    uint64_t soak;      /* seconds of repetition with new seeds; 0: none */
    /* Images with labels for the network (the published one: 1 x 28 x 28, 10 classes). Both, or
     * NULL for images that are made from the seed. */
    const struct weft_images *train, *test;
    /* A folder, created if needed, for a program that reproduces a difference; or NULL. An earlier
     * bundle in it is replaced. WEFT_USAGE if it has other files. */
    const char *bundle;
    unsigned threads; /* as in struct weft_session_options, like the next six */
    enum weft_mapping mapping;
    enum weft_step_kernel step_kernel;
    const char *kernels, *cl_options;
    bool no_cache, no_fuse;
    /* To find the kernel with which a device crashes: waits for each kernel, reports it to doing,
     * and fails if it wrote past the end of a buffer. */
    bool launches;
    /* A bit to flip on the device, to see that verification finds it. */
    const char *inject_tensor; /* "conv1.weight", "conv1.weight.grad", "conv1.output"; NULL: none */
    uint64_t inject_step;      /* from 1 */
    size_t inject_element;
    unsigned inject_bit; /* 0: the lowest; at most 31 */
    /* Callbacks, of the thread that verifies, progress also of threads of a backend, but never of
     * two at once; each may be NULL. */
    void (*stage)(void *context, enum weft_verify_stage stage, enum weft_verify_result result,
                  uint64_t cases, double seconds); /* after each stage */
    void (*difference)(void *context, const struct weft_verify_difference *difference);
    /* Several times a second. Returns false to stop with WEFT_INTERRUPTED. passes and faults: of a
     * soak. */
    bool (*progress)(void *context, const char *what, uint64_t passes, uint64_t faults);
    void (*doing)(void *context, const char *what); /* before anything that may crash */
    void *context;
    /* The network of the last two stages, with a flat output of 2 to 1,000 classes; NULL: the
     * published one. There are known hashes of the published one only, so that the CPU backend
     * computes those of another one. */
    const struct weft_network *network;
};

/* The result of a verification. Its texts are never NULL, and freed with it. */
struct weft_verification {
    size_t size;
    const struct weft_device *device;
    enum weft_verify_result result;
    const char *diagnosis;     /* what is wrong, in sentences; empty if equal */
    const char *denormals;     /* what the device does with denormals */
    const char *hash;          /* SHA-256 of training and evaluation; empty if not reached */
    const char *expected_hash; /* the same of the CPU backend */
    const char *training_hash; /* of the training alone */
    bool known;                /* expected_hash was known, not computed here */
    uint64_t seed, steps;
    uint64_t passes, faults; /* of a soak: trainings that were right, and wrong */
    uint64_t copies, memory; /* of a soak: networks in parallel; bytes of the device in use */
    const char *no_bundle;   /* why there is no bundle although one was requested, or empty */
    double seconds;
    bool overflows; /* with network: its values from made-up ones were not finite, not compared */
};

/* Verifies a device. Stores a result in ${verification}, whatever it is, with WEFT_OK: see its
 * member result. The caller frees it with weft_verification_destroy. ${options} may be NULL.
 *
 * Fails with WEFT_NO_VERDICT if this host cannot be the reference, if nothing was compared, or if
 * the device was lost on the way; with WEFT_BAD_DEVICE if there is no such device (the CPU backend
 * is compared with itself only for "cpu"), and with WEFT_INTERRUPTED. Drivers of wrong devices may
 * crash or hang: "weft verify" calls this function in a child process. */
WEFT_API enum weft_status weft_verify(const struct weft_verify_options *options,
                                      struct weft_verification **verification,
                                      struct weft_error *error);

/* Frees ${verification}. NULL is harmless. */
WEFT_API void weft_verification_destroy(struct weft_verification *verification);

WEFT_END

#endif

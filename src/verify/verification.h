/* verification.h: compares a device with the CPU backend, byte for byte. */
#ifndef WEFT_VERIFY_VERIFICATION_H
#define WEFT_VERIFY_VERIFICATION_H

#include "backend/backend.h"
#include "backend/device.h"

/* Run in this order; verification stops at the first stage that differs. */
enum verify_stage {
    VERIFY_STAGE_TRANSFERS,  /* bytes that are written to the device come back */
    VERIFY_STAGE_NUMERICS,   /* single operations, and functions that use them */
    VERIFY_STAGE_LAYERS,     /* every layer forward and backward, with both mappings */
    VERIFY_STAGE_TRAINING,   /* steps of the published network, or of another one */
    VERIFY_STAGE_EVALUATION, /* a confusion matrix of the trained network */
    VERIFY_STAGE_COUNT
};

enum verify_result { VERIFY_EQUAL, VERIFY_DIFFERENT, VERIFY_UNSTABLE };

/* Returns "transfers" ..., and "equal", "different" or "unstable". */
const char *verify_stage_name(enum verify_stage stage);
const char *verify_result_name(enum verify_result result);

/* A bit to flip on the device, to see that verification finds it. */
struct injection {
    uint64_t step;      /* from 1 */
    const char *tensor; /* "conv1.weight", with .grad, .moment or .second_moment; "conv1.output" */
    size_t element;
    unsigned bit; /* 0: the lowest; at most 31 */
};

struct verify_options {
    struct backend_options device; /* batch and forward_only are ignored */
    bool full;                     /* 600 steps and more shapes; else 20 steps */
    uint64_t seed, steps;          /* 0 steps: by ${full} */
    /* That is trained, and fits verify_check_network; NULL: the published one. */
    const struct weft_network *network;
    const struct weft_images *images; /* two, by enum weft_split; NULL: made from the seed */
    const struct injection *inject;   /* NULL: none */
    /* Folder for a program that reproduces a difference, created if needed; or NULL. */
    const char *bundle;
    /* To find the kernel with which a device crashes: waits for each kernel, reports it to
     * events->doing, and fails if it wrote past the end of a buffer. */
    bool launches;
    /* Seconds of repetition with new seeds, in many copies in parallel; 0: none. ${inject} then
     * flips the bit in one of the copies, not in the stages before. */
    uint64_t soak;
};

/* The first value that differs. */
struct verify_difference {
    enum verify_stage stage;
    uint64_t step;              /* of the training, from 1; 0: of no training */
    char layer[LAYER_NAME_MAX]; /* its kind: "conv2d"; or gather, cross_entropy, update, numerics */
    char tensor[128];           /* "weight.grad"; of the trained network "conv1.weight.grad" */
    char name[128];             /* of the tensor in full: "conv2d1.weight.grad", or empty */
    char where[256];            /* in which case: shapes and mapping, or the operands */
    size_t element;             /* index in the tensor, images outermost */
    uint32_t device, expected;  /* bits of the two floats */
    bool is_integer;            /* the two are integers, not floats */
    bool in_empty_lane;         /* the element is after the last image, where gradients are 0 */
    uint32_t ulp;
    size_t differing, of; /* elements of the tensor that differ, and all */
    const char *cause;    /* in a word or two: "rounding" */
};

/* The result of a verification. */
struct verify_outcome {
    struct device_info device;
    enum verify_result result;
    char diagnosis[2048];             /* empty if equal */
    char denormals[256];              /* what the device does with denormals */
    char hash[65], expected_hash[65]; /* of training and evaluation; empty if not reached */
    char training_hash[65];           /* of the training alone */
    bool known;                       /* expected_hash was known, not computed here */
    /* Values of the CPU backend, from made-up ones, were not finite, so that their bits were not
     * compared. */
    bool overflows;
    uint64_t seed, steps;
    uint64_t images;         /* that the evaluation had */
    uint64_t passes, faults; /* of a soak: trainings that were right, and wrong */
    uint64_t copies, memory; /* of a soak: networks in parallel; bytes of the device in use */
    char bundle[512];        /* why there is no bundle although one was requested, or empty */
    double seconds;
};

/* Callbacks; each may be NULL. If ${progress} returns false, verification stops with
 * WEFT_INTERRUPTED. It is called several times a second, also on threads of a backend, but never on
 * two at once. */
struct verify_events {
    void (*stage)(void *context, enum verify_stage stage, enum verify_result result, uint64_t cases,
                  double seconds);
    void (*difference)(void *context, const struct verify_difference *difference);
    bool (*progress)(void *context, const char *what, uint64_t passes, uint64_t faults);
    void (*doing)(void *context, const char *what); /* before anything that may crash */
    void *context;
};

/* Verifies the device that options->device names. Returns WEFT_OK when ${outcome} was filled in,
 * whatever its result. Fails with WEFT_INTERRUPTED; outcome->result then says whether a difference
 * was found before; with WEFT_NO_VERDICT if this host cannot be the reference, if
 * nothing was compared, or without memory; with WEFT_BAD_DEVICE if "auto" finds no OpenCL device,
 * since the CPU backend is compared with itself only for "cpu"; and otherwise as
 * backend_open, also for ${notice}. ${events} may be NULL. */
enum weft_status verify_device(const struct verify_options *options,
                               const struct verify_events *events, struct verify_outcome *outcome,
                               struct weft_error *notice, struct weft_error *error);

/* Fails with WEFT_BAD_FILE unless ${network} can be trained by verify_device: it ends in a flat
 * output of 2 to IMAGES_CLASSES_MAX numbers. The message begins with the last layer. */
enum weft_status verify_check_network(const struct weft_network *network, struct weft_error *error);

/* Stores in ${device} the device that verify_device verifies for ${selector}, as device_choose.
 * "auto" is the first OpenCL device of the order; fails with WEFT_BAD_DEVICE if there is none. */
enum weft_status verify_choose(const char *selector, struct device_info *device,
                               struct weft_error *notice, struct weft_error *error);

/* Fails with WEFT_USAGE if ${folder} has files that are not those of a bundle, which a new bundle
 * replaces, and with WEFT_BAD_FILE if no file can be written there. It need not exist. */
enum weft_status verify_bundle_check(const char *folder, struct weft_error *error);

#endif

/* verify.h: a device against the CPU backend, byte for byte. */
#ifndef WEFT_VERIFY_H
#define WEFT_VERIFY_H

#include "weft/backend.h"
#include "weft/device.h"

WEFT_BEGIN

/* In this order; the first one that differs is the last one that runs. */
enum weft_verify_stage {
    WEFT_STAGE_TRANSFERS,  /* what is written to the device comes back */
    WEFT_STAGE_NUMERICS,   /* single operations, and the functions made of them */
    WEFT_STAGE_LAYERS,     /* every layer forward and backward, with both mappings */
    WEFT_STAGE_TRAINING,   /* steps of the published network */
    WEFT_STAGE_EVALUATION, /* a confusion matrix of the network that was trained */
    WEFT_STAGE_COUNT
};

enum weft_verify_result { WEFT_VERIFY_EQUAL, WEFT_VERIFY_DIFFERENT, WEFT_VERIFY_UNSTABLE };

/* Returns "transfers" ..., and "equal", "different" or "unstable". */
WEFT_API const char *weft_stage_name(enum weft_verify_stage stage);
WEFT_API const char *weft_verify_result_name(enum weft_verify_result result);

/* A bit to flip on the device, to see it found. */
struct weft_injection {
    uint64_t step;      /* from 1 */
    const char *tensor; /* "conv1.weight", with .grad, .moment or .second_moment; "conv1.output" */
    size_t element;
    unsigned bit; /* 0: the lowest; at most 31 */
};

struct weft_verify_options {
    struct weft_backend_options device;  /* batch, forward_only and trial do not count */
    bool full;                           /* 600 steps and more shapes; else 20 steps */
    uint64_t seed, steps;                /* 0 steps: by full */
    const struct weft_images *images;    /* two, by enum weft_split; NULL: made from the seed */
    const struct weft_injection *inject; /* NULL: none */
    const char *bundle; /* folder for what a driver's author needs, made if need be; NULL: none */
    /* To find the kernel with which a device crashes: wait for each, tell events->doing of it, and fail if it wrote behind the end of a
     * buffer. */
    bool launches;
    /* Seconds to go on with new seeds, in many copies at once; 0: none. Bits are then flipped in one of the copies, and not in the stages
     * before. */
    uint64_t soak;
};

/* The first value that differs. */
struct weft_verify_difference {
    enum weft_verify_stage stage;
    uint64_t step;             /* from 1, in training; 0: belongs to none */
    char layer[WEFT_NAME_MAX]; /* its kind: "conv2d"; also gather, cross_entropy, adam, numerics */
    char tensor[128]; /* "weight.grad", in the network that is trained "conv1.weight.grad" */
    char name[128];   /* of the tensor in full: "conv2d1.weight.grad", or empty */
    char where[256];  /* in which case: shapes, mapping; the operands */
    size_t element;   /* in the tensor, images outermost */
    uint32_t device, expected; /* bits of the two floats */
    bool whole;                /* they are integers, not floats */
    bool absent;               /* the element is of an image behind the last one, where 0 belongs */
    uint32_t ulp;
    size_t differing, of; /* elements of the tensor */
    const char *guess;    /* in a word or two */
};

/* What a verification came to. */
struct weft_verify_outcome {
    struct weft_device device;
    enum weft_verify_result result;
    char diagnosis[2048];             /* empty where all is equal */
    char denormals[256];              /* what the device does with them */
    char hash[65], expected_hash[65]; /* of training and evaluation; empty if not reached */
    char training_hash[65];           /* of the training alone */
    bool known;                       /* expected_hash was known, and not computed here */
    uint64_t seed, steps;
    uint64_t passes, faults; /* of a soak: trainings that were right, and wrong */
    uint64_t copies, memory; /* of a soak: networks at once; bytes of the device that it used */
    char bundle[512];        /* why there is no bundle though one was asked for, or empty */
    double seconds;
};

/* Callbacks; any may be NULL. ${progress} returns false to stop with WEFT_INTERRUPTED. */
struct weft_verify_events {
    void (*stage)(void *context, enum weft_verify_stage stage, enum weft_verify_result result,
                  uint64_t cases, double seconds);
    void (*difference)(void *context, const struct weft_verify_difference *difference);
    bool (*progress)(void *context, const char *what, uint64_t passes, uint64_t faults);
    void (*doing)(void *context, const char *what); /* what it is at, before that may crash */
    void *context;
};

/* Verifies the device that options->device names. WEFT_OK says that there is an ${outcome}, whichever; fails with WEFT_NO_VERDICT when
 * this host is no reference, and otherwise as weft_backend_open. ${notice} as there. */
WEFT_API enum weft_status weft_verify(const struct weft_verify_options *options,
                                      const struct weft_verify_events *events,
                                      struct weft_verify_outcome *outcome, char notice[512],
                                      struct weft_error *error);

WEFT_END

#endif

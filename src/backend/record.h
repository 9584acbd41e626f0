/* record.h: the launches that compute one tensor, with all that they read: enough to run them again without weft. */
#ifndef WEFT_BACKEND_RECORD_H
#define WEFT_BACKEND_RECORD_H

#include "backend/trial.h"

#define WEFT_RECORD_LAUNCHES  32
#define WEFT_RECORD_BUFFERS   40
#define WEFT_RECORD_ARGUMENTS 40

struct weft_record_argument {
    int buffer; /* index of the buffer, or -1: the bytes */
    size_t size;
    unsigned char bytes[8];
};

struct weft_record_launch {
    char kernel[64];
    size_t range[3], local[3]; /* local all 0: the device chooses */
    size_t count;
    struct weft_record_argument arguments[WEFT_RECORD_ARGUMENTS];
};

struct weft_record_buffer {
    void *id; /* the cl_mem */
    size_t size;
    unsigned char *bytes; /* as they were before the first launch that has it */
};

/* Start with all zero but what is wanted; free with weft_record_finish. */
struct weft_record {
    const char *kernels; /* folder of .cl files, or NULL */
    bool adam;           /* wanted: the update of this array, not a layer */
    bool loss;           /* wanted: the cross entropy */
    bool gather;         /* wanted: the input */
    size_t layer;        /* else the layer whose launches are wanted */
    bool backward;       /* in which direction */
    bool join;           /* and what joins its gradients */
    uint64_t step;       /* only of this step (from 1) since parameters were written; 0: all */
    size_t launch_count, buffer_count;
    struct weft_record_launch launches[WEFT_RECORD_LAUNCHES];
    struct weft_record_buffer buffers[WEFT_RECORD_BUFFERS];
    char *source, *log, options[1024]; /* of the program */
    bool full;                         /* it was more than fits */
};

void weft_record_finish(struct weft_record *record);

/* Puts ${values} (natural order: images x floats of a place, or the tensor's floats) where the tensor has them in ${bytes}; in lanes without
 * image a gradient has 0. */
void weft_record_place(const struct weft_backend *backend, const struct weft_target *target,
                       const float *values, unsigned char *bytes);

#endif

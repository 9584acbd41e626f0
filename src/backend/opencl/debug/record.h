/* record.h: the launches that compute one tensor, with all that they read: enough to run them again without weft. */
#ifndef WEFT_BACKEND_RECORD_H
#define WEFT_BACKEND_RECORD_H

#include "backend/opencl/debug/debug_run.h"

#define RECORD_LAUNCHES  32
#define RECORD_BUFFERS   40
#define RECORD_ARGUMENTS 40

struct record_argument {
    int buffer; /* index of the buffer, or -1: the bytes */
    size_t size;
    unsigned char bytes[8];
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
    unsigned char *bytes; /* as they were before the first launch that has it */
};

/* Start with all zero but what is wanted; free with record_finish. */
struct record {
    const char *kernels; /* folder of .cl files, or NULL */
    bool adam;           /* wanted: the update of this array, not a layer */
    bool loss;           /* wanted: the cross entropy */
    bool gather;         /* wanted: the input */
    size_t layer;        /* else the layer whose launches are wanted */
    bool backward;       /* in which direction */
    bool join;           /* and what joins its gradients */
    uint64_t step;       /* only of this step (from 1) since parameters were written; 0: all */
    size_t launch_count, buffer_count;
    struct record_launch launches[RECORD_LAUNCHES];
    struct record_buffer buffers[RECORD_BUFFERS];
    char *source, *log, options[1024]; /* of the program */
    bool full;                         /* it was more than fits */
};

void record_finish(struct record *record);

/* Puts ${values} (natural order: images x floats of a place, or the tensor's floats) where the tensor has them in ${bytes}; in lanes without
 * image a gradient has 0. */
void record_place(const struct weft_backend *backend, const struct tensor_ref *target,
                  const float *values, unsigned char *bytes);

#endif

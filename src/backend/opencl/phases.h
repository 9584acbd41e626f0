/* phases.h: a training step and an evaluation as lists of phases, which one kernel computes
 * (cl/phases.cl). */
#ifndef WEFT_OPENCL_PHASES_H
#define WEFT_OPENCL_PHASES_H

#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "base/text.h"

/* A function that computes its items for all shards, when the phase before it is done. */
struct opencl_phase {
    struct opencl_call call;
    size_t same;            /* the first phase with the same function */
    size_t items;           /* that a training step computes: of a shard, or with by_batch in all */
    bool by_batch;          /* an item is for all shards */
    size_t chunks;          /* that the range of a compute unit is divided into */
    bool evaluates, trains; /* it belongs to an evaluation, to a training step */
};

#define OPENCL_PHASE_NAME 32 /* bytes of the name of a parameter */

/* A parameter of the kernel: a buffer of the device. */
struct opencl_phase_buffer {
    enum opencl_argument argument;
    struct opencl_call call; /* that takes it first */
    char name[OPENCL_PHASE_NAME];
};

struct opencl_phases {
    struct opencl_groups groups; /* those of the launches, but for by_channels */
    bool forward_only;           /* no phase trains */
    size_t chunks[2]; /* of a compute unit in all phases: of an evaluation, of a training step */
    size_t count;
    struct opencl_phase *list; /* in order */
    size_t buffer_count;
    struct opencl_phase_buffer *buffers; /* in the order of the parameters */
};

/* Makes the phases of ${groups} for batches of ${batch} images on ${units} compute units. Fails
 * with WEFT_NO_MEMORY without memory. opencl_phases_finish frees them. */
enum weft_status opencl_phases_make(const struct opencl_groups *groups, bool forward_only,
                                    size_t batch, size_t units, struct opencl_phases *phases,
                                    struct weft_error *error);
void opencl_phases_finish(struct opencl_phases *phases);

/* Stores the name of argument ${a} of ${call} in the kernel. */
void opencl_phase_argument(const struct opencl_phases *phases, const struct opencl_call *call,
                           size_t a, char name[OPENCL_PHASE_NAME]);

/* Appends the parameters and the text of the function of ${phase}, which computes the items [begin,
 * end) of all shards. */
void opencl_emit_phase(struct text *text, const struct opencl_phases *phases,
                       const struct opencl_phase *phase);

/* Appends the functions of all phases, and the kernel that calls them. ${text} has the functions of
 * the layers, and cl/phases.cl. */
void opencl_emit_phases(struct text *text, const struct opencl_phases *phases);

/* The parameters of the kernel: the counters, numbers, and the buffers of ${phases}. The numbers
 * are: whether it trains; the first of the steps of this launch, and how many there are; the images
 * of a step; the first image in the order, and how many there are in all steps; the height and the
 * width of the images if they are changed, else 0. */
#define PHASES_KERNEL "compute_steps"
enum { PHASES_COUNTERS, PHASES_FIRST_NUMBER, PHASES_NUMBERS = 8 };

#endif

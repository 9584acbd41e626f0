/* state.h: an opened OpenCL device: its queue, its memory for one network, and its launches. All
 * modules of this folder work on it. */
#ifndef WEFT_OPENCL_STATE_H
#define WEFT_OPENCL_STATE_H

#include "backend/opencl/fusions.h"
#include "backend/opencl/handlers.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/layer.h"
#include "backend/ops.h"
#include "network/lifetimes.h"

#define OPENCL_MAX_ARGUMENTS 56 /* of a kernel */

/* A kernel with its arguments set, and its range for a full batch. */
struct opencl_launch {
    char name[64]; /* of the functions, without the layers' numbers; for messages */
    const struct opencl_kernel *kernel; /* NULL: belongs to no layer */
    cl_kernel object;                   /* NULL: the function of the host is called instead */
    enum opencl_range range;
    size_t items;                     /* including both below */
    size_t dinput_items, input_items; /* as in struct opencl_call */
    size_t slices;                    /* as in struct opencl_kernel */
    bool to_input;                    /* this pass computes the input_items */
    size_t local[3];                  /* size of a work-group */
    uint64_t part; /* of its work, the most that is enqueued at once (pace.c); 0: not yet known */
    bool launched; /* and measured */
    struct {
        bool is_buffer; /* a cl_mem; its size, on a host of 32 bits, is that of a number */
        size_t size;
        unsigned char bytes[8];
    } set[OPENCL_MAX_ARGUMENTS]; /* the arguments as last set, for records */
    size_t set_count;
};

/* Launches that belong to no layer. */
enum opencl_common {
    COMMON_GATHER,
    COMMON_LOSS_TRAIN,
    COMMON_LOSS_EVALUATE,
    COMMON_LOSS_JOIN,
    COMMON_UPDATE_JOIN,
    COMMON_UPDATE_SQUARES,
    COMMON_UPDATE_CLIP,
    COMMON_UPDATE_STEP,
    COMMON_COUNT
};

/* A program, and its entry in the cache. */
struct opencl_program {
    cl_program object;
    char cache_key[65]; /* empty: it is not to be saved */
    bool from_cache;
    char probe[65];        /* SHA-256 of what the probe computed; empty: there was none */
    char cached_probe[65]; /* with from_cache: the same, when the entry was made */
};

struct debug_options;
struct debug_guards;
struct opencl_steps;

/* What pace.c has enqueued, in the units of watch_work. All zero at the start. */
struct opencl_pace {
    uint64_t limit;             /* of costs: the host waits when more is enqueued; 0: not chosen */
    uint64_t queued;            /* work since the host last waited for the device */
    uint64_t cost;              /* of this work, and of its launches */
    size_t launches;            /* of this work */
    uint64_t flushed_cost;      /* at the last flush */
    size_t flushed_launches;    /* at the last flush */
    double since;               /* when the first of this work was enqueued */
    struct opencl_launch *last; /* of this work; NULL: a function of the host */
    uint64_t last_cost;
};

/* A portion of images that stay on the host (portions.h). */
struct opencl_portion {
    cl_mem pixels, labels;
    uint8_t *host_pixels;  /* what is sent for steps; the images of passes are adjacent already */
    uint16_t *host_labels; /* the same */
    size_t set, first, count; /* of passes: which images it has; count 0: others */
};

/* The memory for portions. All zero at the start. */
struct opencl_portions {
    cl_command_queue queue; /* NULL: no images have been on the host */
    struct opencl_portion list[2];
    size_t capacity;      /* images that a portion has room for */
    size_t host_capacity; /* the same, on the host */
    uint32_t *order;      /* 0, 1, 2 ... host_capacity - 1 */
    cl_event sent[2];     /* of pixels and labels for which the host has not waited; or NULL */
};

struct opencl_backend {
    struct backend base;
    enum weft_mapping mapping; /* cpu or gpu */
    cl_device_id device;
    cl_device_id whole; /* device is a sub-device of it (--threads); NULL: it is none */
    struct work_group_limits limits; /* of the device */
    bool groups_too_small;           /* why it could not be opened */
    cl_context context;
    cl_command_queue queue;
    struct opencl_program program;
    cl_kernel fill;                    /* of fill.c */
    size_t buffer_count, buffer_bytes; /* made by opencl_buffer so far, without guards */
    struct {
        uint64_t memory, buffer; /* bytes: of all buffers, of one */
        bool shared;             /* memory is what is free on the host */
    } room;                      /* of room.c */
    struct opencl_handlers handlers;
    bool has_computed;           /* the host has waited for work of a pass, which succeeded */
    struct debug_guards *guards; /* after the buffers, with debug->announce; or NULL */
    struct opencl_groups groups;
    struct opencl_kernels kernels;
    bool device_division; /* programs use the device's own division and root (division.h) */
    bool recompile;       /* programs are not taken from the cache, but saved there */
    bool untried;         /* a failure may be that of a program from the cache */
    size_t launch_count;
    struct opencl_launch *launches; /* of the kernels, in their order */
    struct opencl_launch common[COMMON_COUNT];
    /* The tensors of lifetimes: the values of each activation, then their gradients, at dvalues,
     * then contributions. The value of flatten is that of its input, and so is the gradient if no
     * other layer reads that; NULL inside a group. */
    cl_mem *values, *dvalues;
    cl_mem *slots;                        /* the memory of all these */
    struct lifetimes lifetimes;           /* which of them share it */
    bool keeps_tensors;                   /* none does */
    cl_mem *scratch;                      /* of each group, or NULL */
    cl_mem arrays[ARRAY_COUNT], partials; /* padded (opencl_padded) */
    cl_mem squares; /* sums of squares of gradients; the factor of clip_norm */
    cl_mem losses, predictions;
    struct opencl_fast *fast;             /* of clblast/engine.h; NULL: --math exact */
    cl_mem table;                         /* 256 floats */
    cl_mem targets;                       /* of the loss, of the present call of opencl_train */
    size_t trained_set;                   /* of the present call of opencl_train */
    cl_mem identity;                      /* 0, 1, 2 ... as an order */
    size_t identity_count;                /* of its numbers */
    cl_mem order, results, shard_results; /* of the steps of one call */
    cl_mem numbers;                       /* the same: struct step_numbers of each step */
    cl_mem changes;                       /* the same: how images are changed */
    bool all_resident;                    /* no images stay on the host */
    struct opencl_portions portions;      /* of portions.c */
    struct opencl_steps *steps;           /* of steps.c; NULL: no kernel computes several steps */
    const struct debug_options *debug;    /* of debug/debug.h, or NULL */
    uint64_t steps_made;                  /* with debug: since the parameters were written */
    bool flipped;                         /* with debug: in this step */
    struct opencl_pace pace;
    struct opencl_profile *profile; /* of profile.c; NULL: never profiled */
};

/* Returns whether ${launch} belongs to the update. */
static inline bool opencl_update_has(const struct opencl_backend *cl,
                                     const struct opencl_launch *launch) {
    return launch >= &cl->common[COMMON_UPDATE_JOIN] && launch <= &cl->common[COMMON_UPDATE_STEP];
}

#endif

/* layer.h: what a layer's file offers: the macros that its .cl file is compiled with, and a
 * table of the functions in that file with their ranges and arguments. */
#ifndef WEFT_OPENCL_LAYER_H
#define WEFT_OPENCL_LAYER_H

#include "backend/backend.h"
#include "backend/lanes.h"
#include "backend/opencl/cl.h"
#include "base/text.h"

struct opencl_backend;

/* The arguments of a function, in order: buffers that never change, buffers that may change from
 * pass to pass, numbers (int), and numbers that are constants in the program's text. Input is the
 * one that the call is for. */
enum opencl_argument {
    ARG_END,
    ARG_INPUT,
    ARG_FIRST_INPUT, /* the layer's first input */
    ARG_OUTPUT,
    ARG_DOUTPUT,
    ARG_DINPUT,       /* what the layer contributes to the gradient of its input */
    ARG_GRADIENT,     /* the gradient of the input */
    ARG_CONTRIBUTION, /* a contribution to it that is not stored there */
    ARG_PARAMETERS,
    ARG_BUFFERS,
    ARG_PARTIALS,
    ARG_SCRATCH,
    ARG_GRADIENTS,
    ARG_MOMENTS,
    ARG_SECOND_MOMENTS,
    ARG_TABLE,        /* the values of pixels */
    ARG_LABELS,       /* of the training images */
    ARG_ORDER,        /* the order of the training images */
    ARG_TARGETS,      /* of the loss (backend/loss_targets.h) */
    ARG_CHANGES,      /* how they are changed */
    ARG_PIXELS,       /* of the training images */
    ARG_NUMBERS,      /* struct step_numbers of each step */
    ARG_RESULTS,      /* of each shard: the sum of losses and the number of correct answers */
    ARG_LOSSES,       /* of each image of an evaluation */
    ARG_PREDICTIONS,  /* the same */
    ARG_COUNT,        /* images in the batch */
    ARG_UPDATE,       /* enum statistics_update */
    ARG_BATCH,        /* 1: a pass with the batch's statistics, 0: with the running ones */
    ARG_RESULT_INDEX, /* of the step's first shard in the results */
    ARG_FIRST,        /* index of the step's first image in the order */
    ARG_KEY_LOW,      /* the key of the step (dropout.h) */
    ARG_KEY_HIGH,     /* the same */
    ARG_TRAINS,       /* 1: a pass of a training step, 0: another one */
    ARG_HEIGHT,       /* of the images; 0: they are not changed */
    ARG_WIDTH,        /* of the images */
    ARG_SIZE,         /* values of an image of the input */
    ARG_VALUES,       /* values that an item computes of them */
    ARG_OFFSET,       /* values of the output before those of the input */
    ARG_OUT_SIZE,     /* values of an image of the output */
    ARG_LAYER,        /* number of the layer, from 1 */
    ARG_ZERO,         /* 0 */
};

#define OPENCL_ARG_LATE     ARG_LABELS /* the first that may change from pass to pass */
#define OPENCL_ARG_NUMBER   ARG_COUNT  /* the first that is a number */
#define OPENCL_ARG_CONSTANT ARG_SIZE   /* the first that is a constant */

/* The passes in which a function runs. */
enum opencl_pass {
    PASS_FORWARD_BATCH = 1, /* batch norm by the batch's statistics */
    PASS_FORWARD_RUNNING = 2,
    PASS_FORWARD = 3,
    PASS_BACKWARD_BATCH = 4,
    PASS_BACKWARD_RUNNING = 8,
    PASS_BACKWARD = 12,
    PASS_STEP = 16, /* the last layers of a training step, forward and backward */
};

/* The range of work-items; work_groups.h has the groups. */
enum opencl_range {
    RANGE_SHARDS, /* lanes x items x shards */
    RANGE_SUMS,   /* the same; the 16 lanes of an item are in one work-group, which adds them */
    RANGE_SHARD_GROUP, /* lanes x shards; a work-group computes all items of a shard */
    /* Lanes x items; a work-item computes all shards. Only in groups by channels (fusions.h): these
     * functions replace those of other ranges in their passes. */
    RANGE_BATCH,
    RANGE_CHANNEL_GROUP, /* that of RANGE_BATCH in the gpu mapping: a work-group an item */
    /* Items; a work-item computes all shards. Only in the cpu mapping: where opencl_kernels_make
     * chooses these functions, they replace the group's others in their passes. They store
     * gradients of parameters joined: the sums over the shards, in order, as those of shard 0.
     * Those of the other shards remain 0. */
    RANGE_ITEMS,
    RANGE_ONCE, /* items */
};

#define OPENCL_ARGUMENTS 10 /* of a function, with ARG_END */

/* A function of a layer's .cl file. */
struct opencl_function {
    const char *name; /* without the layer's number */
    enum opencl_pass passes;
    enum opencl_range range;
    /* Only in groups that settle (fusions.h): replaces functions of RANGE_ONCE and RANGE_SHARDS. */
    bool settles;
    /* Of a layer that reads several inputs: the function is called for each of them from
     * begin_input to end_input - 1, and its items are those of ARG_VALUES. end_input is 0: it is
     * called once. */
    size_t begin_input, end_input;
    /* Returns the number of items; NULL: 0. */
    size_t (*items)(const struct network_layer *layer, enum weft_mapping mapping);
    /* Returns the number of further items, at the end of the range, which compute the gradient
     * of the layer's input. Training omits them for the network's first layer. NULL: 0. */
    size_t (*input_items)(const struct network_layer *layer, enum weft_mapping mapping);
    /* Returns the number of parts that channels of the output can be cut into: part p of n
     * computes items [p items / n, (p + 1) items / n). NULL: the function cannot be cut. */
    size_t (*parts)(const struct network_layer *layer, enum weft_mapping mapping);
    /* Returns the values whose lanes an item adds at once (RANGE_SUMS). NULL: 1. */
    size_t (*lane_values)(const struct network_layer *layer, enum weft_mapping mapping);
    enum opencl_argument arguments[OPENCL_ARGUMENTS];
    /* NULL, or a function of the host that computes ${count} images of group ${group} by
     * launches of its own. Range then has no meaning, items is 1, and the arguments say what is
     * read and written. */
    enum weft_status (*host)(struct opencl_backend *cl, size_t group, size_t count,
                             struct weft_error *error);
};

/* What a kind of layer offers. */
struct opencl_layer {
    const char *file; /* "conv2d.cl"; NULL: the layer computes nothing, its output is its input */
    /* Appends the macros of the file, in addition to those that source.c defines for every
     * layer. */
    void (*define)(struct text *text, const struct network_layer *layer, enum weft_mapping mapping);
    /* Returns the bytes of scratch memory for ${shards} shards. NULL: 0. */
    size_t (*scratch)(const struct network_layer *layer, enum weft_mapping mapping, size_t shards);
    /* Every function applies RELU to the input as it reads it, and RELU_GRADIENT to the input's
     * gradient. */
    bool reads_relu;
    /* The gradient of each input is that of the output, or of the output's values that come from
     * the input; no function computes it. */
    bool passes_gradient;
    size_t function_count;
    const struct opencl_function *functions; /* in the order in which a pass runs them */
};

/* opencl_conv2d and so on. */
#define LAYER(KIND, name) extern const struct opencl_layer opencl_##name;
#include "network/layers.def"

/* conv2d and max_pool2d together (fusions.c). */
extern const struct opencl_layer opencl_conv2d_pool;

/* Returns the table of ${kind}. */
const struct opencl_layer *opencl_layer_of(enum layer_kind_id kind);

/* The turns of a loop for which a GPU loads together: FOR_LOADS of cl/lanes.h. */
#define OPENCL_TOGETHER 8

/* Returns the largest divisor of ${n} that is at most ${limit}. */
size_t opencl_divisor(size_t n, size_t limit);

/* Returns ${floats} rounded up to 8 whole vectors of 16, at least 8: whole work-groups. */
size_t opencl_padded(size_t floats);

/* Returns how many of ${size} adjacent values one work-item computes: a divisor of ${size}. */
size_t opencl_values_per_item(size_t size, enum weft_mapping mapping);

/* Returns how many values of a row of ${shape} one work-item computes: the row on a CPU, 1 on a
 * GPU. */
size_t opencl_row_values(struct tensor_shape shape, enum weft_mapping mapping);

/* Return items for struct opencl_function: channels of the output, or opencl_values_per_item values
 * of the output, or opencl_row_values values of the output, or as many of the input. */
size_t opencl_channels(const struct network_layer *layer, enum weft_mapping mapping);
size_t opencl_value_items(const struct network_layer *layer, enum weft_mapping mapping);
size_t opencl_output_rows(const struct network_layer *layer, enum weft_mapping mapping);
size_t opencl_input_rows(const struct network_layer *layer, enum weft_mapping mapping);

#endif

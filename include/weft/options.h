/* options.h: the choices that options name. */
#ifndef WEFT_OPTIONS_H
#define WEFT_OPTIONS_H

#include "weft/error.h"

WEFT_BEGIN

/* Which images of a data set. */
enum weft_split { WEFT_SPLIT_TRAIN, WEFT_SPLIT_TEST, WEFT_SPLIT_COUNT };

/* Returns "train" or "test", and "unknown" for another value. */
WEFT_API const char *weft_split_name(enum weft_split split);

/* The order of the images in an epoch: shuffled anew for each epoch, or as in the file. */
enum weft_order { WEFT_ORDER_SHUFFLED, WEFT_ORDER_FILE };

/* How linear layers and convolutions are computed. Exact: by the contract of equal bits. Fast:
 * as products of matrices by CLBlast, on OpenCL devices only; bits may then differ even from one
 * run to the next. */
enum weft_math { WEFT_MATH_EXACT, WEFT_MATH_FAST };

/* The statistics that batch norm uses. */
enum weft_statistics { WEFT_STATISTICS_RUNNING, WEFT_STATISTICS_BATCH };

/* How work is divided among the work-items of an OpenCL device. Never changes a bit. */
enum weft_mapping { WEFT_MAPPING_AUTO, WEFT_MAPPING_CPU, WEFT_MAPPING_GPU };

/* Whether training steps are computed by one kernel that computes many of them, instead of launches
 * for each step. Never changes a bit. */
enum weft_step_kernel {
    WEFT_STEP_KERNEL_AUTO, /* where it can be used and is faster, by measurement */
    /* The device is not opened if it cannot be used. Steps with a clip_norm are launches all the
     * same. */
    WEFT_STEP_KERNEL_ALWAYS,
    WEFT_STEP_KERNEL_NEVER,
};

WEFT_END

#endif

/* causes.h: the causes of a difference: names, sentences and sections of OpenCL. */
#ifndef WEFT_VERIFY_CAUSES_H
#define WEFT_VERIFY_CAUSES_H

#include <stddef.h>

/* Several causes share a name where what was observed differs. */
enum verify_cause {
    CAUSE_BIT_FLIP,
    CAUSE_CONTRACTION,
    CAUSE_FUSED_KERNEL,
    CAUSE_GROUP_SIZE,
    CAUSE_HARDWARE,       /* in general */
    CAUSE_HARDWARE_ONCE,  /* it did not happen again */
    CAUSE_MEMORY,         /* in general */
    CAUSE_MEMORY_CHANGES, /* the wrong values change with the way it is run */
    CAUSE_MEMORY_OR_RACE, /* never right, and never twice the same */
    CAUSE_MEMORY_STAYS,   /* right on fresh buffers alone */
    CAUSE_NOT_RUN_AGAIN,  /* the device could not repeat it */
    CAUSE_OPTIMISER,
    CAUSE_ORDERING, /* right with a wait after each kernel */
    CAUSE_RACE,
    CAUSE_ROUNDING,
    CAUSE_SINGLE_LAYER, /* right with fused layers */
    CAUSE_TRANSFERS,
    CAUSE_WRONG,           /* the same wrong values in every way */
    CAUSE_WRONG_EMPTY_LANE /* a gradient in a lane without an image */
};

/* Returns the name of ${cause} in a word or two: "ordering". */
const char *verify_cause_name(enum verify_cause cause);

/* Writes what ${cause} means, a sentence that begins with the cause and ends with OpenCL's section,
 * into ${text}. */
void verify_cause_text(enum verify_cause cause, char *text, size_t size);

#endif

/* causes.c: the table of the causes of a difference. */
#include "verify/causes.h"

#include <stdio.h>

static const struct {
    const char *name, *sentence;
    const char *section; /* of OpenCL 1.2, and what it says; or NULL */
} causes[] = {
    [CAUSE_BIT_FLIP] = {"bit flip", "a bit flip: one bit of one value", NULL},
    [CAUSE_CONTRACTION] = {"contraction",
                           "contraction: the compiler makes one fma of a product and a sum, "
                           "although the source says FP_CONTRACT OFF",
                           NULL},
    [CAUSE_FUSED_KERNEL] = {"fused kernel",
                            "only with the layers fused: the kernel, or how this compiler "
                            "translates it",
                            NULL},
    [CAUSE_GROUP_SIZE] = {"work-group size", "work-groups: it is right with groups of another size",
                          "sections 3.2 and 6.12.8"},
    [CAUSE_HARDWARE] = {"hardware", "hardware or a race", NULL},
    [CAUSE_HARDWARE_ONCE] = {"hardware",
                             "hardware, or a rare race: it happened, but not again (memory, heat, "
                             "overclocking)",
                             NULL},
    [CAUSE_MEMORY] = {"memory", "memory", NULL},
    [CAUSE_MEMORY_CHANGES] = {"memory",
                              "memory: the wrong values change with the way it is run, so "
                              "something is read that was never written, or outside of an array",
                              NULL},
    [CAUSE_MEMORY_OR_RACE] = {"memory or race",
                              "memory, a race, or hardware: never right, and different bits from "
                              "run to run: something is read that was never written, or is written "
                              "by several work-items",
                              NULL},
    [CAUSE_MEMORY_STAYS] = {"memory",
                            "memory: right on fresh buffers, and wrong again on those where it was "
                            "wrong, so something is read that was never written, or that earlier "
                            "work left there",
                            NULL},
    [CAUSE_NOT_RUN_AGAIN] = {"not run again", "none: it could not be run again", NULL},
    [CAUSE_OPTIMISER] = {"optimiser",
                         "the compiler's optimiser, or memory that was never written and is zero "
                         "without it: it is right with -cl-opt-disable",
                         "section 7.4: +, -, x and fma are correctly rounded"},
    [CAUSE_ORDERING] = {"ordering",
                        "ordering: it is right when each kernel is waited for, so kernels of one "
                        "in-order queue overlap",
                        "section 5.11"},
    [CAUSE_RACE] = {"race",
                    "hardware or a race: the same kernels on the same input give different bits "
                    "from run to run",
                    NULL},
    [CAUSE_ROUNDING] = {"rounding",
                        "rounding: the same values in every way, slightly off: a sum in another "
                        "order, a contraction, or a function that is not correctly rounded",
                        "sections 6.10 and 7.4"},
    [CAUSE_SINGLE_LAYER] = {"kernel of one layer",
                            "only with each layer alone, not fused: the kernel, or how this "
                            "compiler translates it",
                            NULL},
    [CAUSE_TRANSFERS] = {"memory",
                         "memory or transfers: bytes that were written and read back, with no "
                         "kernel between, have changed",
                         "section 5.2.2"},
    [CAUSE_WRONG] = {"wrong computation",
                     "a wrong computation: the same wrong values in every way, so the kernel's "
                     "source or its translation by the compiler, not hardware",
                     NULL},
    [CAUSE_WRONG_EMPTY_LANE] = {"wrong computation",
                                "a wrong computation: a gradient in a lane without an image is not "
                                "0, so that later sums over lanes are wrong",
                                NULL},
};

const char *verify_cause_name(enum verify_cause cause) {
    return causes[cause].name;
}

void verify_cause_text(enum verify_cause cause, char *text, size_t size) {
    const char *section = causes[cause].section;
    snprintf(text, size, "%s%s%s%s", causes[cause].sentence,
             section != NULL ? " (OpenCL 1.2, " : "", section != NULL ? section : "",
             section != NULL ? ")" : "");
}

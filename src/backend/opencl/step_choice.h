/* step_choice.h: which way training steps are computed: by launches, or many steps by one launch of
 * one kernel. Both give the same bits; which is faster depends on the device, on the network, and
 * on other programs that use the processors. So it is measured while the training goes on. */
#ifndef WEFT_OPENCL_STEP_CHOICE_H
#define WEFT_OPENCL_STEP_CHOICE_H

#include <stdbool.h>
#include <stddef.h>

enum step_way { STEP_LAUNCHES, STEP_KERNEL, STEP_WAYS };

#define STEP_TRIALS 5 /* pieces of each way in a comparison */

/* Starts with all zero but ${way}. */
struct step_choice {
    bool fixed;             /* it is always ${way} */
    enum step_way way;      /* the faster one, as far as is known */
    bool began[STEP_WAYS];  /* the first piece of steps has been made, which is slower */
    double preparation;     /* seconds of these first pieces, with what was built for them */
    double cost[STEP_WAYS]; /* seconds of a step, as measured last; 0: not yet */
    double since;           /* seconds of work since both were compared */
    double period;          /* seconds from one comparison to the next */
    unsigned pieces;        /* of the comparison that is going on, still to be made; 0: none */
    double trials[STEP_WAYS][STEP_TRIALS]; /* seconds of a step, of its pieces */
};

/* Returns how many of ${left} steps the next piece is, at least one, and stores in ${way} how it is
 * to be made. */
size_t step_choice_next(const struct step_choice *choice, size_t left, enum step_way *way);

/* Notes that ${steps} were made by ${way} in ${seconds}. */
void step_choice_measured(struct step_choice *choice, enum step_way way, size_t steps,
                          double seconds);

#endif

/* step_choice.c: which way training steps are computed, by measurement.
 *
 * Training begins with the kernel. Both ways are compared after START seconds of work, or after as
 * long as the kernel took to build: a driver may have to compile the kernels of launches first, for
 * some seconds, and a short training does without them. Short pieces of steps are made by one way
 * and the other in turns, and the way with the smaller median goes on: other programs delay some of
 * the pieces, and a mean would be decided by these. The comparison is repeated: at first soon, then
 * at longer intervals while the answer stays the same, and sooner if the steps take longer, because
 * other programs use the processors, or less long. In a steady state a
 * comparison of 50 ms every 2 seconds costs 0.3 %, if one way takes a quarter longer. */
#include "backend/opencl/step_choice.h"

#define START   3.0   /* seconds of work before the first comparison, at least */
#define PERIOD  0.25  /* to the next one, at least */
#define LONGEST 2.0   /* and at most */
#define SOONER  4.0   /* this part of the interval if the steps take another time than before */
#define CHANGE  1.3   /* that is, by this factor */
#define PIECE   0.02  /* seconds of the steps of a launch */
#define TRIAL   0.005 /* the same in a comparison */
#define LONG    0.02  /* a longer step is always made by launches */

static double larger(double a, double b) {
    return a > b ? a : b;
}

size_t step_choice_next(const struct step_choice *choice, size_t left, enum step_way *way) {
    const double seconds = choice->pieces > 0 ? TRIAL : PIECE;
    double fits = 1.0;
    *way = choice->way;
    if (choice->pieces % 2 == 1) {
        *way = choice->way == STEP_KERNEL ? STEP_LAUNCHES : STEP_KERNEL;
    }
    if (choice->cost[*way] > 0) {
        fits = seconds / choice->cost[*way];
    }
    return fits >= (double)left ? left : (size_t)larger(fits, 1.0);
}

/* Returns the median of ${costs}, which it sorts. */
static double median(double costs[STEP_TRIALS]) {
    for (size_t i = 1; i < STEP_TRIALS; i++) {
        for (size_t k = i; k > 0 && costs[k] < costs[k - 1]; k--) {
            const double cost = costs[k];
            costs[k] = costs[k - 1];
            costs[k - 1] = cost;
        }
    }
    return costs[STEP_TRIALS / 2];
}

/* Ends a comparison. */
static void decide(struct step_choice *choice) {
    const enum step_way before = choice->way;
    for (int way = 0; way < STEP_WAYS; way++) {
        choice->cost[way] = median(choice->trials[way]);
    }
    choice->way =
        choice->cost[STEP_KERNEL] < choice->cost[STEP_LAUNCHES] ? STEP_KERNEL : STEP_LAUNCHES;
    choice->period = choice->way == before ? 2 * choice->period : PERIOD;
    choice->period = larger(PERIOD, choice->period < LONGEST ? choice->period : LONGEST);
    choice->since = 0;
}

void step_choice_measured(struct step_choice *choice, enum step_way way, size_t steps,
                          double seconds) {
    const double cost = seconds / (double)steps, known = choice->cost[way];
    if (!choice->began[way]) {
        choice->began[way] = true;
        choice->preparation += seconds;
        return;
    }
    if (choice->fixed || choice->pieces == 0) {
        const bool changed = known > 0 && (cost > CHANGE * known || known > CHANGE * cost);
        const bool first = choice->period == 0;
        choice->since += seconds;
        if (known == 0 || choice->fixed) {
            choice->cost[way] = cost;
        }
        if (choice->fixed) {
            return;
        }
        if (cost > LONG) { /* twice in succession, since something else may have disturbed it */
            choice->way = known > LONG ? STEP_LAUNCHES : way;
            choice->cost[way] = cost;
        } else if (choice->since > (first     ? larger(START, choice->preparation)
                                    : changed ? choice->period / SOONER
                                              : choice->period)) {
            choice->pieces = STEP_WAYS * STEP_TRIALS;
        }
        return;
    }
    choice->cost[way] = cost;
    choice->trials[way][--choice->pieces / STEP_WAYS] = cost;
    if (choice->pieces == 0) {
        decide(choice);
    }
}

/* rate.h: the learning rate of each step. */
#ifndef WEFT_TRAIN_RATE_H
#define WEFT_TRAIN_RATE_H

#include "base/error.h"
#include "weft/recipe.h"

/* Where a step is in its training. */
struct rate_position {
    uint64_t step;  /* from 0 */
    uint64_t steps; /* of the training; more than ${step} */
    size_t epochs;  /* that have passed */
};

/* Returns the learning rate of the step at ${position} by the schedule of ${recipe}
 * (weft/recipe.h); ${rate} is the largest one, which a constant schedule returns. Computed
 * in double by +, -, x and /: the same bits on every system. */
double rate_of_step(const struct weft_recipe *recipe, double rate,
                    const struct rate_position *position);

/* Fails with WEFT_USAGE and "recipe.warmup_steps ..." unless the warmup of ${recipe} ends before
 * the last of ${steps} steps. */
enum weft_status rate_check(const struct weft_recipe *recipe, uint64_t steps,
                            struct weft_error *error);

/* Returns the cosine of pi ${x}, 0 <= x <= 1, with an error below 4e-16: exact at 0, 1/2 and 1. */
double rate_cos_pi(double x);

#endif

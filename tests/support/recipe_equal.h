/* recipe_equal.h: compares all members of two recipes. */
#ifndef RECIPE_EQUAL_H
#define RECIPE_EQUAL_H

#include <stdbool.h>

#include "weft/recipe.h"

/* Returns whether ${a} and ${b} have equal members. A new member needs a line here. */
static inline bool recipe_equal(const struct weft_recipe *a, const struct weft_recipe *b) {
    return a->optimizer == b->optimizer && a->momentum == b->momentum &&
           a->nesterov == b->nesterov && a->weight_decay == b->weight_decay &&
           a->schedule == b->schedule && a->step_epochs == b->step_epochs &&
           a->step_factor == b->step_factor && a->warmup_steps == b->warmup_steps &&
           a->warmup_fraction == b->warmup_fraction && a->label_smoothing == b->label_smoothing &&
           a->clip_norm == b->clip_norm && a->average == b->average && a->flip == b->flip &&
           a->shift == b->shift && a->erase == b->erase && a->class_weights == b->class_weights;
}

#endif

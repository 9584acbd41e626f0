/* optimizer.h: what a step does with the gradients, from the optimiser of a recipe. */
#ifndef WEFT_TRAIN_OPTIMIZER_H
#define WEFT_TRAIN_OPTIMIZER_H

#include "backend/backend.h"
#include "weft/recipe.h"

/* Returns the update of step ${t} (from 1) at learning rate ${rate}, with the optimiser of
 * ${recipe}, its momentum, weight decay and clip_norm. ${weight} of the update is 0: the number of
 * images. */
struct update optimizer_update(const struct weft_recipe *recipe, double rate, uint64_t t);

/* The same for Adam alone: beta1 0.9, beta2 0.999, eps 1e-8, with bias correction. */
struct update adam_update(float learning_rate, uint64_t t);

#endif

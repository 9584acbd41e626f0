/* recipe.h: how a training changes the values: the optimiser, its learning rate from step to step,
 * the loss, and changes of the images. */
#ifndef WEFT_RECIPE_H
#define WEFT_RECIPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

/* Adam (Kingma and Ba, 2015; beta1 0.9, beta2 0.999, eps 1e-8), AdamW (Loshchilov and Hutter,
 * 2019), and stochastic gradient descent with momentum; each with PyTorch's formulas. */
enum weft_optimizer { WEFT_OPTIMIZER_ADAM, WEFT_OPTIMIZER_ADAMW, WEFT_OPTIMIZER_SGD };

/* The learning rate of step s, from 0 on, of S steps in all; of the W steps of a warmup it is
 * (s + 1) / W times as large, except with one-cycle. R is the learning rate of the training.
 *
 * constant   R
 * cosine     R (1 + cos(pi (s - W) / (S - W))) / 2 after the warmup, and R in it
 * one-cycle  from R / 25 by a half cosine to R at step W - 1, from there by a half cosine to
 *            R / 10000 at step S - 1, as PyTorch's OneCycleLR
 * step       R times ${step_factor} to the power of the number of ${step_epochs} that have passed
 *
 * S counts from the beginning of the session's values: the steps made before, and those of the
 * call. Rates are computed in double, with a cosine of weft's own: the same on every machine. */
enum weft_schedule {
    WEFT_SCHEDULE_CONSTANT,
    WEFT_SCHEDULE_COSINE,
    WEFT_SCHEDULE_ONE_CYCLE,
    WEFT_SCHEDULE_STEP
};

/* The weight of an image's loss: 1, or, balanced, images / (classes x images of its class). The
 * mean loss of a step is the weighted one, as PyTorch's. */
enum weft_class_weights { WEFT_CLASS_WEIGHTS_NONE, WEFT_CLASS_WEIGHTS_BALANCED };

/* All zero is the published recipe: Adam with a constant rate. */
struct weft_recipe {
    enum weft_optimizer optimizer;
    float momentum; /* of WEFT_OPTIMIZER_SGD: 0 to below 1 */
    bool nesterov;  /* needs a momentum */
    float
        weight_decay; /* with adamw apart from the gradient, else added to it; of all parameters */
    enum weft_schedule schedule;
    size_t step_epochs; /* of WEFT_SCHEDULE_STEP: at least 1 */
    float step_factor;  /* the same: above 0, at most 1 */
    /* The warmup, in steps or as a fraction of all steps: one of them is 0. Both 0: a fifth of all
     * steps with one-cycle, else none. */
    uint64_t warmup_steps;
    float warmup_fraction; /* 0 to below 1 */
    float label_smoothing; /* 0 to below 1: shared by all classes, as PyTorch's */
    float clip_norm;       /* the largest norm of a step's gradients, as PyTorch's clip_grad_norm_;
                              0: any */
    /* The last epochs whose values are averaged at the end, or all if there are fewer; 0: none.
     * The parameters are then the mean of those after each of these epochs. Running statistics of
     * batch norm are computed again, as PyTorch's update_bn, but without dropout: the mean of those
     * of all batches of the training images in their order, unchanged. Adam's state stays. */
    size_t average;
    /* Changes of each image, drawn anew in each epoch. */
    bool flip;    /* half of the images, left to right */
    size_t shift; /* by up to so many pixels in both directions; pixels from outside are byte 0 */
    size_t erase; /* a square of so many pixels a side becomes 0 after normalising, in half of the
                     images */
    enum weft_class_weights class_weights;
};
#define WEFT_RECIPE_PUBLISHED                                                                      \
    {                                                                                              \
        WEFT_OPTIMIZER_ADAM, 0, false, 0, WEFT_SCHEDULE_CONSTANT, 0, 0, 0, 0, 0, 0, 0, false, 0,   \
            0, WEFT_CLASS_WEIGHTS_NONE                                                             \
    }

WEFT_END

#endif

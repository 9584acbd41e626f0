/* optimizer.c: the numbers of a step of Adam, AdamW and SGD. All are computed in double by
 * multiplications, one division and one root, and rounded once. */
#include "train/optimizer.h"

#include <math.h>

#include "numerics.h"

#define BETA1 0.9
#define BETA2 0.999
#define EPS   1e-8

/* Returns ${base} to the power of ${t}, by squaring: unlike pow, the same multiplications, and so
 * the same bits, on every system. */
static double power(double base, uint64_t t) {
    double result = 1.0;
    for (; t > 0; t /= 2) {
        if (t % 2 == 1) {
            result *= base;
        }
        base *= base;
    }
    return result;
}

static struct update sgd_update(const struct weft_recipe *recipe, double rate) {
    return (struct update){.beta1 = weft_clean(recipe->momentum),
                           .step_size = (float)rate,
                           .sgd = true,
                           .nesterov = recipe->nesterov};
}

static struct update adam(double rate, uint64_t t) {
    return (struct update){
        .beta1 = (float)BETA1,
        .beta2 = (float)BETA2,
        .eps = (float)EPS,
        .complement1 = (float)(1.0 - BETA1),
        .complement2 = (float)(1.0 - BETA2),
        .step_size = (float)(rate / (1.0 - power(BETA1, t))),
        .root_correction = (float)(1.0 / sqrt(1.0 - power(BETA2, t))),
    };
}

/* Factors are clean, and a step is not denormal, so that no product of them is (cl/README.md,
 * section 4). */
struct update optimizer_update(const struct weft_recipe *recipe, double rate, uint64_t t) {
    const bool apart = recipe->optimizer == WEFT_OPTIMIZER_ADAMW;
    const double decay = apart ? 1.0 - rate * (double)recipe->weight_decay : 1.0;
    struct update update =
        recipe->optimizer == WEFT_OPTIMIZER_SGD ? sgd_update(recipe, rate) : adam(rate, t);
    update.step_size = weft_clean_squared(update.step_size);
    update.decay = weft_clean((float)decay);
    update.penalty = apart ? 0.0f : weft_clean(recipe->weight_decay);
    update.clip_norm = weft_clean(recipe->clip_norm);
    return update;
}

struct update adam_update(float learning_rate, uint64_t t) {
    const struct weft_recipe recipe = WEFT_RECIPE_PUBLISHED;
    return optimizer_update(&recipe, (double)learning_rate, t);
}

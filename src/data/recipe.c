/* recipe.c: the ranges of a recipe's members, and which members need others. */
#include "data/recipe.h"

#include <float.h>
#include <stddef.h>
#include <stdint.h>

#include "base/try.h"

/* ---- ranges ---- */

static enum weft_status bad(struct weft_error *error, const char *name, double value,
                            const char *range) {
    return error_set(error, WEFT_BAD_FILE, "recipe.%s is %.9g: it must be %s", name, value, range);
}

static enum weft_status check_floats(const struct weft_recipe *recipe, struct weft_error *error) {
    static const char fraction[] = "at least 0 and below 1", positive[] = "a finite number, not "
                                                                          "below 0";
    const struct {
        const char *name;
        float value, below;
        const char *range;
    } floats[] = {
        {"momentum", recipe->momentum, 1, fraction},
        {"weight_decay", recipe->weight_decay, FLT_MAX, positive},
        {"warmup_fraction", recipe->warmup_fraction, 1, fraction},
        {"label_smoothing", recipe->label_smoothing, 1, fraction},
        {"clip_norm", recipe->clip_norm, FLT_MAX, positive},
    };
    for (size_t i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        if (!(floats[i].value >= 0 && floats[i].value < floats[i].below)) { /* or NaN */
            return bad(error, floats[i].name, (double)floats[i].value, floats[i].range);
        }
    }
    return WEFT_OK;
}

static enum weft_status check_integers(const struct weft_recipe *recipe, struct weft_error *error) {
    const struct {
        const char *name;
        uint64_t value, max;
    } integers[] = {
        {"optimizer", (unsigned)recipe->optimizer, WEFT_OPTIMIZER_SGD},
        {"schedule", (unsigned)recipe->schedule, WEFT_SCHEDULE_STEP},
        {"class_weights", (unsigned)recipe->class_weights, WEFT_CLASS_WEIGHTS_BALANCED},
        {"step_epochs", recipe->step_epochs, TRAINING_EPOCHS_MAX},
        {"warmup_steps", recipe->warmup_steps, INT64_MAX},
        {"average", recipe->average, TRAINING_EPOCHS_MAX},
        {"shift", recipe->shift, INT16_MAX},
        {"erase", recipe->erase, INT16_MAX},
    };
    for (size_t i = 0; i < sizeof integers / sizeof integers[0]; i++) {
        if (integers[i].value > integers[i].max) {
            return error_set(error, WEFT_BAD_FILE, "recipe.%s is %llu: it must be at most %llu",
                             integers[i].name, (unsigned long long)integers[i].value,
                             (unsigned long long)integers[i].max);
        }
    }
    return WEFT_OK;
}

/* ---- members that need others ---- */

static enum weft_status wrong(struct weft_error *error, const char *what) {
    return error_set(error, WEFT_BAD_FILE, "recipe.%s", what);
}

static enum weft_status check_optimizer(const struct weft_recipe *recipe,
                                        struct weft_error *error) {
    if (recipe->momentum > 0 && recipe->optimizer != WEFT_OPTIMIZER_SGD) {
        return wrong(error, "momentum is given: only the optimizer sgd has one");
    }
    if (recipe->nesterov && recipe->momentum == 0) {
        return wrong(error, "nesterov is true: it needs the optimizer sgd and a momentum above 0");
    }
    return WEFT_OK;
}

static enum weft_status check_schedule(const struct weft_recipe *recipe, struct weft_error *error) {
    const bool given = recipe->step_epochs != 0 || recipe->step_factor != 0;
    if (recipe->warmup_steps != 0 && recipe->warmup_fraction > 0) {
        return wrong(error, "warmup_steps and warmup_fraction are both given: give one of them");
    }
    if (recipe->schedule != WEFT_SCHEDULE_STEP) {
        return given ? wrong(error, "step_epochs or step_factor is given: only the schedule step "
                                    "has them")
                     : WEFT_OK;
    }
    if (recipe->step_epochs == 0) {
        return wrong(error, "step_epochs is 0: the schedule step needs at least 1");
    }
    return recipe->step_factor > 0 && recipe->step_factor <= 1
               ? WEFT_OK
               : bad(error, "step_factor", (double)recipe->step_factor, "above 0 and at most 1");
}

enum weft_status recipe_check(const struct weft_recipe *recipe, struct weft_error *error) {
    TRY(check_integers(recipe, error));
    TRY(check_floats(recipe, error));
    TRY(check_optimizer(recipe, error));
    return check_schedule(recipe, error);
}

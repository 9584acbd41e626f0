/* rate.c: schedules of the learning rate: PyTorch's OneCycleLR, CosineAnnealingLR and StepLR, and a
 * linear warmup. */
#include "train/rate.h"

/* PyTorch's defaults, but for the last one, which is 1e4 there. */
#define ONE_CYCLE_WARMUP 0.2
#define ONE_CYCLE_FIRST  25.0
#define ONE_CYCLE_LAST   400.0

#define PI 0x1.921fb54442d18p+1

/* ---- cosine ---- */

/* Taylor's series of the cosine and the sine of ${y}, |y| <= pi / 4: the first term left
 * out is below 3e-18. */
static double cosine_near_0(double y) {
    static const double divisors[] = {16 * 15, 14 * 13, 12 * 11, 10 * 9, 8 * 7, 6 * 5, 4 * 3, 2};
    double sum = 1.0;
    for (size_t i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        sum = 1.0 - y * y / divisors[i] * sum;
    }
    return sum;
}

static double sine_near_0(double y) {
    static const double divisors[] = {17 * 16, 15 * 14, 13 * 12, 11 * 10,
                                      9 * 8,   7 * 6,   5 * 4,   3 * 2};
    double sum = 1.0;
    for (size_t i = 0; i < sizeof divisors / sizeof divisors[0]; i++) {
        sum = 1.0 - y * y / divisors[i] * sum;
    }
    return y * sum;
}

double rate_cos_pi(double x) {
    if (x > 0.5) {
        return -rate_cos_pi(1.0 - x);
    }
    return x <= 0.25 ? cosine_near_0(PI * x) : sine_near_0(PI * (0.5 - x));
}

/* Returns the value ${part} of the way by a half cosine from ${begin} to ${end}. */
static double half_cosine(double begin, double end, double part) {
    return end + (begin - end) / 2.0 * (1.0 + rate_cos_pi(part));
}

/* ---- warmup ---- */

/* Returns the steps of the warmup of ${steps} steps. A fraction is rounded to the nearest integer,
 * and leaves the last step. A half is rounded up, as a decimal fraction has it: as a float the
 * fraction may be less by up to 2^-24 of its value (35% of 10 steps are 4). */
static uint64_t warmup_steps(const struct weft_recipe *recipe, uint64_t steps) {
    const double fraction = (double)recipe->warmup_fraction * (1.0 + 0x1p-24);
    const double wanted = fraction * (double)steps + 0.5;
    const uint64_t warmup = recipe->warmup_steps != 0 ? recipe->warmup_steps : (uint64_t)wanted;
    return warmup < steps ? warmup : steps - 1;
}

enum weft_status rate_check(const struct weft_recipe *recipe, uint64_t steps,
                            struct weft_error *error) {
    return recipe->warmup_steps == 0 || recipe->warmup_steps < steps
               ? WEFT_OK
               : error_set(error, WEFT_USAGE,
                           "recipe.warmup_steps is %llu: it must be below the %llu steps of the "
                           "training",
                           (unsigned long long)recipe->warmup_steps, (unsigned long long)steps);
}

/* ---- schedules ---- */

/* The phases of OneCycleLR end at numbers of steps that need not be integers. */
static double one_cycle(const struct weft_recipe *recipe, double rate,
                        const struct rate_position *position) {
    const double fraction =
        recipe->warmup_fraction > 0 ? (double)recipe->warmup_fraction : ONE_CYCLE_WARMUP;
    const double step = (double)position->step, steps = (double)position->steps;
    const double peak =
        (recipe->warmup_steps != 0 ? (double)recipe->warmup_steps : fraction * steps) - 1.0;
    const double first = rate / ONE_CYCLE_FIRST, last = first / ONE_CYCLE_LAST;
    if (step > peak) {
        return half_cosine(rate, last, (step - peak) / (steps - 1.0 - peak));
    }
    return peak > 0 ? half_cosine(first, rate, step / peak) : rate;
}

static double cosine(double rate, uint64_t warmup, const struct rate_position *position) {
    const double steps = (double)(position->steps - warmup);
    return position->step < warmup
               ? rate
               : half_cosine(rate, 0.0, (double)(position->step - warmup) / steps);
}

static double step(const struct weft_recipe *recipe, double rate, size_t epochs) {
    for (size_t i = epochs / recipe->step_epochs; i > 0 && rate > 0; i--) {
        rate *= (double)recipe->step_factor;
    }
    return rate;
}

double rate_of_step(const struct weft_recipe *recipe, double rate,
                    const struct rate_position *position) {
    const uint64_t warmup = warmup_steps(recipe, position->steps);
    if (recipe->schedule == WEFT_SCHEDULE_ONE_CYCLE) {
        return one_cycle(recipe, rate, position);
    }
    if (recipe->schedule == WEFT_SCHEDULE_COSINE) {
        rate = cosine(rate, warmup, position);
    } else if (recipe->schedule == WEFT_SCHEDULE_STEP) {
        rate = step(recipe, rate, position->epochs);
    }
    return position->step < warmup ? rate * (double)(position->step + 1) / (double)warmup : rate;
}

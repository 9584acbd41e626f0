/* adam.c: Adam's constants, step by step. */
#include "weft/train.h"

#include <math.h>

#define BETA1 0.9
#define BETA2 0.999
#define EPS   1e-8

/* ${base} to the ${t}-th by squaring: the same multiplications everywhere, so the same bits, unlike pow. */
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

struct weft_adam weft_adam_step(float learning_rate, uint64_t t) {
    return (struct weft_adam){
        .beta1 = (float)BETA1,
        .beta2 = (float)BETA2,
        .eps = (float)EPS,
        .complement1 = (float)(1.0 - BETA1),
        .complement2 = (float)(1.0 - BETA2),
        .step_size = (float)((double)learning_rate / (1.0 - power(BETA1, t))),
        .root_correction = (float)(1.0 / sqrt(1.0 - power(BETA2, t))),
    };
}

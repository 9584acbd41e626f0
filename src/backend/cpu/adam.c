/* adam.c: adds the gradients of the shards, and makes a step of Adam (Kingma and Ba, 2015) with
 * them.
 *
 *   g = (sum of the shards' gradients, in order) scale
 *   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g g
 *   parameter -= step_size m / (sqrt(v) root_correction + eps) */
#include "backend/cpu/level.h"

void CPU_NAME(adam)(const struct cpu_adam *task, size_t begin, size_t end) {
    struct weft_adam step = task->step;
    for (size_t p = begin; p < end; p++) {
        float total = 0.0f;
        for (size_t shard = 0; shard < task->shards; shard++) {
            total += task->partials[shard * task->stride + p];
        }
        task->gradients[p] = weft_clean(weft_clean(total) * task->scale);
    }
    for (size_t p = begin; task->parameters != NULL && p < end; p++) {
        float g = task->gradients[p];
        float addend = step.complement1 * g;
        float m = weft_clean(fmaf(step.beta1, task->moments[p], addend));
        float square = weft_clean_squared(step.complement2 * g * g);
        float v = weft_clean_squared(fmaf(step.beta2, task->second_moments[p], square));
        float root = fmaf(weft_sqrt(v), step.root_correction, step.eps);
        float ratio = weft_clean(weft_div(m, root));
        task->moments[p] = m;
        task->second_moments[p] = v;
        task->parameters[p] = weft_clean(fmaf(-step.step_size, ratio, task->parameters[p]));
    }
}

/* cross_entropy.c: softmax cross entropy of the images of one shard: the losses, the predictions,
 * and the gradient of the sum of losses.
 *
 *   m = largest logit, e[k] = exp(logit[k] - m), s = e[0] + e[1] + ...
 *   loss = log(s) - (logit[label] - m), dlogit[k] = e[k] / s - (k == label) */
#include "backend/cpu/level.h"

/* One image: lane ${lane} of ${logits}. Writes ${dlogits} unless NULL. Returns the loss; stores the
 * first class with the largest logit. */
static float one_image(size_t classes, const cpu_lanes *logits, size_t lane, size_t label,
                       cpu_lanes *dlogits, size_t *prediction) {
    float sum = 0.0f, largest = logits[0][lane];
    *prediction = 0;
    for (size_t k = 1; k < classes; k++) {
        if (logits[k][lane] > largest) {
            largest = logits[k][lane];
            *prediction = k;
        }
    }
    for (size_t k = 0; k < classes; k++) {
        sum += weft_clean(weft_exp(logits[k][lane] - largest));
    }
    for (size_t k = 0; dlogits != NULL && k < classes; k++) {
        float e = weft_clean(weft_exp(logits[k][lane] - largest));
        dlogits[k][lane] = weft_clean(weft_div(e, sum)) - (k == label ? 1.0f : 0.0f);
    }
    return weft_clean(weft_log(sum) - (logits[label][lane] - largest));
}

void CPU_NAME(cross_entropy)(const struct cpu_loss *task, size_t shard) {
    size_t present = lanes_shard_images(task->count, shard), first = shard * task->classes;
    uint32_t correct = 0;
    cpu_lanes losses = {0};
    for (size_t lane = 0; lane < present; lane++) {
        size_t n = shard * CPU_LANES + lane, prediction;
        size_t label = task->labels[task->order[n]];
        losses[lane] = one_image(task->classes, task->logits + first, lane, label,
                                 task->dlogits != NULL ? task->dlogits + first : NULL, &prediction);
        correct += prediction == label;
        if (task->losses != NULL) {
            task->losses[n] = losses[lane];
        }
        if (task->predictions != NULL) {
            task->predictions[n] = (uint32_t)prediction;
        }
    }
    for (size_t lane = present; task->dlogits != NULL && lane < CPU_LANES; lane++) {
        for (size_t k = 0; k < task->classes; k++) {
            task->dlogits[first + k][lane] = 0.0f;
        }
    }
    task->shard_loss[shard] = cpu_sum_lanes(losses);
    task->shard_correct[shard] = correct;
}

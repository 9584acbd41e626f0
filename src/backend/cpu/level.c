/* level.c: all that is compiled for this level of vector instructions, except the layers: the
 * input, the loss, the optimiser and the measurement of the peak. */
#include "backend/cpu/level.h"
#include "backend/loss_targets.h"
#include "backend/softmax.h"

/* The value at (${row}, ${column}) of a channel with these ${pixels} after ${change}. */
static float changed_value(const struct cpu_gather *task, const struct image_change *change,
                           const uint8_t *pixels, const float *table, long row, long column) {
    const long height = (long)task->height, width = (long)task->width;
    const long from_row = row - change->down, from_column = column - change->right;
    if (row >= change->erase_row && row < change->erase_row + change->erase &&
        column >= change->erase_column && column < change->erase_column + change->erase) {
        return 0.0f;
    }
    if (from_row < 0 || from_row >= height || from_column < 0 || from_column >= width) {
        return table[0];
    }
    return table[pixels[from_row * width +
                        (change->flip != 0 ? width - 1 - from_column : from_column)]];
}

/* Gathers an image that is changed into lane ${lane}. */
static void gather_changed(const struct cpu_gather *task, const struct image_change *change,
                           const uint8_t *pixels, size_t lane, cpu_lanes *input) {
    const size_t area = task->height * task->width; /* of a channel of the image */
    for (size_t i = 0; i < task->size; i++) {
        const size_t at = i % area;
        input[i][lane] =
            changed_value(task, change, pixels + (i - at), task->table + i / task->area * 256,
                          (long)(at / task->width), (long)(at % task->width));
    }
}

static void gather(void *context, size_t shard) {
    const struct cpu_gather *task = context;
    size_t present = lanes_shard_images(task->count, shard);
    cpu_lanes *input = task->input + shard * task->size;
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        const uint8_t *pixels =
            lane < present ? task->pixels + task->order[shard * CPU_LANES + lane] * task->size
                           : NULL;
        const float *table = task->table; /* of the channel */
        if (task->changes != NULL && pixels != NULL) {
            gather_changed(task, &task->changes[shard * CPU_LANES + lane], pixels, lane, input);
            continue;
        }
        for (size_t i = 0; i < task->size; table += 256) {
            for (const size_t end = i + task->area; i < end; i++) {
                input[i][lane] = pixels != NULL ? table[pixels[i]] : 0.0f;
            }
        }
    }
}

/* Softmax cross entropy of the images of one shard:
 *
 *   m = largest logit, e[k] = exp(logit[k] - m), s = e[0] + e[1] + ...
 *   d[k] = log(s) - (logit[k] - m)
 *
 *   evaluation   loss = d[label]
 *   training     loss = target[0] d[0] + target[1] d[1] + ..., without the terms whose target is 0,
 *                dlogit[k] = total e[k] / s - target[k]
 *
 * Computes the loss and the gradient of an image of class ${label}, from m and s: lane ${lane} of
 * ${logits}. */
static float train_image(const struct cpu_loss *task, const cpu_lanes *logits, size_t lane,
                         size_t label, float largest, float sum, cpu_lanes *dlogits) {
    const float *others = task->targets + LOSS_TARGET_OTHER * task->classes;
    const float *labels = task->targets + LOSS_TARGET_LABEL * task->classes;
    const float total = task->targets[LOSS_TARGET_TOTAL * task->classes + label];
    float loss = 0.0f;
    for (size_t k = 0; k < task->classes; k++) {
        const float target = k == label ? labels[k] : others[k];
        const float e = weft_clean(weft_exp(logits[k][lane] - largest));
        const float p = weft_clean(weft_div(e, sum));
        if (target != 0) {
            loss = fmaf(target, softmax_loss(logits[k][lane], largest, sum), loss);
        }
        dlogits[k][lane] = weft_clean(fmaf(p, total, -target));
    }
    return weft_clean(loss);
}

/* Computes an image of class ${label}, lane ${lane} of ${logits}, and its gradient if there are
 * targets. Returns the loss; stores the first class with the largest logit. */
static float one_image(const struct cpu_loss *task, const cpu_lanes *logits, size_t lane,
                       size_t label, cpu_lanes *dlogits, size_t *prediction) {
    float largest, sum;
    *prediction = softmax_class(&logits[0][lane], CPU_LANES, task->classes);
    largest = logits[*prediction][lane];
    sum = softmax_sum(&logits[0][lane], CPU_LANES, task->classes, largest);
    return task->targets != NULL ? train_image(task, logits, lane, label, largest, sum, dlogits)
                                 : softmax_loss(logits[label][lane], largest, sum);
}

static void cross_entropy(void *context, size_t shard) {
    const struct cpu_loss *task = context;
    size_t present = lanes_shard_images(task->count, shard), first = shard * task->classes;
    uint32_t correct = 0;
    cpu_lanes losses = {0};
    for (size_t lane = 0; lane < present; lane++) {
        size_t n = shard * CPU_LANES + lane, prediction;
        size_t label = task->labels[task->order[n]];
        losses[lane] = one_image(task, task->logits + first, lane, label,
                                 task->targets != NULL ? task->dlogits + first : NULL, &prediction);
        correct += prediction == label;
        if (task->losses != NULL) {
            task->losses[n] = losses[lane];
        }
        if (task->predictions != NULL) {
            task->predictions[n] = (uint32_t)prediction;
        }
    }
    for (size_t lane = present; task->targets != NULL && lane < CPU_LANES; lane++) {
        for (size_t k = 0; k < task->classes; k++) {
            task->dlogits[first + k][lane] = 0.0f;
        }
    }
    task->shard_loss[shard] = cpu_sum_lanes(losses);
    task->shard_correct[shard] = correct;
}

/* The end of a block of the parameters. */
static size_t block_end(const struct cpu_update *task, size_t block) {
    size_t end = (block + 1) * CPU_UPDATE_BLOCK;
    return end < task->stride ? end : task->stride;
}

/* Adds the gradients of the shards, and multiplies the sum by the scale. */
static void join(void *context, size_t block) {
    const struct cpu_update *task = context;
    for (size_t p = block * CPU_UPDATE_BLOCK; p < block_end(task, block); p++) {
        float total = 0.0f;
        for (size_t shard = 0; shard < task->shards; shard++) {
            total += task->partials[shard * task->stride + p];
        }
        task->gradients[p] = weft_clean(weft_clean(total) * task->scale);
    }
}

/* Adds the squares of the gradients of a block, in the lanes that these have in vectors of 16. */
static void squares(void *context, size_t block) {
    const struct cpu_update *task = context;
    float *sum = task->squares[block];
    cpu_fill(1, 0.0f, &task->squares[block]);
    for (size_t p = block * CPU_UPDATE_BLOCK; p < block_end(task, block); p++) {
        float g = task->gradients[p];
        sum[p % CPU_LANES] = fmaf(g, g, sum[p % CPU_LANES]);
    }
}

/* A step of Adam (Kingma and Ba, 2015) with gradient ${g} of parameter ${p}:
 *
 *   m = beta1 m + (1 - beta1) g,  v = beta2 v + (1 - beta2) g g
 *
 * Returns m / (sqrt(v) root_correction + eps). */
static float adam(const struct cpu_update *task, size_t p, float g) {
    const struct update *step = &task->step;
    float addend = step->complement1 * g;
    float m = weft_clean(fmaf(step->beta1, task->moments[p], addend));
    float square = weft_clean_squared(step->complement2 * g * g);
    float v = weft_clean_squared(fmaf(step->beta2, task->second_moments[p], square));
    float root = fmaf(weft_sqrt(v), step->root_correction, step->eps);
    task->moments[p] = m;
    task->second_moments[p] = v;
    return weft_clean(weft_div(m, root));
}

/* A step of SGD: m = beta1 m + g. Returns m, or with nesterov g + beta1 m. */
static float sgd(const struct cpu_update *task, size_t p, float g) {
    const struct update *step = &task->step;
    float m = weft_clean(fmaf(step->beta1, task->moments[p], g));
    task->moments[p] = m;
    return step->nesterov ? weft_clean(fmaf(step->beta1, m, g)) : m;
}

/* Makes the update (struct update). */
static void update(void *context, size_t block) {
    const struct cpu_update *task = context;
    const struct update *step = &task->step;
    for (size_t p = block * CPU_UPDATE_BLOCK; p < block_end(task, block); p++) {
        float clipped = weft_clean(task->gradients[p] * task->coefficient);
        float kept = weft_clean(task->parameters[p] * step->decay);
        float g = weft_clean(fmaf(step->penalty, kept, clipped));
        float change = step->sgd ? sgd(task, p, g) : adam(task, p, g);
        task->gradients[p] = clipped;
        task->parameters[p] = weft_clean(fmaf(-step->step_size, change, kept));
    }
}

/* x = fma(x, a, b) in each lane, with a and b for which x stays near 1. */
static inline void step(cpu_lanes x) {
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        x[lane] = fmaf(x[lane], 0.999f, 0.001f);
    }
}

static void fill(cpu_lanes x, float value) {
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        x[lane] = value + (float)lane;
    }
}

#if WEFT_CPU_LEVEL >= 4
#define PEAK_CHAINS 12
#else
#define PEAK_CHAINS 7
#endif

/* Fused multiply-adds on registers only: the peak with which the other functions are compared. The
 * chains are single variables and not an array, so that compilers keep them in vector registers.
 * Level 4 has 32 of these, each for a chain; the others have 16, each for half a chain. */
static void peak(void *context, size_t thread) {
    const struct cpu_peak *task = context;
    cpu_lanes s0, s1, s2, s3, s4, s5, s6;
    float total = 0.0f;
#if PEAK_CHAINS == 12
    cpu_lanes s7, s8, s9, s10, s11;
#define MORE(f, x) f(s7, x) f(s8, x) f(s9, x) f(s10, x) f(s11, x)
#else
#define MORE(f, x)
#endif
#define EACH(f, x) f(s0, x) f(s1, x) f(s2, x) f(s3, x) f(s4, x) f(s5, x) f(s6, x) MORE(f, x)
#define FILL(s, x) fill(s, x);
#define STEP(s, x) step(s);
#define ADD(s, x)  total += s[x];
    EACH(FILL, 1.0f)
    for (size_t turn = 0; turn < task->turns; turn++) {
        EACH(STEP, 0)
    }
    for (size_t lane = 0; lane < CPU_LANES; lane++) {
        EACH(ADD, lane)
    }
    task->results[thread] = total;
}

#define LAYER(KIND, name) [LAYER_KIND_##KIND] = &CPU_NAME(name),
const struct cpu_level CPU_NAME(level) = {
    .layers =
        {
#include "network/layers.def"
        },
    .gather = gather,
    .cross_entropy = cross_entropy,
    .join = join,
    .squares = squares,
    .update = update,
    .peak = peak,
    .peak_chains = PEAK_CHAINS,
};

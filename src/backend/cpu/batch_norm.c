/* batch_norm.c: normalises each channel to mean 0 and variance 1 over the batch, then multiplies by
 * weight and adds bias.
 *
 *   output = (input - mean) / sqrt(variance + eps) weight + bias
 *
 * Without weight and bias (affine) they count as 1 and +0.
 *
 * Means and variances are combined from those of the shards (Chan, Golub and LeVeque, 1979): the
 * sum S of each shard, and M, its squared deviations from its own mean. So neither a large mean nor
 * a large batch costs accuracy. */
#include "backend/cpu/layer.h"

enum { WEIGHT, BIAS, RUNNING_MEAN, RUNNING_VAR }; /* the layer's tensors */

/* scratch: the statistics of every channel, then the sums of every shard and channel. */
struct statistics {
    float mean;
    float inverse; /* 1 / sqrt(variance + eps) */
    float scale;   /* weight x inverse */
};

struct shard_sums {
    float sum, mean, squares; /* of this shard: S, S / n, M */
    float dbias, dweight;     /* of backward */
};

static size_t scratch(const struct network_layer *layer, size_t shards) {
    return layer->output.channels *
           (sizeof(struct statistics) + shards * sizeof(struct shard_sums));
}

static struct statistics *statistics_of(const struct cpu_task *task) {
    return task->scratch;
}

static struct shard_sums *sums_of(const struct cpu_task *task, size_t shard) {
    struct shard_sums *first =
        (struct shard_sums *)(statistics_of(task) + task->layer->output.channels);
    return first + shard * task->layer->output.channels;
}

static size_t area(const struct cpu_task *task) {
    return task->layer->output.height * task->layer->output.width;
}

/* The sums of a shard: in each lane with an image a chain over rows and columns, then the lanes as
 * a tree. */
static void measure(const struct cpu_task *task, struct cpu_piece piece) {
    size_t present = lanes_shard_images(task->count, piece.shard);
    float n = (float)(present * area(task));
    for (size_t c = piece.begin; c < piece.end; c++) {
        const cpu_lanes *input = task->input + cpu_channel(task->layer->input, piece.shard, c);
        struct shard_sums *sums = sums_of(task, piece.shard) + c;
        cpu_lanes sum = {0}, squares = {0};
        for (size_t i = 0; i < area(task); i++) {
            for (size_t lane = 0; lane < present; lane++) {
                sum[lane] += input[i][lane];
            }
        }
        sums->sum = cpu_sum_lanes(sum);
        sums->mean = weft_clean(weft_div(sums->sum, n));
        for (size_t i = 0; i < area(task); i++) {
            for (size_t lane = 0; lane < present; lane++) {
                float deviation = input[i][lane] - sums->mean;
                squares[lane] = fmaf(deviation, deviation, squares[lane]);
            }
        }
        sums->squares = cpu_sum_lanes(squares);
    }
}

/* Combines the shards, in order, to the mean and the sum of squared deviations of channel ${c}. */
static void combine(const struct cpu_task *task, size_t c, float *mean, float *squares) {
    float total = 0.0f, n = (float)(task->count * area(task));
    for (size_t shard = 0; shard < task->shards; shard++) {
        total += sums_of(task, shard)[c].sum;
    }
    *mean = weft_clean(weft_div(total, n));
    *squares = 0.0f;
    for (size_t shard = 0; shard < task->shards; shard++) {
        const struct shard_sums *sums = sums_of(task, shard) + c;
        float deviation = sums->mean - *mean;
        float weighted = (float)(lanes_shard_images(task->count, shard) * area(task)) * deviation;
        *squares += sums->squares;
        *squares = fmaf(weighted, deviation, *squares);
    }
}

/* running = (1 - momentum) running + momentum value, or the value itself. */
static float updated(const struct cpu_task *task, float running, float value) {
    float momentum = task->layer->as.batch_norm.momentum, kept = (1.0f - momentum) * running;
    return task->update == STATISTICS_REPLACE ? value : weft_clean(fmaf(momentum, value, kept));
}

/* Computes the statistics of every channel. The variance of a single value is 0 here (PyTorch
 * refuses such a batch). */
static void settle(const struct cpu_task *task) {
    const struct network_layer *layer = task->layer;
    size_t n = task->count * area(task);
    for (size_t c = 0; c < layer->output.channels; c++) {
        struct statistics *s = statistics_of(task) + c;
        float variance = task->tensor[RUNNING_VAR][c], squares;
        s->mean = task->tensor[RUNNING_MEAN][c];
        if (task->batch_statistics) {
            combine(task, c, &s->mean, &squares);
            variance = weft_clean(weft_div(squares, (float)n));
            if (task->update != STATISTICS_KEEP) {
                float unbiased = n > 1 ? weft_clean(weft_div(squares, (float)(n - 1))) : 0.0f;
                float *mean = task->tensor[RUNNING_MEAN] + c, *var = task->tensor[RUNNING_VAR] + c;
                *mean = updated(task, *mean, s->mean);
                *var = updated(task, *var, unbiased);
            }
        }
        s->inverse = weft_clean(weft_div(1.0f, weft_sqrt(variance + layer->as.batch_norm.eps)));
        s->scale = task->tensor[WEIGHT] != NULL ? weft_clean(task->tensor[WEIGHT][c] * s->inverse)
                                                : s->inverse;
    }
}

static void forward(const struct cpu_task *task, struct cpu_piece piece) {
    for (size_t c = piece.begin; c < piece.end; c++) {
        struct statistics s = statistics_of(task)[c];
        float bias = task->tensor[BIAS] != NULL ? task->tensor[BIAS][c] : 0.0f;
        size_t begin = cpu_channel(task->layer->output, piece.shard, c);
        for (size_t i = begin; i < begin + area(task); i++) {
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                task->output[i][lane] =
                    weft_clean(fmaf(task->input[i][lane] - s.mean, s.scale, bias));
            }
        }
    }
}

/* dbias = sum of doutput; dweight = sum of doutput (input - mean) / sqrt(variance + eps): chains
 * and trees as in measure. */
static void gradients(const struct cpu_task *task, struct cpu_piece piece) {
    for (size_t c = piece.begin; c < piece.end; c++) {
        struct statistics s = statistics_of(task)[c];
        struct shard_sums *sums = sums_of(task, piece.shard) + c;
        size_t begin = cpu_channel(task->layer->output, piece.shard, c);
        cpu_lanes sum = {0}, product = {0};
        for (size_t i = begin; i < begin + area(task); i++) {
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                float d = task->doutput[i][lane];
                sum[lane] += d;
                product[lane] = fmaf(d, task->input[i][lane] - s.mean, product[lane]);
            }
        }
        sums->dbias = cpu_sum_lanes(sum);
        sums->dweight = weft_clean(cpu_sum_lanes(product)) * s.inverse;
        if (task->tensor[WEIGHT] != NULL) {
            cpu_gradient(task, BIAS, piece.shard)[c] = sums->dbias;
            cpu_gradient(task, WEIGHT, piece.shard)[c] = sums->dweight;
        }
    }
}

/* The mean over all values of the channel of doutput, and of doutput xhat, from the sums of the
 * shards. */
static void mean_gradients(const struct cpu_task *task, size_t c, float *dbias, float *dweight) {
    float n = (float)(task->count * area(task)), bias = 0.0f, weight = 0.0f;
    for (size_t shard = 0; shard < task->shards; shard++) {
        bias += sums_of(task, shard)[c].dbias;
        weight += sums_of(task, shard)[c].dweight;
    }
    *dbias = weft_clean(weft_div(bias, n));
    *dweight = weft_clean(weft_div(weight, n));
}

/* With batch statistics: dinput = scale (doutput - mean(doutput) - xhat mean(doutput xhat)), xhat =
 * (input - mean) inverse; with running statistics, which do not depend on the input: scale doutput.
 * Empty lanes become 0. */
static void backward(const struct cpu_task *task, struct cpu_piece piece) {
    size_t present = lanes_shard_images(task->count, piece.shard);
    for (size_t c = piece.begin; c < piece.end; c++) {
        struct statistics s = statistics_of(task)[c];
        float shift = 0.0f, slope = 0.0f;
        size_t begin = cpu_channel(task->layer->output, piece.shard, c);
        if (task->batch_statistics) {
            mean_gradients(task, c, &shift, &slope);
            slope = weft_clean(slope * s.inverse);
        }
        for (size_t i = begin; i < begin + area(task); i++) {
            for (size_t lane = 0; lane < CPU_LANES; lane++) {
                float d =
                    fmaf(s.mean - task->input[i][lane], slope, task->doutput[i][lane] - shift);
                d = weft_clean(s.scale * weft_clean(d));
                task->dinput[i][lane] = lane < present ? d : 0.0f;
            }
        }
    }
}

const struct cpu_layer CPU_NAME(batch_norm) = {
    .scratch = scratch,
    .measure = measure,
    .settle = settle,
    .forward = forward,
    .gradients = gradients,
    .backward = backward,
    .backward_reads_input = true,
};

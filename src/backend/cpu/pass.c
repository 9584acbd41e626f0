/* pass.c: a batch on its way through the layers and back. The threads share the work of each
 * function of a layer. */
#include "backend/cpu/pass.h"
#include "os/host.h"
#include "os/threads.h"

/* Pieces of work that the threads share. Between two pieces the caller is asked whether to go
 * on. */
struct pieces {
    struct watch *watch;
    void (*run)(void *context, size_t i);
    void *context;
    uint64_t work; /* of a piece; 0: not counted */
};

static void run_watched(void *context, size_t i) {
    const struct pieces *pieces = context;
    if (watch_go_on(pieces->watch)) {
        pieces->run(pieces->context, i);
        watch_add(pieces->watch, pieces->work);
    }
}

static void run_pieces(struct cpu_backend *cpu, size_t count, void (*run)(void *context, size_t i),
                       void *context, uint64_t work) {
    struct pieces pieces = {&cpu->base.watch, run, context, work};
    os_pool_run(cpu->pool, count, run_watched, &pieces);
}

/* One function of a layer, for all shards and channels. */
struct phase {
    struct cpu_task task;
    void (*work)(const struct cpu_task *task, struct cpu_piece piece);
    size_t channels, ranges; /* pieces of the channels of each shard */
};

static void run_piece(void *context, size_t i) {
    const struct phase *phase = context;
    size_t range = i % phase->ranges;
    struct cpu_piece piece = {
        .shard = i / phase->ranges,
        .begin = range * phase->channels / phase->ranges,
        .end = (range + 1) * phase->channels / phase->ranges,
    };
    phase->work(&phase->task, piece);
}

static void run_phase(struct cpu_backend *cpu, const struct cpu_task *task,
                      enum cpu_function function,
                      void (*work)(const struct cpu_task *, struct cpu_piece), size_t channels) {
    uint64_t shard = CPU_LANES * watch_work(task->layer); /* its work */
    size_t ranges = cpu->threads > 1 ? 4 * cpu->threads / task->shards + 1 : 1;
    size_t small = (size_t)(shard / WATCH_PIECE) + 1; /* ranges, so that pieces are small */
    struct phase phase = {*task, work, channels, ranges > small ? ranges : small};
    double start = os_seconds();
    if (phase.ranges > channels) {
        phase.ranges = channels;
    }
    if (shard / channels > WATCH_PIECE) {
        phase.task.long_channels = &cpu->base.watch;
    }
    if (work != NULL) {
        run_pieces(cpu, task->shards * phase.ranges, run_piece, &phase,
                   function >= CPU_FORWARD ? shard / phase.ranges : 0);
        cpu_profile_layer(cpu, task, function, start);
    }
}

/* Returns the task of layer ${i}. */
static struct cpu_task make_task(struct cpu_backend *cpu, size_t i, size_t count,
                                 enum weft_statistics statistics, enum statistics_update update) {
    const struct weft_network *network = cpu->base.network;
    const struct network_layer *layer = &network->layers[i];
    const struct network_tensor *tensors = network->tensors + layer->first_tensor;
    struct cpu_task task = {
        .layer = layer,
        .count = count,
        .shards = lanes_shards(count),
        .batch_statistics = statistics == WEFT_STATISTICS_BATCH,
        .update = update,
        .trains = cpu->base.trains,
        .key = {cpu->base.key[0], cpu->base.key[1]},
        .number = (uint32_t)i + 1,
        .input = cpu->values[layer->inputs[0]],
        .output = cpu->values[i + 1],
        .doutput = cpu->dvalues[i + 1],
        .stride = network->parameter_count,
        .scratch = cpu->scratch[i],
    };
    for (size_t k = 0; k < layer->input_count; k++) {
        task.inputs[k] = cpu->values[layer->inputs[k]];
        task.shapes[k] = activation_shape(network, layer->inputs[k]);
    }
    for (size_t t = 0; t < layer->tensors; t++) {
        bool trained = tensors[t].trained;
        task.tensor[tensors[t].part] =
            cpu->arrays[trained ? ARRAY_PARAMETERS : ARRAY_BUFFERS] + tensors[t].offset;
        if (trained && cpu->partials != NULL) {
            task.gradient[tensors[t].part] = cpu->partials + tensors[t].offset;
        }
    }
    return task;
}

void cpu_forward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                 enum statistics_update update) {
    for (size_t i = 0; i < cpu->base.network->layer_count; i++) {
        struct cpu_task task = make_task(cpu, i, count, statistics, update);
        const struct cpu_layer *row = cpu->level->layers[task.layer->kind];
        if (task.batch_statistics) {
            run_phase(cpu, &task, CPU_MEASURE, row->measure, task.layer->output.channels);
        }
        if (row->settle != NULL) {
            double start = os_seconds();
            row->settle(&task);
            cpu_profile_layer(cpu, &task, CPU_SETTLE, start);
        }
        run_phase(cpu, &task, CPU_FORWARD, row->forward, task.layer->output.channels);
    }
}

/* Adds what a reader contributes to the gradient of the activation that it reads. */
static void add_contribution(const struct cpu_task *task, struct cpu_piece piece) {
    const struct tensor_shape shape = task->shapes[task->which];
    const size_t begin = cpu_channel(shape, piece.shard, piece.begin);
    const size_t count = cpu_channel(shape, piece.shard, piece.end) - begin;
    cpu_add(count, task->doutput + begin, task->dinput + begin);
    cpu_clean(count, task->dinput + begin);
}

/* Computes the gradient of input ${task}->which. The last reader of an activation stores what it
 * contributes to the gradient; those of the others are added, the last one first. */
static void backward_input(struct cpu_backend *cpu, struct cpu_task *task,
                           const struct cpu_layer *row) {
    const size_t channels = task->shapes[task->which].channels;
    cpu_lanes *gradient = cpu->dvalues[task->layer->inputs[task->which]];
    const bool stores = layer_stores_gradient(cpu->base.network, task->layer, task->which);
    task->dinput = stores ? gradient : cpu->contribution;
    if (task->dinput != task->doutput) {
        run_phase(cpu, task, CPU_BACKWARD, row->backward, channels);
    }
    if (!stores) {
        struct cpu_task sum = *task;
        sum.doutput = cpu->contribution;
        sum.dinput = gradient;
        run_phase(cpu, &sum, CPU_GRADIENT_ADD, add_contribution, channels);
    }
}

void cpu_backward(struct cpu_backend *cpu, size_t count, enum weft_statistics statistics,
                  bool to_input) {
    for (size_t i = cpu->base.network->layer_count; i-- > 0;) {
        struct cpu_task task = make_task(cpu, i, count, statistics, false);
        const struct cpu_layer *row = cpu->level->layers[task.layer->kind];
        run_phase(cpu, &task, CPU_GRADIENTS, row->gradients, task.layer->output.channels);
        for (size_t k = task.layer->input_count; k-- > 0;) {
            if (task.layer->inputs[k] > 0 || to_input) {
                task.which = k;
                backward_input(cpu, &task, row);
            }
        }
    }
}

/* Returns how many functions of layer ${i} a training step computes after its gradients. */
static unsigned backward_functions(const struct cpu_backend *cpu, size_t i) {
    const struct network_layer *layer = &cpu->base.network->layers[i];
    const struct cpu_layer *row = cpu->level->layers[layer->kind];
    unsigned functions = 0;
    for (size_t k = 0; k < layer->input_count; k++) {
        if (layer->inputs[k] > 0 && row->backward != NULL &&
            cpu->dvalues[layer->inputs[k]] != cpu->dvalues[i + 1]) {
            functions += layer_stores_gradient(cpu->base.network, layer, k) ? 1 : 2;
        }
    }
    return functions;
}

uint64_t cpu_work(const struct cpu_backend *cpu, size_t count, bool train) {
    uint64_t work = 0;
    for (size_t i = 0; i < cpu->base.network->layer_count; i++) {
        const struct network_layer *layer = &cpu->base.network->layers[i];
        const struct cpu_layer *row = cpu->level->layers[layer->kind];
        unsigned functions = row->forward != NULL;
        if (train) {
            functions += (row->gradients != NULL) + backward_functions(cpu, i);
        }
        work += (uint64_t)functions * watch_work(layer);
    }
    return work * lanes_shards(count) * CPU_LANES;
}

void cpu_gather_input(struct cpu_backend *cpu, size_t set, size_t first, struct cpu_gather images) {
    const struct weft_network *network = cpu->base.network;
    const struct backend_set *from = &cpu->base.sets[set];
    double start = os_seconds();
    images.size = shape_size(network->input);
    images.area = images.size / network_pixel_channels(network);
    images.pixels = from->pixels + first * images.size;
    images.height = from->height;
    images.width = from->width;
    images.table = cpu->table;
    images.input = cpu->values[0];
    run_pieces(cpu, lanes_shards(images.count), cpu->level->gather, &images, 0);
    cpu_profile_common(cpu, CPU_GATHER, images.count, start);
}

void cpu_cross_entropy(struct cpu_backend *cpu, struct cpu_loss loss) {
    double start = os_seconds();
    loss.classes = shape_size(network_output(cpu->base.network));
    loss.logits = cpu->values[cpu->base.network->layer_count];
    loss.shard_loss = cpu->shard_loss;
    loss.shard_correct = cpu->shard_correct;
    run_pieces(cpu, lanes_shards(loss.count), cpu->level->cross_entropy, &loss, 0);
    cpu_profile_common(cpu, CPU_LOSS, loss.count, start);
}

/* Returns the factor of clip_norm, at most 1: the blocks' sums of squares as a chain, then their
 * lanes as a tree, make the norm. */
static float clip_coefficient(const struct cpu_update *task, size_t blocks) {
    cpu_lanes sum = {0};
    float coefficient;
    for (size_t block = 0; block < blocks; block++) {
        cpu_add(1, &task->squares[block], &sum);
    }
    coefficient = weft_div(task->step.clip_norm, weft_sqrt(cpu_sum_lanes(sum)) + CLIP_EPS);
    return coefficient > 1.0f ? 1.0f : coefficient; /* NaN stays NaN */
}

void cpu_update(struct cpu_backend *cpu, size_t count, const struct update *update) {
    struct cpu_update task = {.scale = update != NULL ? update_scale(update, count) : 1.0f,
                              .partials = cpu->partials,
                              .shards = lanes_shards(count),
                              .stride = cpu->base.network->parameter_count,
                              .gradients = cpu->arrays[ARRAY_GRADIENTS],
                              .squares = cpu->squares,
                              .coefficient = 1.0f,
                              .parameters = cpu->arrays[ARRAY_PARAMETERS],
                              .moments = cpu->arrays[ARRAY_MOMENTS],
                              .second_moments = cpu->arrays[ARRAY_SECOND_MOMENTS]};
    const size_t blocks = (task.stride + CPU_UPDATE_BLOCK - 1) / CPU_UPDATE_BLOCK;
    double start = os_seconds();
    run_pieces(cpu, blocks, cpu->level->join, &task, 0);
    if (update != NULL) {
        task.step = *update;
        if (update->clip_norm > 0) {
            run_pieces(cpu, blocks, cpu->level->squares, &task, 0);
            task.coefficient = clip_coefficient(&task, blocks);
        }
        run_pieces(cpu, blocks, cpu->level->update, &task, 0);
    }
    cpu_profile_common(cpu, CPU_UPDATE, count, start);
}

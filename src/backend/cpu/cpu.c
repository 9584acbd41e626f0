/* cpu.c: the CPU backend's memory, and its entries of struct backend_ops. */
#include "backend/cpu/cpu.h"
#include "backend/cpu/pass.h"
#include "backend/dropout.h"
#include "backend/log.h"
#include "backend/loss_targets.h"
#include "base/try.h"
#include "os/host.h"
#include "os/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct cpu_backend *cpu_of(struct backend *backend) {
    return (struct cpu_backend *)backend;
}

#define CLEAR_PIECE ((size_t)1 << 26) /* bytes, which take some milliseconds */

/* Sets ${size} bytes of ${memory} to zero. Sets ${failed} if that is interrupted. */
static void clear(struct cpu_backend *cpu, void *memory, size_t size, bool *failed) {
    for (size_t begin = 0; begin < size && !*failed; begin += CLEAR_PIECE) {
        size_t left = size - begin;
        memset((char *)memory + begin, 0, left < CLEAR_PIECE ? left : CLEAR_PIECE);
        *failed = !watch_go_on(&cpu->base.watch);
    }
}

/* Returns zeroed memory for ${count} elements of ${size} bytes, aligned to a cache line, which
 * lives as long as ${cpu}. Without memory returns NULL and sets ${failed}, which is also set when
 * the caller is interrupted. */
static void *allocate(struct cpu_backend *cpu, size_t count, size_t size, bool *failed) {
    struct cpu_block *block = NULL;
    if (count <= (SIZE_MAX - sizeof *block) / (size + 1)) {
        block = os_aligned(sizeof *block + count * size);
    }
    if (block == NULL) {
        *failed = true;
        return NULL;
    }
    block->next = cpu->blocks;
    cpu->blocks = block;
    clear(cpu, block + 1, count * size, failed);
    return block + 1;
}

/* Makes activation ${i}. If its layer computes nothing, it is the one that the layer reads, and so
 * is its gradient, unless other layers contribute to that. */
static void make_activation(struct cpu_backend *cpu, size_t i, size_t shards, bool *failed) {
    const struct weft_network *network = cpu->base.network;
    const struct network_layer *layer = i > 0 ? &network->layers[i - 1] : NULL;
    const bool same = layer != NULL && cpu->level->layers[layer->kind]->forward == NULL;
    const size_t count = shards * shape_size(activation_shape(network, i));
    cpu->values[i] =
        same ? cpu->values[layer->inputs[0]] : allocate(cpu, count, sizeof(cpu_lanes), failed);
    if (same && activation_readers(network, layer->inputs[0]) == 1) {
        cpu->dvalues[i] = cpu->dvalues[layer->inputs[0]];
    } else if (!cpu->base.forward_only) {
        cpu->dvalues[i] = allocate(cpu, count, sizeof(cpu_lanes), failed);
    }
}

/* Makes the memory of a contribution that is added to a gradient. */
static void make_contribution(struct cpu_backend *cpu, size_t shards, bool *failed) {
    size_t most = 0;
    for (size_t i = 0; i <= cpu->base.network->layer_count; i++) {
        size_t size = shape_size(activation_shape(cpu->base.network, i));
        most = activation_readers(cpu->base.network, i) > 1 && size > most ? size : most;
    }
    if (most > 0 && !cpu->base.forward_only) {
        cpu->contribution = allocate(cpu, shards * most, sizeof(cpu_lanes), failed);
    }
}

/* Makes the flat arrays, and what a pass needs besides activations. */
static void make_arrays(struct cpu_backend *cpu, size_t shards, bool *failed) {
    const struct weft_network *network = cpu->base.network;
    for (int array = 0; array < ARRAY_COUNT; array++) {
        if (array <= ARRAY_BUFFERS || !cpu->base.forward_only) {
            cpu->arrays[array] = allocate(cpu, array_count(network, array), sizeof(float), failed);
        }
    }
    if (!cpu->base.forward_only) {
        cpu->partials = allocate(cpu, shards, network->parameter_count * sizeof(float), failed);
        cpu->squares = allocate(cpu, network->parameter_count / CPU_UPDATE_BLOCK + 1,
                                sizeof(cpu_lanes), failed);
        cpu->targets = allocate(cpu, LOSS_TARGET_COUNT * shape_size(network_output(network)),
                                sizeof(float), failed);
    }
    cpu->shard_loss = allocate(cpu, shards, sizeof *cpu->shard_loss, failed);
    cpu->shard_correct = allocate(cpu, shards, sizeof *cpu->shard_correct, failed);
    cpu->table = allocate(cpu, network_pixel_channels(network), 256 * sizeof(float), failed);
    cpu->identity = allocate(cpu, cpu->base.batch, sizeof *cpu->identity, failed);
    for (size_t i = 0; !*failed && i < cpu->base.batch; i++) {
        cpu->identity[i] = (uint32_t)i;
    }
}

static enum weft_status make_memory(struct cpu_backend *cpu, struct weft_error *error) {
    const struct weft_network *network = cpu->base.network;
    size_t shards = lanes_shards(cpu->base.batch), activations = network->layer_count + 1;
    const struct network_needs needs =
        network_needs_of(network, cpu->base.batch, cpu->base.forward_only);
    const uint64_t needed = needs.arrays + needs.activations, memory = os_memory();
    bool failed = false;
    if (memory > 0 && needed > memory) {
        error_set(error, WEFT_NO_MEMORY,
                  "cpu: %.1f GB are needed for batches of %zu images, but there are %.1f GB of "
                  "memory",
                  1e-9 * (double)needed, cpu->base.batch, 1e-9 * (double)memory);
        return error_hint(error, "a smaller batch needs less");
    }
    make_arrays(cpu, shards, &failed);
    cpu->values = allocate(cpu, activations, sizeof *cpu->values, &failed);
    cpu->dvalues = allocate(cpu, activations, sizeof *cpu->dvalues, &failed);
    cpu->scratch = allocate(cpu, activations, sizeof *cpu->scratch, &failed);
    for (size_t i = 0; !failed && i < activations; i++) {
        make_activation(cpu, i, shards, &failed);
    }
    make_contribution(cpu, shards, &failed);
    for (size_t i = 0; !failed && i < network->layer_count; i++) {
        const struct cpu_layer *row = cpu->level->layers[network->layers[i].kind];
        if (row->scratch != NULL) {
            cpu->scratch[i] = allocate(cpu, 1, row->scratch(&network->layers[i], shards), &failed);
        }
    }
    TRY(watch_check(&cpu->base.watch, "opening the device", error));
    return failed ? error_set(error, WEFT_NO_MEMORY, "cpu: no memory for batches of %zu images",
                              cpu->base.batch)
                  : WEFT_OK;
}

static void close_cpu(struct backend *backend) {
    struct cpu_backend *cpu = cpu_of(backend);
    os_pool_destroy(cpu->pool);
    while (cpu->blocks != NULL) {
        struct cpu_block *block = cpu->blocks;
        cpu->blocks = block->next;
        os_free_aligned(block);
    }
    free(cpu);
}

static void drop_images(struct backend *backend, struct backend_set *set) {
    (void)backend;
    free(set->pixels);
}

static enum weft_status set_images(struct backend *backend, struct backend_set *set,
                                   const struct weft_images *images, struct weft_error *error) {
    size_t size = images->count * images_size(images);
    (void)backend;
    free(set->pixels);
    set->pixels = malloc(size);
    if (set->pixels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "cpu: no memory for %zu images", images->count);
    }
    memcpy(set->pixels, images->pixels, size);
    return WEFT_OK;
}

static enum weft_status set_pixels(struct backend *backend, const float *values,
                                   struct weft_error *error) {
    (void)error;
    memcpy(cpu_of(backend)->table, values,
           network_pixel_channels(backend->network) * 256 * sizeof *values);
    return WEFT_OK;
}

static enum weft_status write_array(struct backend *backend, enum backend_array array,
                                    const float *values, struct weft_error *error) {
    (void)error;
    memcpy(cpu_of(backend)->arrays[array], values,
           array_count(backend->network, array) * sizeof *values);
    return WEFT_OK;
}

static enum weft_status read_array(struct backend *backend, enum backend_array array, float *values,
                                   struct weft_error *error) {
    (void)error;
    memcpy(values, cpu_of(backend)->arrays[array],
           array_count(backend->network, array) * sizeof *values);
    return WEFT_OK;
}

/* The loss of a batch: the sums of its shards in order, / images. */
static struct weft_step_result join_losses(const struct cpu_backend *cpu, size_t count,
                                           float weight) {
    struct weft_step_result result = {0};
    float total = 0.0f;
    for (size_t shard = 0; shard < lanes_shards(count); shard++) {
        total += cpu->shard_loss[shard];
        result.correct += cpu->shard_correct[shard];
    }
    result.loss = weft_div(total, weight);
    return result;
}

static enum weft_status train(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error) {
    struct cpu_backend *cpu = cpu_of(backend);
    const struct backend_set *set = &backend->sets[steps->set];
    watch_begin(&backend->watch, cpu_work(cpu, steps->batch, true));
    loss_targets(shape_size(network_output(backend->network)), steps->label_smoothing,
                 steps->class_weights, cpu->targets);
    for (size_t step = 0; step < steps->steps; step++) {
        size_t first = step * steps->batch, left = steps->images - first;
        size_t count = left < steps->batch ? left : steps->batch;
        const uint32_t *order = steps->order + first;
        dropout_key(steps->seed, steps->first + step, backend->key);
        cpu_gather_input(cpu, steps->set, 0,
                         (struct cpu_gather){
                             .order = order,
                             .changes = steps->changes != NULL ? steps->changes + first : NULL,
                             .count = count,
                         });
        cpu_forward(cpu, count, WEFT_STATISTICS_BATCH, STATISTICS_MIX);
        cpu_cross_entropy(cpu, (struct cpu_loss){
                                   .count = count,
                                   .labels = set->labels,
                                   .order = order,
                                   .targets = cpu->targets,
                                   .dlogits = cpu->dvalues[backend->network->layer_count],
                               });
        results[step] = join_losses(cpu, count, update_weight(&steps->updates[step], count));
        cpu_backward(cpu, count, WEFT_STATISTICS_BATCH, false);
        cpu_update(cpu, count, &steps->updates[step]);
        TRY(watch_check(&backend->watch, "training", error));
    }
    return WEFT_OK;
}

static enum weft_status evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                 struct weft_error *error) {
    struct cpu_backend *cpu = cpu_of(backend);
    size_t classes = shape_size(network_output(backend->network));
    watch_begin(&backend->watch, cpu_work(cpu, pass->count, false));
    cpu_gather_input(cpu, pass->set, pass->first,
                     (struct cpu_gather){
                         .order = cpu->identity,
                         .changes = pass->changes,
                         .count = pass->count,
                     });
    cpu_forward(cpu, pass->count, pass->statistics, pass->update);
    cpu_cross_entropy(cpu, (struct cpu_loss){
                               .count = pass->count,
                               .labels = backend->sets[pass->set].labels + pass->first,
                               .order = cpu->identity,
                               .losses = pass->losses,
                               .predictions = pass->predictions,
                           });
    if (pass->logits != NULL) {
        lanes_unpack(cpu->values[backend->network->layer_count][0], pass->count, classes,
                     pass->logits);
    }
    return watch_check(&backend->watch, "evaluation", error);
}

static enum weft_status forward(struct backend *backend, const float *inputs,
                                struct weft_error *error) {
    struct cpu_backend *cpu = cpu_of(backend);
    const enum weft_statistics statistics = backend->forward_statistics;
    const size_t count = backend->forward_count;
    watch_begin(&backend->watch, cpu_work(cpu, count, false));
    lanes_pack(inputs, count, shape_size(backend->network->input), cpu->values[0][0]);
    cpu_forward(cpu, count, statistics, STATISTICS_MIX);
    return watch_check(&backend->watch, "forward", error);
}

static enum weft_status backward(struct backend *backend, const float *doutputs,
                                 struct weft_error *error) {
    struct cpu_backend *cpu = cpu_of(backend);
    const size_t last = backend->network->layer_count, count = backend->forward_count;
    watch_begin(&backend->watch, cpu_work(cpu, count, true) - cpu_work(cpu, count, false));
    lanes_pack(doutputs, count, shape_size(network_output(backend->network)),
               cpu->dvalues[last][0]);
    cpu_backward(cpu, count, backend->forward_statistics, true);
    cpu_update(cpu, count, NULL);
    return watch_check(&backend->watch, "backward", error);
}

static enum weft_status step(struct backend *backend, const struct update *update,
                             struct weft_error *error) {
    watch_begin(&backend->watch, 0);
    cpu_update(cpu_of(backend), backend->gradient_count, update);
    return watch_check(&backend->watch, "step", error);
}

static enum weft_status tensor(struct backend *backend, struct activation activation, size_t count,
                               float *values, struct weft_error *error) {
    struct cpu_backend *cpu = cpu_of(backend);
    cpu_lanes *lanes =
        activation.gradient ? cpu->dvalues[activation.index] : cpu->values[activation.index];
    (void)error;
    lanes_unpack(lanes[0], count, shape_size(activation_shape(backend->network, activation.index)),
                 values);
    return WEFT_OK;
}

static const struct backend_ops cpu_ops = {
    .close = close_cpu,
    .set_images = set_images,
    .drop_images = drop_images,
    .set_pixels = set_pixels,
    .write = write_array,
    .read = read_array,
    .train = train,
    .evaluate = evaluate,
    .forward = forward,
    .backward = backward,
    .step = step,
    .tensor = tensor,
    .profile_start = cpu_profile_start,
    .peak = cpu_peak,
};

static const struct cpu_level *best_level(void) {
#ifdef WEFT_CPU_LEVELS
    int level = os_vector_level();
    return level >= 4 ? &cpu_level_4 : level >= 3 ? &cpu_level_3 : &cpu_level_0;
#else
    return &cpu_level_0;
#endif
}

void cpu_describe(struct device_info *device, unsigned threads) {
    *device = (struct device_info){.builtin = true,
                                   .index = WEFT_NO_INDEX,
                                   .same_as = WEFT_NO_INDEX,
                                   .unified_memory = true,
                                   .usable = true,
                                   .compute_units = threads};
    snprintf(device->name, sizeof device->name, "cpu");
    snprintf(device->type, sizeof device->type, "builtin");
    snprintf(device->platform_name, sizeof device->platform_name, "weft");
    snprintf(device->driver, sizeof device->driver, "weft %s", WEFT_VERSION);
    snprintf(device->fp_config, sizeof device->fp_config, "denorm inf_nan round_to_nearest fma");
}

enum weft_status cpu_open(const struct backend_request *request, struct backend **backend,
                          struct weft_error *error) {
    struct cpu_backend *cpu = calloc(1, sizeof *cpu);
    enum weft_status status;
    if (cpu == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "cpu: no memory");
    }
    cpu->base.ops = &cpu_ops;
    cpu->base.network = request->network;
    cpu->base.batch = cpu->base.pass_images = request->options->batch;
    cpu->base.log = request->options->log;
    cpu->base.watch.asked = request->options->watch;
    cpu->base.forward_only = request->options->forward_only;
    cpu->level = best_level();
    cpu->threads = request->options->threads != 0 ? request->options->threads : os_processors();
    cpu_describe(&cpu->base.device, cpu->threads);
    TRY_OR(failed, make_memory(cpu, error));
    cpu->pool = os_pool_create(cpu->threads);
    if (cpu->pool == NULL) {
        error_set(error, WEFT_NO_MEMORY, "cpu: %u threads cannot be started: no memory, or a limit",
                  cpu->threads);
        status = error_hint(error, "fewer threads need less");
        goto failed;
    }
    log_write(&cpu->base.log, "cpu: %u threads, vector instructions of level %d, batches of %zu",
              cpu->threads, os_vector_level(), cpu->base.batch);
    *backend = &cpu->base;
    return WEFT_OK;
failed:
    close_cpu(&cpu->base);
    return status;
}

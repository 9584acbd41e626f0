/* cpu.c: the CPU backend's entries of struct backend_ops. */
#include "backend/cpu/cpu.h"
#include "backend/cpu/memory.h"
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

static void close_cpu(struct backend *backend) {
    struct cpu_backend *cpu = cpu_of(backend);
    os_pool_destroy(cpu->pool);
    cpu_memory_finish(cpu);
    free(cpu);
}

static void drop_images(struct backend *backend, struct backend_set *set) {
    (void)backend;
    free(set->pixels);
}

#define COPY_PIECE ((size_t)1 << 24) /* bytes, which take some milliseconds */

/* Copies ${size} bytes. Fails if the caller is interrupted between two pieces. */
static enum weft_status copy(struct backend *backend, void *to, const void *from, size_t size,
                             struct weft_error *error) {
    watch_begin(&backend->watch, 0);
    for (size_t begin = 0; begin < size; begin += COPY_PIECE) {
        const size_t left = size - begin;
        if (begin > 0) {
            TRY(watch_check(&backend->watch, "copying images", error));
        }
        memcpy((char *)to + begin, (const char *)from + begin,
               left < COPY_PIECE ? left : COPY_PIECE);
    }
    return WEFT_OK;
}

static enum weft_status set_images(struct backend *backend, struct backend_set *set,
                                   const struct weft_images *images, struct weft_error *error) {
    size_t size = images->count * images_size(images);
    free(set->pixels);
    set->pixels = malloc(size);
    if (set->pixels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "cpu: no memory for %zu images", images->count);
    }
    return copy(backend, set->pixels, images->pixels, size, error);
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
    TRY_OR(failed, cpu_memory_init(cpu, error));
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

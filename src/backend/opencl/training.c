/* training.c: training steps, in pieces: by launches, or by one kernel (steps.h). */
#include "backend/opencl/training.h"
#include "backend/dropout.h"
#include "backend/loss_targets.h"
#include "backend/opencl/launch.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/passes.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/portions.h"
#include "backend/opencl/steps.h"
#include "backend/opencl/transfer.h"
#include "backend/opencl/update.h"
#include "base/try.h"
#include "os/host.h"

#include <stdlib.h>

_Static_assert(sizeof(struct weft_step_result) == 8, "cross_entropy_join writes two words a step");

static struct opencl_images images_of(const struct opencl_backend *cl,
                                      const struct training_steps *steps) {
    return (struct opencl_images){
        .set = steps->set, .order = &cl->order, .changed = steps->changes != NULL};
}

static enum weft_status loss_train(struct opencl_backend *cl,
                                   const struct opencl_pass_values *values,
                                   struct weft_error *error) {
    size_t last = cl->base.network->layer_count;
    cl_int index = (cl_int)values->result_index, first = (cl_int)values->first;
    cl_int images = (cl_int)values->count;
    return LAUNCH(cl, &cl->common[COMMON_LOSS_TRAIN], values->count, error, ARG(cl->values[last]),
                  ARG(cl->base.sets[cl->trained_set].device_labels), ARG(cl->order),
                  ARG(cl->targets), ARG(cl->dvalues[last]), ARG(cl->shard_results), ARG(index),
                  ARG(first), ARG(images));
}

/* Adds the results of the shards of all steps: a launch a step would cost more than it computes. */
static enum weft_status join_results(struct opencl_backend *cl, const struct training_steps *steps,
                                     struct weft_error *error) {
    cl_int batch = (cl_int)steps->batch, images = (cl_int)steps->images;
    cl->common[COMMON_LOSS_JOIN].items = steps->steps;
    return LAUNCH(cl, &cl->common[COMMON_LOSS_JOIN], steps->images, error, ARG(cl->shard_results),
                  ARG(cl->numbers), ARG(cl->results), ARG(batch), ARG(images));
}

/* Enqueues a step: forward, loss and backward, then the update. A CPU device may compute the
 * last groups and the loss in one launch. */
static enum weft_status train_step(struct opencl_backend *cl, const struct training_steps *steps,
                                   size_t step, struct weft_error *error) {
    size_t first = step * steps->batch, left = steps->images - first;
    size_t separate = cl->kernels.step_group;
    const struct opencl_pass_values values = {
        .count = left < steps->batch ? left : steps->batch,
        .statistics = WEFT_STATISTICS_BATCH,
        .update = STATISTICS_MIX,
        .result_index = step * lanes_shards(steps->batch),
        .first = first,
    };
    struct opencl_images images = images_of(cl, steps);
    images.first = first;
    dropout_key(steps->seed, steps->first + step, cl->base.key);
    TRY(opencl_gather(cl, &images, values.count, error));
    TRY(opencl_enqueue_pass(cl, PASS_FORWARD, separate, &values, error));
    TRY(separate < cl->groups.count ? opencl_step(cl, &values, error)
                                    : loss_train(cl, &values, error));
    TRY(opencl_enqueue_pass(cl, PASS_BACKWARD, separate, &values, error));
    return opencl_update_enqueue(cl, &steps->updates[step], step, values.count, error);
}

/* Makes the buffers large enough for ${steps}. */
static enum weft_status grow(struct opencl_backend *cl, const struct training_steps *steps,
                             struct weft_error *error) {
    size_t shards = steps->steps * lanes_shards(steps->batch);
    const size_t result = sizeof(struct weft_step_result);
    TRY(opencl_buffer_grow(cl, steps->images * sizeof(cl_uint), "an order", &cl->order, error));
    TRY(opencl_buffer_grow(cl, steps->steps * result, "results", &cl->results, error));
    return opencl_buffer_grow(cl, shards * result, "results", &cl->shard_results, error);
}

/* Writes the targets of the loss. */
static enum weft_status write_targets(struct opencl_backend *cl, const struct training_steps *steps,
                                      struct weft_error *error) {
    const size_t classes = shape_size(network_output(cl->base.network));
    const size_t bytes = LOSS_TARGET_COUNT * classes * sizeof(cl_float);
    float *targets = malloc(bytes);
    enum weft_status status;
    if (targets == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    loss_targets(classes, steps->label_smoothing, steps->class_weights, targets);
    TRY_OR(done, opencl_buffer_grow(cl, bytes, "the targets of the loss", &cl->targets, error));
    status = opencl_write(cl, cl->targets, targets, bytes, error);
done:
    free(targets);
    return status;
}

/* Prepares memory, and writes the order of the images and all that is known before the steps. */
static enum weft_status begin_steps(struct opencl_backend *cl, const struct training_steps *steps,
                                    struct weft_error *error) {
    cl->trained_set = steps->set;
    TRY(grow(cl, steps, error));
    TRY(opencl_update_write(cl, steps, error));
    TRY(write_targets(cl, steps, error));
    TRY(opencl_changes_write(cl, steps->changes, steps->images, error));
    return opencl_write(cl, cl->order, steps->order, steps->images * sizeof(cl_uint), error);
}

/* Enqueues the launches of the steps ${begin} to ${end} - 1. */
static enum weft_status enqueue_steps(struct opencl_backend *cl, const struct training_steps *steps,
                                      size_t begin, size_t end, struct weft_error *error) {
    for (size_t step = begin; step < end; step++) {
        TRY(train_step(cl, steps, step, error));
    }
    return WEFT_OK;
}

enum weft_status opencl_train_enqueue(struct opencl_backend *cl, const struct training_steps *steps,
                                      struct weft_error *error) {
    TRY(begin_steps(cl, steps, error));
    TRY(enqueue_steps(cl, steps, 0, steps->steps, error));
    return join_results(cl, steps, error);
}

/* Makes ${count} steps from ${begin} on by launches, and waits. */
static enum weft_status run_launches(struct opencl_backend *cl, const struct training_steps *steps,
                                     size_t begin, size_t count, struct weft_error *error) {
    TRY(enqueue_steps(cl, steps, begin, begin + count, error));
    TRY(opencl_pace_finish(cl, "clFinish", error));
    cl->base.steps_by_launches += count;
    return watch_check(&cl->base.watch, "computation", error);
}

/* Makes ${steps}, which begin_steps has prepared, in pieces. */
static enum weft_status run(struct opencl_backend *cl, const struct training_steps *steps,
                            struct weft_error *error) {
    const struct opencl_work work = {true, images_of(cl, steps), steps->images, steps->batch};
    struct step_choice *choice = &cl->steps->choice[true];
    for (size_t step = 0, made; step < steps->steps; step += made) {
        enum step_way way;
        const size_t count = step_choice_next(choice, steps->steps - step, &way);
        const double start = os_seconds();
        if (way == STEP_KERNEL) {
            TRY(opencl_steps_launch(cl, &work, step, count, &made, error));
        } else {
            TRY(run_launches(cl, steps, step, count, error));
            made = count;
        }
        step_choice_measured(choice, way, made, os_seconds() - start);
    }
    return WEFT_OK;
}

/* Returns whether a step has a norm of all gradients, which is no phase of the kernel. */
static bool clips(const struct training_steps *steps) {
    size_t i = 0;
    while (i < steps->steps && steps->updates[i].clip_norm == 0) {
        i++;
    }
    return i < steps->steps;
}

/* Makes ${steps}, whose images are on the device. */
static enum weft_status train(struct opencl_backend *cl, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error) {
    if (opencl_steps_used(cl) && !clips(steps)) {
        TRY(begin_steps(cl, steps, error));
        TRY(run(cl, steps, error));
        TRY(join_results(cl, steps, error));
    } else {
        TRY(opencl_train_enqueue(cl, steps, error));
        cl->base.steps_by_launches += steps->steps;
    }
    return opencl_read(cl, cl->results, results, steps->steps * sizeof *results, error);
}

/* Makes ${steps}, whose images are on the host. */
static enum weft_status train_portions(struct opencl_backend *cl,
                                       const struct training_steps *steps,
                                       struct weft_step_result *results, struct weft_error *error) {
    struct training_steps part;
    struct opencl_feed feed;
    enum weft_status status;
    TRY_OR(done, opencl_feed_begin(&feed, cl, steps, error));
    for (size_t made = 0; made < steps->steps; made += part.steps) {
        TRY_OR(done, opencl_feed_next(&feed, &part, error));
        TRY_OR(done, train(cl, &part, results + made, error));
    }
done:
    return opencl_feed_finish(&feed, status, error);
}

enum weft_status opencl_train(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    opencl_pace_begin(cl, steps->batch, true);
    return backend->sets[steps->set].host_pixels != NULL ? train_portions(cl, steps, results, error)
                                                         : train(cl, steps, results, error);
}

/* passes.c: training steps, evaluation, and their parts for the caller's own values. */
#include "backend/opencl/passes.h"
#include "backend/dropout.h"
#include "backend/loss_targets.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/transfer.h"
#include "backend/opencl/update.h"
#include "base/try.h"

#include <stdlib.h>

const cl_mem *opencl_images_changes(const struct opencl_backend *cl,
                                    const struct opencl_images *images) {
    return images->changed ? &cl->changes : images->order;
}

void opencl_images_sides(const struct opencl_backend *cl, const struct opencl_images *images,
                         cl_int sides[2]) {
    const struct backend_set *set = &cl->base.sets[images->set];
    sides[0] = images->changed ? (cl_int)set->height : 0;
    sides[1] = images->changed ? (cl_int)set->width : 0;
}

/* Reads ${count} images of ${images} into the network's input. */
static enum weft_status gather(struct opencl_backend *cl, const struct opencl_images *images,
                               size_t count, struct weft_error *error) {
    cl_int first = (cl_int)images->first, present = (cl_int)count, sides[2];
    const struct backend_set *from = &cl->base.sets[images->set];
    const cl_mem *changes = opencl_images_changes(cl, images);
    opencl_images_sides(cl, images, sides);
    return LAUNCH(cl, &cl->common[COMMON_GATHER], count, error, ARG(from->device_pixels),
                  ARG(*images->order), ARG(*changes), ARG(cl->table), ARG(cl->values[0]),
                  ARG(first), ARG(present), ARG(sides[0]), ARG(sides[1]));
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

enum weft_status opencl_steps_join(struct opencl_backend *cl, const struct training_steps *steps,
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
    struct opencl_images images = opencl_steps_images(cl, steps);
    images.first = first;
    dropout_key(steps->seed, steps->first + step, cl->base.key);
    TRY(gather(cl, &images, values.count, error));
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

_Static_assert(sizeof(struct image_change) == 8 * sizeof(cl_short), "gather reads short8");

/* Writes ${changes} of ${count} images, unless NULL. */
static enum weft_status write_changes(struct opencl_backend *cl, const struct image_change *changes,
                                      size_t count, struct weft_error *error) {
    const size_t bytes = count * sizeof *changes;
    if (changes == NULL) {
        return WEFT_OK;
    }
    TRY(opencl_buffer_grow(cl, bytes, "changes of images", &cl->changes, error));
    return opencl_write(cl, cl->changes, changes, bytes, error);
}

enum weft_status opencl_steps_begin(struct opencl_backend *cl, const struct training_steps *steps,
                                    struct weft_error *error) {
    cl->trained_set = steps->set;
    TRY(grow(cl, steps, error));
    TRY(opencl_update_write(cl, steps, error));
    TRY(write_targets(cl, steps, error));
    TRY(write_changes(cl, steps->changes, steps->images, error));
    return opencl_write(cl, cl->order, steps->order, steps->images * sizeof(cl_uint), error);
}

struct opencl_images opencl_steps_images(const struct opencl_backend *cl,
                                         const struct training_steps *steps) {
    return (struct opencl_images){
        .set = steps->set, .order = &cl->order, .changed = steps->changes != NULL};
}

enum weft_status opencl_steps_enqueue(struct opencl_backend *cl, const struct training_steps *steps,
                                      size_t begin, size_t end, struct weft_error *error) {
    for (size_t step = begin; step < end; step++) {
        TRY(train_step(cl, steps, step, error));
    }
    return WEFT_OK;
}

enum weft_status opencl_train_enqueue(struct opencl_backend *cl, const struct training_steps *steps,
                                      struct weft_error *error) {
    TRY(opencl_steps_begin(cl, steps, error));
    TRY(opencl_steps_enqueue(cl, steps, 0, steps->steps, error));
    return opencl_steps_join(cl, steps, error);
}

_Static_assert(sizeof(struct weft_step_result) == 8, "cross_entropy_join writes two words a step");

/* Reads activation ${index} of ${count} images and stores it in the order of the images. */
static enum weft_status read_activation(struct opencl_backend *cl, cl_mem buffer, size_t index,
                                        size_t count, float *values, struct weft_error *error) {
    size_t size = shape_size(activation_shape(cl->base.network, index));
    size_t bytes = lanes_shards(count) * size * CPU_LANES * sizeof(float);
    float *lanes = malloc(bytes);
    enum weft_status status;
    if (lanes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for a tensor");
    }
    TRY_OR(done, opencl_read(cl, buffer, lanes, bytes, error));
    lanes_unpack(lanes, count, size, values);
done:
    free(lanes);
    return status;
}

/* Writes the order of the images of ${pass}, so that their changes need not be those of a whole
 * set. */
static enum weft_status write_order(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                    struct weft_error *error) {
    const size_t bytes = pass->count * sizeof(cl_uint);
    cl_uint *order = malloc(bytes);
    enum weft_status status;
    if (order == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    for (size_t i = 0; i < pass->count; i++) {
        order[i] = (cl_uint)(pass->first + i);
    }
    TRY_OR(done, opencl_buffer_grow(cl, bytes, "an order", &cl->order, error));
    status = opencl_write(cl, cl->order, order, bytes, error);
done:
    free(order);
    return status;
}

size_t opencl_pass_batch(const struct opencl_backend *cl, const struct evaluation_pass *pass) {
    const size_t most = cl->base.batch;
    return pass->count <= most ? pass->count : most / CPU_LANES * CPU_LANES;
}

/* Makes the buffers of results large enough for ${count} images. */
static enum weft_status grow_results(struct opencl_backend *cl, size_t count,
                                     struct weft_error *error) {
    const size_t bytes = lanes_shards(count) * CPU_LANES * sizeof(cl_float);
    TRY(opencl_buffer_grow(cl, bytes, "losses", &cl->losses, error));
    return opencl_buffer_grow(cl, bytes, "predictions", &cl->predictions, error);
}

enum weft_status opencl_pass_begin(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                   struct opencl_images *images, struct weft_error *error) {
    *images =
        (struct opencl_images){.set = pass->set, .order = &cl->identity, .first = pass->first};
    TRY(grow_results(cl, pass->count, error));
    if (pass->changes == NULL) {
        return WEFT_OK;
    }
    *images = (struct opencl_images){.set = pass->set, .order = &cl->order, .changed = true};
    TRY(write_changes(cl, pass->changes, pass->count, error));
    return write_order(cl, pass, error);
}

/* Enqueues the ${count} images of ${pass} after the first ${done}, as a batch. */
static enum weft_status enqueue_batch(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                      const struct opencl_images *images, size_t done, size_t count,
                                      struct weft_error *error) {
    const size_t last = cl->base.network->layer_count;
    struct opencl_images batch = *images;
    cl_int first, present = (cl_int)count, result_index = (cl_int)(done / CPU_LANES);
    const struct opencl_pass_values values = {
        .count = count, .statistics = pass->statistics, .update = pass->update};
    batch.first += done;
    first = (cl_int)batch.first;
    TRY(gather(cl, &batch, count, error));
    TRY(opencl_enqueue_pass(cl, PASS_FORWARD, cl->groups.count, &values, error));
    return LAUNCH(cl, &cl->common[COMMON_LOSS_EVALUATE], count, error, ARG(cl->values[last]),
                  ARG(cl->base.sets[pass->set].device_labels), ARG(*batch.order), ARG(cl->losses),
                  ARG(cl->predictions), ARG(result_index), ARG(first), ARG(present));
}

enum weft_status opencl_pass_enqueue(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                     const struct opencl_images *images, size_t begin, size_t end,
                                     struct weft_error *error) {
    const size_t batch = opencl_pass_batch(cl, pass);
    for (size_t done = begin * batch; done < end * batch && done < pass->count; done += batch) {
        const size_t left = pass->count - done;
        TRY(enqueue_batch(cl, pass, images, done, left < batch ? left : batch, error));
    }
    return WEFT_OK;
}

enum weft_status opencl_pass_read(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                  struct weft_error *error) {
    const size_t last = cl->base.network->layer_count, count = pass->count;
    if (pass->losses != NULL) {
        TRY(opencl_read(cl, cl->losses, pass->losses, count * sizeof(float), error));
    }
    if (pass->predictions != NULL) {
        TRY(opencl_read(cl, cl->predictions, pass->predictions, count * sizeof(cl_uint), error));
    }
    return pass->logits == NULL
               ? WEFT_OK
               : read_activation(cl, cl->values[last], last, count, pass->logits, error);
}

/* Writes ${values}, in the order of the images, to activation ${index}. */
static enum weft_status write_activation(struct opencl_backend *cl, cl_mem buffer, size_t index,
                                         const float *values, struct weft_error *error) {
    size_t size = shape_size(activation_shape(cl->base.network, index));
    size_t count = lanes_shards(cl->base.last_count) * size * CPU_LANES;
    float *lanes = malloc(count * sizeof *lanes);
    enum weft_status status;
    if (lanes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for a tensor");
    }
    lanes_pack(values, cl->base.last_count, size, lanes);
    status = opencl_write(cl, buffer, lanes, count * sizeof *lanes, error);
    free(lanes);
    return status;
}

/* Returns the values of a pass over the images of the last forward call. */
static struct opencl_pass_values values_of(const struct backend *backend) {
    return (struct opencl_pass_values){
        .count = backend->forward_count,
        .statistics = backend->forward_statistics,
        .update = STATISTICS_MIX,
        .to_input = true,
    };
}

enum weft_status opencl_forward(struct backend *backend, const float *inputs,
                                struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    const struct opencl_pass_values values = values_of(backend);
    opencl_pace_begin(cl, values.count, false);
    TRY(write_activation(cl, cl->values[0], 0, inputs, error));
    TRY(opencl_enqueue_pass(cl, PASS_FORWARD, cl->groups.count, &values, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

enum weft_status opencl_backward(struct backend *backend, const float *doutputs,
                                 struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    const struct opencl_pass_values values = values_of(backend);
    const size_t last = backend->network->layer_count;
    opencl_pace_begin(cl, values.count, true);
    TRY(write_activation(cl, cl->dvalues[last], last, doutputs, error));
    TRY(opencl_enqueue_pass(cl, PASS_BACKWARD, cl->groups.count, &values, error));
    TRY(opencl_update_join(cl, values.count, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

enum weft_status opencl_update(struct backend *backend, const struct update *update,
                               struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    const size_t count = backend->gradient_count;
    const struct training_steps steps = {
        .steps = 1, .batch = count, .images = count, .updates = update};
    opencl_pace_begin(cl, count, true);
    TRY(opencl_update_write(cl, &steps, error));
    TRY(opencl_update_enqueue(cl, update, 0, count, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

enum weft_status opencl_tensor(struct backend *backend, struct activation activation, size_t count,
                               float *values, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    cl_mem buffer = (activation.gradient ? cl->dvalues : cl->values)[activation.index];
    /* The input, the output and their gradients are kept to the end of a pass. */
    const bool at_end = activation.index == 0 || activation.index == backend->network->layer_count;
    if (buffer == NULL) {
        return error_set(error, WEFT_USAGE,
                         "tensor: not kept, its layer is fused with the next; no_fuse keeps it");
    }
    if (!cl->keeps_tensors && !at_end) {
        return error_set(error, WEFT_USAGE,
                         "tensor: not kept, another tensor may have its memory; no_fuse keeps it");
    }
    return read_activation(cl, buffer, activation.index, count, values, error);
}

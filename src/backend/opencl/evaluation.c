/* evaluation.c: evaluations, in pieces of some batches: by launches, or by one kernel (steps.h). */
#include "backend/opencl/evaluation.h"
#include "backend/opencl/launch.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/passes.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/portions.h"
#include "backend/opencl/steps.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"
#include "os/host.h"

#include <stdlib.h>

/* Writes the order ${first}, ${first} + 1 ... of ${count} images to ${buffer}, which grows if
 * necessary. */
static enum weft_status write_order(struct opencl_backend *cl, cl_mem *buffer, size_t first,
                                    size_t count, struct weft_error *error) {
    const size_t bytes = count * sizeof(cl_uint);
    cl_uint *order = malloc(bytes);
    enum weft_status status;
    if (order == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (cl_uint)(first + i);
    }
    TRY_OR(done, opencl_buffer_grow(cl, bytes, "an order", buffer, error));
    status = opencl_write(cl, *buffer, order, bytes, error);
done:
    free(order);
    return status;
}

enum weft_status opencl_identity_make(struct opencl_backend *cl, size_t count,
                                      struct weft_error *error) {
    if (count <= cl->identity_count) {
        return WEFT_OK;
    }
    cl->identity_count = 0;
    TRY(write_order(cl, &cl->identity, 0, count, error));
    cl->identity_count = count;
    return WEFT_OK;
}

/* Returns the images of a batch of ${pass}: all of them, or complete shards, so that the results of
 * all batches are adjacent. */
static size_t batch_of(const struct opencl_backend *cl, const struct evaluation_pass *pass) {
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

/* Stores the images of ${pass} in ${images}, after writing their order and changes, and making room
 * for the results. */
static enum weft_status begin_pass(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                   struct opencl_images *images, struct weft_error *error) {
    *images =
        (struct opencl_images){.set = pass->set, .order = &cl->identity, .first = pass->first};
    TRY(grow_results(cl, pass->count, error));
    if (pass->changes == NULL) { /* it has them, unless it could not grow for another set */
        return opencl_identity_make(cl, pass->first + pass->count, error);
    }
    *images = (struct opencl_images){.set = pass->set, .order = &cl->order, .changed = true};
    TRY(opencl_changes_write(cl, pass->changes, pass->count, error));
    /* An order of its own, so that the changes need not be those of a whole set. */
    return write_order(cl, &cl->order, pass->first, pass->count, error);
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
    TRY(opencl_gather(cl, &batch, count, error));
    TRY(opencl_enqueue_pass(cl, PASS_FORWARD, cl->groups.count, &values, error));
    return LAUNCH(cl, &cl->common[COMMON_LOSS_EVALUATE], count, error, ARG(cl->values[last]),
                  ARG(cl->base.sets[pass->set].device_labels), ARG(*batch.order), ARG(cl->losses),
                  ARG(cl->predictions), ARG(result_index), ARG(first), ARG(present));
}

/* Enqueues the launches of the batches ${begin} to ${end} - 1 of ${pass}, whose images are
 * ${images}. */
static enum weft_status enqueue_batches(struct opencl_backend *cl,
                                        const struct evaluation_pass *pass,
                                        const struct opencl_images *images, size_t begin,
                                        size_t end, struct weft_error *error) {
    const size_t batch = batch_of(cl, pass);
    for (size_t done = begin * batch; done < end * batch && done < pass->count; done += batch) {
        const size_t left = pass->count - done;
        TRY(enqueue_batch(cl, pass, images, done, left < batch ? left : batch, error));
    }
    return WEFT_OK;
}

/* Reads what ${pass} asks for. */
static enum weft_status read_results(struct opencl_backend *cl, const struct evaluation_pass *pass,
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
               : opencl_activation_read(cl, cl->values[last], last, count, pass->logits, error);
}

/* Computes ${count} batches of ${pass} from ${begin} on, whose images are those of ${work}, by
 * ${way}, and waits. Stores in ${made} how many there were. */
static enum weft_status run_batches(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                    const struct opencl_work *work, enum step_way way, size_t begin,
                                    size_t count, size_t *made, struct weft_error *error) {
    *made = count;
    if (way == STEP_KERNEL) {
        return opencl_steps_launch(cl, work, begin, count, made, error);
    }
    TRY(enqueue_batches(cl, pass, &work->images, begin, begin + count, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

/* Computes ${pass}, whose images are on the device, in pieces of some batches. */
static enum weft_status run_pass(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                 struct weft_error *error) {
    struct opencl_work work = {.count = pass->count, .batch = batch_of(cl, pass)};
    const size_t batches = (pass->count + work.batch - 1) / work.batch;
    const bool chosen = opencl_steps_used(cl) && pass->statistics == WEFT_STATISTICS_RUNNING;
    struct step_choice *choice = chosen ? &cl->steps->choice[false] : NULL;
    TRY(begin_pass(cl, pass, &work.images, error));
    for (size_t begin = 0, made; begin < batches; begin += made) {
        const double start = os_seconds();
        enum step_way way = STEP_LAUNCHES;
        size_t count = batches - begin;
        if (chosen) { /* its steps are images */
            count = step_choice_next(choice, count * work.batch, &way) / work.batch;
            count = count > 0 ? count : 1;
        }
        TRY(run_batches(cl, pass, &work, way, begin, count, &made, error));
        if (chosen) {
            step_choice_measured(choice, way, made * work.batch, os_seconds() - start);
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                 struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    struct evaluation_pass part = *pass;
    opencl_pace_begin(cl, batch_of(cl, pass), false);
    if (backend->sets[pass->set].host_pixels != NULL) {
        TRY(opencl_portions_pass(cl, pass, &part, error));
    }
    TRY(run_pass(cl, &part, error));
    return read_results(cl, &part, error);
}

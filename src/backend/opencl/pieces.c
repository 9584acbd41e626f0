/* pieces.c: training steps and evaluations, each piece by launches or by one kernel (steps.h). */
#include "backend/opencl/pieces.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/passes.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/portions.h"
#include "backend/opencl/steps.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"
#include "os/host.h"

#include <limits.h>

/* Of a step, in the units of watch_work: some tens of milliseconds of a fast core. A launch costs
 * little beside it, and is interrupted sooner. */
#define MOST_WORK (UINT64_C(1) << 32)

/* What the kernel computes. */
struct work {
    bool trains; /* else it evaluates */
    struct opencl_images images;
    size_t count, batch;
};

/* Sets argument ${index} of the kernel. */
static enum weft_status set(struct opencl_backend *cl, size_t index, size_t size, const void *value,
                            struct weft_error *error) {
    return opencl_queue_check(cl, clSetKernelArg(cl->steps->kernel, (cl_uint)index, size, value),
                              "clSetKernelArg: " PHASES_KERNEL, error);
}

static const cl_mem *buffer_of(struct opencl_backend *cl, const struct work *work,
                               const struct opencl_phase_buffer *buffer) {
    switch (buffer->argument) {
    case ARG_PIXELS:
        return &cl->base.sets[work->images.set].device_pixels;
    case ARG_LABELS:
        return &cl->base.sets[work->images.set].device_labels;
    case ARG_ORDER:
        return work->images.order;
    case ARG_CHANGES:
        return opencl_images_changes(cl, &work->images);
    default:
        return opencl_buffer_of(cl, &buffer->call, buffer->argument);
    }
}

static enum weft_status set_arguments(struct opencl_backend *cl, const struct work *work,
                                      size_t begin, size_t count, struct weft_error *error) {
    const struct opencl_phases *phases = &cl->steps->phases;
    cl_int numbers[PHASES_NUMBERS] = {work->trains,
                                      (cl_int)begin,
                                      (cl_int)count,
                                      (cl_int)work->batch,
                                      (cl_int)work->images.first,
                                      (cl_int)work->count};
    opencl_images_sides(cl, &work->images, numbers + PHASES_NUMBERS - 2);
    TRY(set(cl, PHASES_COUNTERS, sizeof cl->steps->counters, &cl->steps->counters, error));
    for (size_t i = 0; i < PHASES_NUMBERS; i++) {
        TRY(set(cl, PHASES_FIRST_NUMBER + i, sizeof numbers[i], &numbers[i], error));
    }
    for (size_t i = 0; i < phases->buffer_count; i++) {
        const cl_mem *memory = buffer_of(cl, work, &phases->buffers[i]);
        TRY(set(cl, PHASES_FIRST_NUMBER + PHASES_NUMBERS + i, sizeof *memory, memory, error));
    }
    return WEFT_OK;
}

/* Enqueues ${count} steps of ${work} from ${begin} on, and waits. Stores in ${made} how many there
 * were: fewer if a compute unit has left. */
static enum weft_status launch(struct opencl_backend *cl, const struct work *work, size_t begin,
                               size_t count, size_t *made, struct weft_error *error) {
    const size_t units = cl->limits.units, one = 1;
    const size_t chunks = cl->steps->phases.chunks[work->trains] * units; /* of a step */
    cl_int done = 0;
    count = count < INT_MAX / 2 / chunks ? count : INT_MAX / 2 / chunks;
    TRY(set_arguments(cl, work, begin, count, error));
    TRY(opencl_fill(cl, cl->steps->counters, 0, 0, cl->steps->counter_bytes, error));
    TRY(opencl_pace_finish(cl, "clFinish", error));
    TRY(opencl_lost_check(cl->device, error));
    TRY(opencl_queue_check(
        cl,
        clEnqueueNDRangeKernel(cl->queue, cl->steps->kernel, 1, NULL, &units, &one, 0, NULL, NULL),
        "clEnqueueNDRangeKernel: " PHASES_KERNEL, error));
    TRY(opencl_read(cl, cl->steps->counters, &done, sizeof done, error));
    *made = (size_t)done / chunks;
    cl->has_computed = true;
    cl->base.steps_by_kernel += work->trains ? *made : 0;
    watch_add(&cl->base.watch, *made * cl->base.watch.step);
    if (done <= 0 || (size_t)done % chunks != 0 || *made > count) {
        cl->base.steps_incomplete = true;
        return error_set(error, WEFT_BAD_DEVICE, PHASES_KERNEL ": %d chunks done, of %zu a step",
                         done, chunks);
    }
    return watch_check(&cl->base.watch, "computation", error);
}

/* Makes ${count} steps from ${begin} on by launches, and waits. */
static enum weft_status run_launches(struct opencl_backend *cl, const struct training_steps *steps,
                                     size_t begin, size_t count, struct weft_error *error) {
    TRY(opencl_steps_enqueue(cl, steps, begin, begin + count, error));
    TRY(opencl_pace_finish(cl, "clFinish", error));
    cl->base.steps_by_launches += count;
    return watch_check(&cl->base.watch, "computation", error);
}

/* Makes ${steps}, which opencl_steps_begin has prepared, in pieces. */
static enum weft_status run(struct opencl_backend *cl, const struct training_steps *steps,
                            struct weft_error *error) {
    const struct work work = {true, opencl_steps_images(cl, steps), steps->images, steps->batch};
    struct step_choice *choice = &cl->steps->choice[true];
    for (size_t step = 0, made; step < steps->steps; step += made) {
        enum step_way way;
        const size_t count = step_choice_next(choice, steps->steps - step, &way);
        const double start = os_seconds();
        if (way == STEP_KERNEL) {
            TRY(launch(cl, &work, step, count, &made, error));
        } else {
            TRY(run_launches(cl, steps, step, count, error));
            made = count;
        }
        step_choice_measured(choice, way, made, os_seconds() - start);
    }
    return WEFT_OK;
}

/* Returns whether the kernel may be used: records of debugging and profiles are of launches. */
static bool is_used(const struct opencl_backend *cl) {
    return cl->steps != NULL && cl->debug == NULL && cl->base.profile == NULL &&
           (cl->steps->choice[true].fixed || cl->base.watch.step <= MOST_WORK);
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
    if (is_used(cl) && !clips(steps)) {
        TRY(opencl_steps_begin(cl, steps, error));
        TRY(run(cl, steps, error));
        TRY(opencl_steps_join(cl, steps, error));
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

/* Computes ${count} batches of ${pass} from ${begin} on, whose images are those of ${work}, by
 * ${way}, and waits. Stores in ${made} how many there were. */
static enum weft_status run_batches(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                    const struct work *work, enum step_way way, size_t begin,
                                    size_t count, size_t *made, struct weft_error *error) {
    *made = count;
    if (way == STEP_KERNEL) {
        return launch(cl, work, begin, count, made, error);
    }
    TRY(opencl_pass_enqueue(cl, pass, &work->images, begin, begin + count, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

/* Computes ${pass}, whose images are on the device, in pieces of some batches. */
static enum weft_status run_pass(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                 struct weft_error *error) {
    struct work work = {.count = pass->count, .batch = opencl_pass_batch(cl, pass)};
    const size_t batches = (pass->count + work.batch - 1) / work.batch;
    const bool chosen = is_used(cl) && pass->statistics == WEFT_STATISTICS_RUNNING;
    struct step_choice *choice = chosen ? &cl->steps->choice[false] : NULL;
    TRY(opencl_pass_begin(cl, pass, &work.images, error));
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
    cl->base.last_count = pass->count - (batches - 1) * work.batch;
    return WEFT_OK;
}

enum weft_status opencl_evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                 struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    struct evaluation_pass part = *pass;
    opencl_pace_begin(cl, opencl_pass_batch(cl, pass), false);
    if (backend->sets[pass->set].host_pixels != NULL) {
        TRY(opencl_portions_pass(cl, pass, &part, error));
    }
    TRY(run_pass(cl, &part, error));
    return opencl_pass_read(cl, &part, error);
}

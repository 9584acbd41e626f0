/* pace.c: bounds the work that is enqueued at a time.
 *
 * What has been enqueued cannot be taken back, and a kernel cannot be interrupted. A step of a
 * large network takes minutes on a slow device. So the host waits for the device after about a
 * tenth of a second of work, as measured, and asks the caller whether to go on. A launch that is
 * longer is enqueued in parts: the same work-items, in the same work-groups, so no bit changes. A
 * network whose step takes milliseconds is never held up. */
#include "backend/opencl/pace.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/profile.h"
#include "backend/opencl/state.h"
#include "base/try.h"
#include "os/host.h"

#define FIRST_LIMIT (UINT64_C(1) << 30) /* some hundredths of a second of a slow processor */
#define LEAST_LIMIT (UINT64_C(1) << 24)
#define MOST_LIMIT  (UINT64_C(1) << 60)
#define SHORT       0.05 /* seconds between two waits: the limit may be doubled */
#define LONG        0.2  /* the limit is halved */

/* Without a watch, nothing changes. Verification counts launches, and waits by itself. */
static bool watched(const struct opencl_backend *cl) {
    return cl->base.watch.asked.go_on != NULL && cl->debug == NULL;
}

/* Returns the work of ${launch} for ${count} images. */
static uint64_t work_of(struct opencl_backend *cl, const struct opencl_launch *launch,
                        size_t count) {
    uint64_t work = 0;
    if (launch->kernel == NULL) {
        bool adam = launch == &cl->common[COMMON_ADAM_STEP];
        size_t values = adam ? cl->base.network->parameter_count * lanes_shards(cl->base.batch)
                             : count * weft_shape_size(cl->base.network->input);
        return WATCH_ACCESS * values;
    }
    for (size_t c = 0; c < launch->kernel->count; c++) {
        const struct opencl_group *group = &cl->groups.list[launch->kernel->calls[c].group];
        const struct weft_layer *layer = &cl->base.network->layers[group->main];
        work += watch_work(layer) - weft_layer_flop(layer); /* its memory */
    }
    return count * work + opencl_profile_flop(cl, launch, count);
}

void opencl_pace_begin(struct opencl_backend *cl, size_t count, bool train) {
    uint64_t work = 0;
    for (size_t i = 0; i < cl->base.network->layer_count; i++) {
        work += watch_work(&cl->base.network->layers[i]) * (!train ? 1 : i > 0 ? 3 : 2);
    }
    watch_begin(&cl->base.watch, work * count);
    cl->pace.limit = cl->pace.limit != 0 ? cl->pace.limit : FIRST_LIMIT;
    cl->pace.queued = 0;
}

void opencl_pace_waited(struct opencl_backend *cl) {
    watch_add(&cl->base.watch, cl->pace.queued);
    cl->pace.queued = 0;
    cl->has_computed = true;
}

/* Counts ${work} that has been enqueued. */
static enum weft_status count_work(struct opencl_backend *cl, uint64_t work,
                                   struct weft_error *error) {
    struct opencl_pace *pace = &cl->pace;
    double seconds;
    if (!watched(cl)) {
        return WEFT_OK;
    }
    pace->since = pace->queued == 0 ? os_seconds() : pace->since;
    pace->queued += work;
    if (pace->queued < pace->limit) {
        return WEFT_OK;
    }
    TRY(opencl_queue_check(cl, clFinish(cl->queue), "clFinish", error));
    seconds = os_seconds() - pace->since;
    if (seconds < SHORT && pace->limit < MOST_LIMIT) {
        pace->limit *= 2;
    } else if (seconds > LONG && pace->limit > LEAST_LIMIT) {
        pace->limit /= 2;
    }
    opencl_pace_waited(cl);
    return watch_check(&cl->base.watch, "computation", error);
}

enum weft_status opencl_pace_add(struct opencl_backend *cl, const struct opencl_launch *launch,
                                 size_t count, struct weft_error *error) {
    return count_work(cl, watched(cl) ? work_of(cl, launch, count) : 0, error);
}

/* Enqueues the part of the range of ${launch} that begins at ${begin} (NULL: at 0). */
static enum weft_status enqueue_part(struct opencl_backend *cl, const struct opencl_launch *launch,
                                     const size_t *begin, const size_t size[3],
                                     struct weft_error *error) {
    TRY(opencl_lost_check(cl->device, error));
    return opencl_queue_check(cl,
                              clEnqueueNDRangeKernel(cl->queue, launch->object, 3, begin, size,
                                                     launch->local, 0, NULL,
                                                     opencl_profile_event(cl)),
                              "clEnqueueNDRangeKernel", error);
}

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

enum weft_status opencl_pace_enqueue(struct opencl_backend *cl, const struct opencl_launch *launch,
                                     size_t count, const size_t range[3],
                                     struct weft_error *error) {
    const uint64_t work = watched(cl) ? work_of(cl, launch, count) : 0;
    const size_t groups = range[1] / launch->local[1];
    uint64_t parts, in_shard;
    size_t shards, items;
    /* A profile has an event for each launch. */
    if (cl->base.profile != NULL || work <= cl->pace.limit) {
        TRY(enqueue_part(cl, launch, NULL, range, error));
        return count_work(cl, work, error);
    }
    /* Parts of several shards, or else parts of a shard. */
    parts = work / cl->pace.limit + 1;
    in_shard = (parts + range[2] - 1) / range[2];
    shards = in_shard > 1 ? 1 : (size_t)(range[2] / parts);
    items = in_shard < groups ? (size_t)(groups / in_shard) * launch->local[1] : launch->local[1];
    for (size_t z = 0; z < range[2]; z += shards) {
        for (size_t y = 0; y < range[1]; y += items) {
            const size_t begin[3] = {0, y, z};
            const size_t size[3] = {range[0], least(items, range[1] - y),
                                    least(shards, range[2] - z)};
            TRY(enqueue_part(cl, launch, begin, size, error));
            TRY(count_work(cl, work / range[1] * size[1] / range[2] * size[2], error));
        }
    }
    return WEFT_OK;
}

/* pace.c: bounds the work that is enqueued at a time, and the length of a launch.
 *
 * What has been enqueued cannot be taken back, and a kernel cannot be interrupted; and systems have
 * watchdogs, which end a kernel, or all that was enqueued at once, after some seconds. So the host
 * waits for the device after about a tenth of a second of work, as measured, and asks the caller
 * whether to go on. A launch that is longer is enqueued in parts: the same work-items, in the same
 * work-groups, so no bit changes. How fast a device is, and each of its launches, is learned from
 * small parts on. A network whose step takes milliseconds is seldom held up. */
#include "backend/opencl/pace.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/profile.h"
#include "backend/opencl/state.h"
#include "base/least.h"
#include "base/try.h"
#include "os/host.h"

#include <string.h>

#define LAUNCH_COST (UINT64_C(1) << 20) /* of a launch, however small; in the units of watch_work */
#define ITEM_COST   64                  /* of a work-item, at least */
#define LEAST_LIMIT LAUNCH_COST
#define MOST_LIMIT  (UINT64_C(1) << 60)
#define FLUSHES     16  /* of the work between two waits: so the device begins early */
#define FLUSH_MOST  200 /* launches between two flushes */

/* Seconds between two waits. */
#define SHORT  0.05 /* the limit grows */
#define TARGET 0.1
#define LONG   0.15 /* the limit shrinks to what takes ${TARGET} */

/* Seconds of a launch, or of a part of one. */
#define PART_SHORT  0.06
#define PART_TARGET 0.08
#define PART_LONG   0.1

/* Returns the work that an unknown device gets at first. CPU devices have no watchdog, and compile
 * kernels anew for parts. */
static uint64_t first_limit(const struct opencl_backend *cl) {
    return UINT64_C(1) << (strcmp(cl->base.device.type, "cpu") == 0 ? 31 : 22);
}

/* Returns the work of ${launch} for ${count} images. */
static uint64_t work_of(struct opencl_backend *cl, const struct opencl_launch *launch,
                        size_t count) {
    uint64_t work = 0;
    if (launch->kernel == NULL) {
        bool update = opencl_update_has(cl, launch);
        size_t values = update ? cl->base.network->parameter_count * lanes_shards(cl->base.batch)
                               : count * shape_size(cl->base.network->input);
        return WATCH_ACCESS * values;
    }
    for (size_t c = 0; c < launch->kernel->count; c++) {
        const struct opencl_group *group = &cl->groups.list[launch->kernel->calls[c].group];
        const struct network_layer *layer = &cl->base.network->layers[group->main];
        work += watch_work(layer) - layer_flop(layer); /* its memory */
    }
    return count * work + opencl_profile_flop(cl, launch, count);
}

void opencl_pace_begin(struct opencl_backend *cl, size_t count, bool train) {
    uint64_t work = 0;
    for (size_t i = 0; i < cl->base.network->layer_count; i++) {
        work += watch_work(&cl->base.network->layers[i]) * (!train ? 1 : i > 0 ? 3 : 2);
    }
    watch_begin(&cl->base.watch, work * count);
    opencl_handlers_call(&cl->handlers);
    cl->pace.queued = 0;
}

/* Learns from the ${seconds} that one launch, or a part of it, has taken. The first one may be long
 * only because the driver has compiled the kernel for it. */
static void learn_part(struct opencl_launch *launch, uint64_t work, double seconds) {
    const double fits = (double)work * PART_TARGET / seconds;
    const bool compiled = !launch->launched;
    launch->launched = true;
    if (seconds > PART_LONG && !compiled) {
        launch->part = fits > 1 ? (uint64_t)fits : 1;
    } else if (seconds < PART_SHORT && fits > (double)launch->part && work < MOST_LIMIT / 4) {
        launch->part = fits < 4 * (double)work ? (uint64_t)fits : 4 * work;
    }
}

void opencl_pace_waited(struct opencl_backend *cl) {
    struct opencl_pace *pace = &cl->pace;
    double seconds = os_seconds() - pace->since;
    if (pace->cost > 0 && seconds > LONG) {
        double fits = (double)pace->cost * TARGET / seconds;
        if (fits < (double)pace->limit) {
            pace->limit = fits > (double)LEAST_LIMIT ? (uint64_t)fits : LEAST_LIMIT;
        }
    } else if (pace->cost >= pace->limit && seconds < SHORT && pace->limit < MOST_LIMIT) {
        pace->limit += pace->limit / 2;
    }
    if (pace->launches == 1 && pace->last != NULL && seconds > 0) {
        learn_part(pace->last, pace->last_cost, seconds);
    }
    watch_add(&cl->base.watch, pace->queued);
    cl->has_computed = cl->has_computed || pace->queued > 0;
    *pace = (struct opencl_pace){.limit = pace->limit};
}

enum weft_status opencl_pace_finish(struct opencl_backend *cl, const char *call,
                                    struct weft_error *error) {
    cl_int code;
    opencl_handlers_again(&cl->handlers);
    code = clFinish(cl->queue);
    opencl_handlers_again(&cl->handlers);
    TRY(opencl_queue_check(cl, code, call, error));
    opencl_pace_waited(cl);
    return WEFT_OK;
}

static enum weft_status wait_for_queue(struct opencl_backend *cl, struct weft_error *error) {
    TRY(opencl_pace_finish(cl, "clFinish", error));
    return watch_check(&cl->base.watch, "computation", error);
}

/* Counts ${work} of ${launch} (NULL: of the host) that has been enqueued, and its ${cost}. */
static enum weft_status count_work(struct opencl_backend *cl, struct opencl_launch *launch,
                                   uint64_t work, uint64_t cost, struct weft_error *error) {
    struct opencl_pace *pace = &cl->pace;
    pace->limit = pace->limit != 0 ? pace->limit : first_limit(cl);
    pace->since = pace->launches == 0 ? os_seconds() : pace->since;
    pace->queued += work;
    pace->cost += cost + LAUNCH_COST;
    pace->last = launch;
    pace->last_cost = cost;
    pace->launches++;
    if (pace->cost >= pace->limit) {
        return wait_for_queue(cl, error);
    }
    if (pace->cost - pace->flushed_cost >= pace->limit / FLUSHES ||
        pace->launches - pace->flushed_launches >= FLUSH_MOST) {
        pace->flushed_cost = pace->cost;
        pace->flushed_launches = pace->launches;
        return opencl_queue_check(cl, clFlush(cl->queue), "clFlush", error);
    }
    return WEFT_OK;
}

enum weft_status opencl_pace_add(struct opencl_backend *cl, const struct opencl_launch *launch,
                                 size_t count, struct weft_error *error) {
    uint64_t work = work_of(cl, launch, count);
    return count_work(cl, NULL, work, work, error);
}

enum weft_status opencl_pace_transfer(struct opencl_backend *cl, size_t bytes,
                                      struct weft_error *error) {
    return count_work(cl, NULL, 0, WATCH_ACCESS * (uint64_t)(bytes / sizeof(cl_float)), error);
}

/* What is enqueued of a launch: its images, its range, and what all of it costs. */
struct range {
    struct opencl_launch *launch;
    size_t count;
    const size_t *size;
    uint64_t work, cost;
    bool again; /* a part of it has been enqueued */
};

/* Enqueues the part of ${range} that begins at ${begin} (NULL: at 0). */
static enum weft_status enqueue_part(struct opencl_backend *cl, struct range *range,
                                     const size_t *begin, const size_t size[3],
                                     struct weft_error *error) {
    const double share = (double)size[0] * (double)size[1] * (double)size[2] /
                         ((double)range->size[0] * (double)range->size[1] * (double)range->size[2]);
    cl_event *event = opencl_profile_event(cl);
    TRY(opencl_lost_check(cl->device, error));
    TRY(opencl_queue_check(cl,
                           clEnqueueNDRangeKernel(cl->queue, range->launch->object, 3, begin, size,
                                                  range->launch->local, 0, NULL, event),
                           "clEnqueueNDRangeKernel", error));
    if (event != NULL) {
        TRY(opencl_profile_add(cl, range->launch, range->count, range->again, error));
    }
    range->again = true;
    return count_work(cl, range->launch, (uint64_t)((double)range->work * share),
                      (uint64_t)((double)range->cost * share), error);
}

/* Returns how many of ${groups}, which cost ${cost} together, make a part; at least one. */
static size_t groups_of_part(const struct opencl_launch *launch, uint64_t cost, size_t groups) {
    double fits = (double)launch->part * (double)groups / (double)cost;
    return fits >= (double)groups ? groups : fits > 1 ? (size_t)fits : 1;
}

/* Enqueues ${range} in parts: of several shards, or else of the groups of a shard. Waits for each,
 * and learns from it how large the next one may be. */
static enum weft_status enqueue_parts(struct opencl_backend *cl, struct range *range,
                                      struct weft_error *error) {
    const struct opencl_launch *launch = range->launch;
    const int inner = range->size[1] > launch->local[1] ? 1 : 0;
    const size_t *all = range->size, groups = all[inner] / launch->local[inner];
    const uint64_t cost = range->cost / all[2] + 1; /* of a shard */
    size_t begin[3] = {0, 0, 0}, size[3] = {all[0], all[1], 1};
    while (begin[2] < all[2]) {
        if (begin[inner] == 0) {
            size[2] = least(groups_of_part(launch, range->cost, all[2]), all[2] - begin[2]);
        }
        size[inner] =
            size[2] > 1 ? all[inner] : launch->local[inner] * groups_of_part(launch, cost, groups);
        size[inner] = least(size[inner], all[inner] - begin[inner]);
        TRY(enqueue_part(cl, range, begin, size, error));
        if (cl->pace.launches > 0) {
            TRY(wait_for_queue(cl, error));
        }
        begin[inner] += size[inner];
        if (begin[inner] == all[inner]) {
            begin[inner] = 0;
            begin[2] += size[2];
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_pace_enqueue(struct opencl_backend *cl, struct opencl_launch *launch,
                                     size_t count, const size_t size[3], struct weft_error *error) {
    const uint64_t items = (uint64_t)size[0] * size[1] * size[2] * ITEM_COST;
    struct range range = {.launch = launch, .count = count, .size = size};
    if (items == 0) { /* no range of OpenCL, and no part of one */
        return WEFT_OK;
    }
    range.work = work_of(cl, launch, count);
    range.cost = range.work > items ? range.work : items;
    launch->part = launch->part != 0 ? launch->part : first_limit(cl);
    if (range.cost <= launch->part) {
        return enqueue_part(cl, &range, NULL, size, error);
    }
    if (cl->pace.launches > 0) {
        TRY(wait_for_queue(cl, error));
    }
    return enqueue_parts(cl, &range, error);
}

/* profile.c: an event of every launch; their times are added by launch.
 *
 * A host function (--math fast) is measured from a marker before it to a marker after it, since
 * CLBlast launches several kernels for a product and returns the event of the last one only. */
#include "backend/opencl/profile.h"
#include "backend/opencl/clblast/engine.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/state.h"
#include "backend/profile.h"
#include "base/try.h"
#include "step_numbers.h"

#include <stdlib.h>

#define MAX_PENDING 1024 /* events not yet added: drivers keep memory for each */

struct opencl_profile {
    size_t images; /* of the current pass, which the launches of the update are not given */
    bool inside;   /* a host function, whose launches are not measured */
    size_t count;
    struct pending {
        cl_event begin; /* the marker before a host function; NULL: the event has the start */
        cl_event event;
        struct profile_entry *entry;
    } pending[MAX_PENDING];
};

/* Returns the entry of ${launch}. Those of layers are first. */
static struct profile_entry *entry_of(struct opencl_backend *cl,
                                      const struct opencl_launch *launch) {
    size_t index = launch->kernel != NULL ? (size_t)(launch - cl->launches)
                                          : cl->launch_count + (size_t)(launch - cl->common);
    return &cl->base.profile->entries[index];
}

/* Returns whether ${call} of ${launch} uses ${argument} in this pass. */
static bool takes(const struct opencl_launch *launch, const struct opencl_call *call,
                  enum opencl_argument argument) {
    for (int a = 0; call->function->arguments[a] != ARG_END; a++) {
        if (call->function->arguments[a] == argument) {
            return argument != ARG_DINPUT || call->input_items == 0 || launch->to_input;
        }
    }
    return false;
}

/* Counts the products of the layer once for forward, once for the gradients of its parameters
 * (which need the input), and once for the gradient of its input. */
static uint64_t flop_of(struct opencl_backend *cl, const struct opencl_launch *launch,
                        const struct opencl_call *call, size_t count) {
    const struct opencl_group *group = &cl->groups.list[call->group];
    bool gradients = takes(launch, call, ARG_PARTIALS) && takes(launch, call, ARG_INPUT);
    bool output = takes(launch, call, ARG_OUTPUT) && call->function->passes != 0; /* not the loss */
    uint64_t times = output + gradients + takes(launch, call, ARG_DINPUT);
    return times * count * layer_flop(&cl->base.network->layers[group->main]);
}

uint64_t opencl_profile_flop(struct opencl_backend *cl, const struct opencl_launch *launch,
                             size_t count) {
    uint64_t flop = 0;
    for (size_t c = 0; c < launch->kernel->count; c++) {
        flop += flop_of(cl, launch, &launch->kernel->calls[c], count);
    }
    return flop;
}

/* Returns the bytes of the sums of gradients that a kernel writes: of each shard, or, if they are
 * joined or by CLBlast, of the batch. */
static uint64_t partial_bytes(struct opencl_backend *cl, const struct opencl_call *call,
                              size_t layer, size_t count) {
    const struct opencl_group *group = &cl->groups.list[call->group];
    uint64_t bytes = profile_parameter_bytes(cl->base.network, layer);
    if (opencl_kernels_join(&cl->kernels, layer)) {
        return bytes;
    }
    if (opencl_engine == NULL || group->layer != opencl_engine->layer) {
        return bytes * lanes_shards(count);
    }
    return call->function->host != NULL
               ? bytes
               : cl->base.network->layers[layer].output.channels * sizeof(float);
}

/* Returns the bytes of both matrices of a host function, which one kernel writes and the next
 * reads. */
static uint64_t bytes_of_matrices(struct opencl_backend *cl, const struct opencl_call *call,
                                  size_t count) {
    const struct opencl_fast_layer *fast = &cl->fast->layers[call->group];
    uint64_t columns = lanes_shards(count) * fast->area * CPU_LANES;
    return 2 * (fast->rows + fast->features) * columns * sizeof(float);
}

static uint64_t bytes_of_argument(struct opencl_backend *cl, const struct opencl_launch *launch,
                                  const struct opencl_call *call, enum opencl_argument argument,
                                  size_t count) {
    const struct weft_network *network = cl->base.network;
    const struct opencl_group *group = &cl->groups.list[call->group];
    size_t layer = group->main, input = opencl_input_of(&cl->groups, call);
    switch (argument) {
    case ARG_INPUT:
        /* The gradient of a product's input needs the input only if that is a relu's. */
        return flop_of(cl, launch, call, 1) > 0 && takes(launch, call, ARG_DINPUT) &&
                       !takes(launch, call, ARG_PARTIALS) && !group->relu
                   ? 0
                   : profile_activation_bytes(network, input, count);
    case ARG_DINPUT:
        return takes(launch, call, ARG_DINPUT) ? profile_activation_bytes(network, input, count)
                                               : 0;
    case ARG_FIRST_INPUT:
        return profile_activation_bytes(network, network->layers[group->first].inputs[0], count);
    case ARG_CONTRIBUTION:
        return profile_activation_bytes(network, input, count);
    case ARG_GRADIENT: /* written, and read before unless it is copied */
        return profile_activation_bytes(network, input, count) *
               (call->function == &opencl_gradient_copy ? 1 : 2);
    case ARG_OUTPUT:
    case ARG_DOUTPUT:
        if (opencl_call_of_gradient(call) || group->layer == &opencl_concat) {
            return profile_activation_bytes(network, input, count); /* a part of it */
        }
        return profile_activation_bytes(network, group->end, count);
    case ARG_PARAMETERS:
    case ARG_BUFFERS: /* two floats a channel, as the parameters */
        return profile_parameter_bytes(network, layer);
    case ARG_PARTIALS:
        return partial_bytes(cl, call, layer, count);
    case ARG_SCRATCH:
        return group->layer->scratch(&network->layers[group->main], cl->groups.mapping,
                                     lanes_shards(count));
    default:
        return 0;
    }
}

/* Returns the bytes of the sums of gradients that the kernels of the update read. */
static uint64_t bytes_of_sums(struct opencl_backend *cl, uint64_t shards) {
    const struct weft_network *network = cl->base.network;
    uint64_t bytes = 0;
    for (size_t i = 0; i < network->layer_count; i++) {
        bytes += profile_parameter_bytes(network, i) *
                 (opencl_kernels_join(&cl->kernels, i) ? 1 : shards);
    }
    return bytes;
}

/* Returns the bytes that a launch of no layer reads and writes; see its file in cl/. */
static uint64_t bytes_of_common(struct opencl_backend *cl, const struct opencl_launch *launch,
                                size_t count) {
    const struct weft_network *network = cl->base.network;
    uint64_t shards = lanes_shards(count);
    uint64_t input = profile_activation_bytes(network, 0, count);
    uint64_t logits = profile_activation_bytes(network, network->layer_count, count);
    uint64_t parameters = network->parameter_count * sizeof(float);
    switch ((enum opencl_common)(launch - cl->common)) {
    case COMMON_GATHER:
        return input + input / sizeof(float); /* a pixel is a byte */
    case COMMON_LOSS_TRAIN:
        return 2 * logits;
    case COMMON_LOSS_EVALUATE:
        return logits + 2 * count * sizeof(float);
    case COMMON_LOSS_JOIN:
        return 2 * shards * sizeof(float);
    case COMMON_UPDATE_JOIN:
        return bytes_of_sums(cl, shards) + parameters;
    case COMMON_UPDATE_SQUARES:
        return bytes_of_sums(cl, shards) + parameters / CLIP_BLOCK;
    case COMMON_UPDATE_CLIP:
        return parameters / CLIP_BLOCK;
    case COMMON_UPDATE_STEP:
        /* The gradients are written; three arrays are read and written. */
        return bytes_of_sums(cl, shards) + 7 * parameters;
    default:
        return 0;
    }
}

cl_event *opencl_profile_event(struct opencl_backend *cl) {
    return cl->base.profile != NULL && !cl->profile->inside
               ? &cl->profile->pending[cl->profile->count].event
               : NULL;
}

static cl_int time_of(cl_event event, cl_profiling_info what, cl_ulong *nanoseconds) {
    return clGetEventProfilingInfo(event, what, sizeof *nanoseconds, nanoseconds, NULL);
}

static enum weft_status add_event(const struct opencl_backend *cl, const struct pending *pending,
                                  struct weft_error *error) {
    cl_ulong start = 0, end = 0;
    cl_int code = pending->begin != NULL
                      ? time_of(pending->begin, CL_PROFILING_COMMAND_END, &start)
                      : time_of(pending->event, CL_PROFILING_COMMAND_START, &start);
    if (code == CL_SUCCESS) {
        code = time_of(pending->event, CL_PROFILING_COMMAND_END, &end);
    }
    if (code == CL_SUCCESS && end > start) {
        pending->entry->seconds += 1e-9 * (double)(end - start);
    }
    OPENCL_RELEASE(cl->device, Event, pending->event);
    OPENCL_RELEASE(cl->device, Event, pending->begin);
    return opencl_queue_check(cl, code, "clGetEventProfilingInfo", error);
}

enum weft_status opencl_profile_collect(struct backend *backend, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    struct opencl_profile *profile = cl->profile;
    enum weft_status status = opencl_lost_check(cl->device, error);
    if (status == WEFT_OK) {
        status = opencl_queue_check(cl, clFinish(cl->queue), "clFinish", error);
    }
    for (size_t i = 0; i < profile->count && !opencl_is_lost(cl->device); i++) {
        enum weft_status added = add_event(cl, &profile->pending[i], error);
        status = status == WEFT_OK ? added : status;
    }
    profile->count = 0;
    return status;
}

/* Adds the work of ${launch} for ${count} images to its entry. */
static struct profile_entry *add_work(struct opencl_backend *cl, const struct opencl_launch *launch,
                                      size_t count) {
    struct profile_entry *entry = entry_of(cl, launch);
    uint64_t flop = launch->kernel != NULL ? opencl_profile_flop(cl, launch, count) : 0, bytes = 0;
    if (launch->kernel == NULL) {
        bytes = bytes_of_common(cl, launch, count);
    }
    for (size_t p = 0; launch->kernel != NULL && p < launch->kernel->count; p++) {
        const struct opencl_call *call = &launch->kernel->calls[p];
        bytes += call->function->host != NULL ? bytes_of_matrices(cl, call, count) : 0;
        for (int a = 0; call->function->arguments[a] != ARG_END; a++) {
            bytes += bytes_of_argument(cl, launch, call, call->function->arguments[a], count);
        }
    }
    profile_add(entry, 0, flop, bytes);
    return entry;
}

/* Adds ${launch}, whose event is stored already, to the pending ones; ${begin} as in struct
 * pending. */
static enum weft_status add_pending(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    size_t count, bool again, cl_event begin,
                                    struct weft_error *error) {
    struct opencl_profile *profile = cl->profile;
    struct pending *pending = &profile->pending[profile->count++];
    pending->begin = begin;
    pending->entry = again ? entry_of(cl, launch) : add_work(cl, launch, count);
    return profile->count < MAX_PENDING ? WEFT_OK : opencl_profile_collect(&cl->base, error);
}

enum weft_status opencl_profile_add(struct opencl_backend *cl, const struct opencl_launch *launch,
                                    size_t count, bool again, struct weft_error *error) {
    if (opencl_update_has(cl, launch)) {
        count = cl->profile->images;
    }
    cl->profile->images = count;
    return add_pending(cl, launch, count, again, NULL, error);
}

static enum weft_status enqueue_marker(struct opencl_backend *cl, cl_event *event,
                                       struct weft_error *error) {
    return opencl_queue_check(cl, clEnqueueMarkerWithWaitList(cl->queue, 0, NULL, event),
                              "clEnqueueMarkerWithWaitList", error);
}

enum weft_status opencl_profile_host(struct opencl_backend *cl, const struct opencl_launch *launch,
                                     size_t count, struct weft_error *error) {
    const struct opencl_call *call = &launch->kernel->calls[0];
    cl_event begin, *end = opencl_profile_event(cl);
    enum weft_status status;
    if (end == NULL) {
        return call->function->host(cl, call->group, count, error);
    }
    TRY(enqueue_marker(cl, &begin, error));
    cl->profile->inside = true;
    status = call->function->host(cl, call->group, count, error);
    cl->profile->inside = false;
    TRY_OR(failed, status);
    TRY_OR(failed, enqueue_marker(cl, end, error));
    return add_pending(cl, launch, count, false, begin, error);
failed:
    OPENCL_RELEASE(cl->device, Event, begin);
    return status;
}

/* Replaces the queue by one that measures, until the device is closed. */
static enum weft_status replace_queue(struct opencl_backend *cl, struct weft_error *error) {
    cl_command_queue queue;
    cl_int code;
    TRY(opencl_lost_check(cl->device, error));
    TRY(opencl_queue_check(cl, clFinish(cl->queue), "clFinish", error));
    queue = clCreateCommandQueue(cl->context, cl->device, CL_QUEUE_PROFILING_ENABLE, &code);
    TRY(opencl_check(code, "clCreateCommandQueue: CL_QUEUE_PROFILING_ENABLE", error));
    clReleaseCommandQueue(cl->queue);
    cl->queue = queue;
    return WEFT_OK;
}

static void name_entries(struct opencl_backend *cl) {
    for (size_t i = 0; i < cl->launch_count; i++) {
        const struct opencl_launch *launch = &cl->launches[i];
        size_t first = SIZE_MAX, end = 0;
        for (size_t p = 0; p < launch->kernel->count; p++) {
            const struct opencl_group *group = &cl->groups.list[launch->kernel->calls[p].group];
            first = group->first < first ? group->first : first;
            end = group->end > end ? group->end : end;
        }
        profile_name(&cl->base.profile->entries[i], launch->name, cl->base.network, first, end);
    }
    for (size_t i = 0; i < COMMON_COUNT; i++) {
        if (cl->common[i].object != NULL) {
            profile_name(&cl->base.profile->entries[cl->launch_count + i], cl->common[i].name,
                         cl->base.network, 0, 0);
        }
    }
}

enum weft_status opencl_profile_start(struct backend *backend, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    if (cl->profile == NULL) {
        TRY(replace_queue(cl, error));
        cl->profile = calloc(1, sizeof *cl->profile);
        if (cl->profile == NULL) {
            return error_set(error, WEFT_NO_MEMORY, "no memory for a profile");
        }
    }
    TRY(profile_create(backend, cl->launch_count + COMMON_COUNT, error));
    name_entries(cl);
    return WEFT_OK;
}

/* memory.c: the device's buffers, allocated once for the largest batch. */
#include "backend/opencl/memory.h"
#include "backend/log.h"
#include "backend/opencl/debug/guard.h"
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/room.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <stdio.h>
#include <stdlib.h>

enum weft_status opencl_buffer(struct opencl_backend *cl, size_t bytes, const char *what,
                               cl_mem *buffer, struct weft_error *error) {
    cl_int code;
    TRY(opencl_lost_check(cl->device, error));
    bytes = (bytes + 63) / 64 * 64 + (bytes == 0 ? 64 : 0);
    TRY(opencl_room_for(cl, bytes, what, error));
    *buffer =
        clCreateBuffer(cl->context, CL_MEM_READ_WRITE, bytes + debug_guard_size(cl), NULL, &code);
    if (opencl_queue_check(cl, code, "clCreateBuffer", error) != WEFT_OK ||
        opencl_fill(cl, *buffer, 0, 0, bytes, error) != WEFT_OK) {
        opencl_room_hint(cl, error);
        return error_context(error, "memory of the device: %s", what);
    }
    cl->buffer_count++;
    cl->buffer_bytes += bytes;
    log_write(&cl->base.log, "opencl: buffer: %s, %zu bytes", what, bytes);
    return debug_guard_add(cl, *buffer, bytes, what, error);
}

/* Stores the bytes of ${buffer}, with its guard. */
static enum weft_status held_bytes(struct opencl_backend *cl, cl_mem buffer, size_t *held,
                                   struct weft_error *error) {
    return opencl_queue_check(cl, clGetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof *held, held, NULL),
                              "clGetMemObjectInfo", error);
}

void opencl_buffer_drop(struct opencl_backend *cl, cl_mem *buffer) {
    size_t held = 0;
    if (*buffer != NULL && !opencl_is_lost(cl->device) &&
        held_bytes(cl, *buffer, &held, NULL) == WEFT_OK) {
        cl->buffer_count--;
        cl->buffer_bytes -= held - debug_guard_size(cl);
    }
    OPENCL_RELEASE(cl->device, MemObject, *buffer);
    *buffer = NULL;
}

enum weft_status opencl_buffer_grow(struct opencl_backend *cl, size_t bytes, const char *what,
                                    cl_mem *buffer, struct weft_error *error) {
    size_t held = 0;
    if (*buffer != NULL) {
        TRY(held_bytes(cl, *buffer, &held, error));
        if (bytes + debug_guard_size(cl) <= held) {
            return WEFT_OK;
        }
        opencl_buffer_drop(cl, buffer);
    }
    return opencl_buffer(cl, bytes, what, buffer, error);
}

/* Returns the bytes of activation ${i}, in lanes. */
static size_t activation_bytes(const struct opencl_backend *cl, size_t i) {
    size_t size = shape_size(activation_shape(cl->base.network, i));
    return lanes_shards(cl->base.batch) * size * CPU_LANES * sizeof(cl_float);
}

/* Makes the value of activation ${i}, or its gradient. */
static enum weft_status make_tensor(struct opencl_backend *cl, size_t i, bool gradient,
                                    struct weft_error *error) {
    char name[ACTIVATION_NAME];
    activation_name(cl->base.network, (struct activation){i, gradient}, name);
    return opencl_buffer(cl, activation_bytes(cl, i), name,
                         gradient ? &cl->dvalues[i] : &cl->values[i], error);
}

/* Makes the value of activation ${i}, and for training its gradient. */
static enum weft_status make_activation(struct opencl_backend *cl, size_t i,
                                        struct weft_error *error) {
    TRY(make_tensor(cl, i, false, error));
    return cl->base.forward_only ? WEFT_OK : make_tensor(cl, i, true, error);
}

/* Makes the memory of a contribution that is added to a gradient. */
static enum weft_status make_contribution(struct opencl_backend *cl, struct weft_error *error) {
    size_t most = 0;
    for (size_t i = 0; i <= cl->base.network->layer_count; i++) {
        const size_t bytes = activation_bytes(cl, i);
        most = activation_readers(cl->base.network, i) > 1 && bytes > most ? bytes : most;
    }
    return most == 0 || cl->base.forward_only
               ? WEFT_OK
               : opencl_buffer(cl, most, "a contribution to a gradient", &cl->contribution, error);
}

/* Makes a group's output and its scratch. The output of a group that computes nothing is its input,
 * and so is the gradient, unless other layers contribute to that. */
static enum weft_status make_group(struct opencl_backend *cl, size_t index,
                                   struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.list[index];
    const struct network_layer *layer = &cl->base.network->layers[group->main];
    char name[LAYER_NAME_MAX + 16];
    if (group->layer->file == NULL) {
        const size_t input = cl->base.network->layers[group->first].inputs[0];
        cl->values[group->end] = cl->values[input];
        if (activation_readers(cl->base.network, input) == 1) {
            cl->dvalues[group->end] = cl->dvalues[input];
            return WEFT_OK;
        }
        return cl->base.forward_only ? WEFT_OK : make_tensor(cl, group->end, true, error);
    }
    TRY(make_activation(cl, group->end, error));
    snprintf(name, sizeof name, "scratch of %s", layer->name);
    return group->layer->scratch == NULL
               ? WEFT_OK
               : opencl_buffer(
                     cl,
                     group->layer->scratch(layer, cl->groups.mapping, lanes_shards(cl->base.batch)),
                     name, &cl->scratch[index], error);
}

static enum weft_status make_arrays(struct opencl_backend *cl, size_t shards,
                                    struct weft_error *error) {
    static const char *const names[ARRAY_COUNT] = {"parameters", "running statistics", "gradients",
                                                   "moments", "second moments"};
    size_t parameters = opencl_padded(cl->base.network->parameter_count);
    for (int array = 0; array < ARRAY_COUNT; array++) {
        size_t bytes = opencl_padded(array_count(cl->base.network, array)) * sizeof(cl_float);
        if (array <= ARRAY_BUFFERS || !cl->base.forward_only) {
            TRY(opencl_buffer(cl, bytes, names[array], &cl->arrays[array], error));
        }
    }
    return cl->base.forward_only ? WEFT_OK
                                 : opencl_buffer(cl, shards * parameters * sizeof(cl_float),
                                                 "sums of gradients", &cl->partials, error);
}

enum weft_status opencl_memory_init(struct opencl_backend *cl, struct weft_error *error) {
    size_t shards = lanes_shards(cl->base.batch), lanes = shards * CPU_LANES;
    size_t activations = cl->base.network->layer_count + 1;
    cl->values = calloc(activations, sizeof *cl->values);
    cl->dvalues = calloc(activations, sizeof *cl->dvalues);
    cl->scratch = calloc(activations, sizeof *cl->scratch);
    if (cl->values == NULL || cl->dvalues == NULL || cl->scratch == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    TRY(make_activation(cl, 0, error));
    for (size_t i = 0; i < cl->groups.count; i++) {
        TRY(make_group(cl, i, error));
    }
    TRY(make_contribution(cl, error));
    TRY(make_arrays(cl, shards, error));
    TRY(opencl_buffer(cl, lanes * sizeof(cl_float), "losses", &cl->losses, error));
    TRY(opencl_buffer(cl, lanes * sizeof(cl_int), "predictions", &cl->predictions, error));
    TRY(opencl_buffer(cl, pixel_channels(cl->base.network) * 256 * sizeof(cl_float), "pixels",
                      &cl->table, error));
    log_write(&cl->base.log, "opencl: memory: %zu buffers, %zu bytes, for batches of %zu",
              cl->buffer_count, cl->buffer_bytes, cl->base.batch);
    return opencl_pace_finish(cl, "clFinish", error);
}

static void release_all(cl_device_id device, const cl_mem *buffers, size_t count) {
    for (size_t i = 0; buffers != NULL && i < count; i++) {
        OPENCL_RELEASE(device, MemObject, buffers[i]);
    }
}

/* Releases the tensors of all activations, each once: that of a layer may be the one that it
 * reads. */
static void release_tensors(const struct opencl_backend *cl, cl_mem *tensors) {
    const struct network_layer *layers = cl->base.network->layers;
    for (size_t i = cl->base.network->layer_count + 1; tensors != NULL && i-- > 0;) {
        if (i > 0 && tensors[i] == tensors[layers[i - 1].inputs[0]]) {
            tensors[i] = NULL;
        }
        OPENCL_RELEASE(cl->device, MemObject, tensors[i]);
    }
}

void opencl_memory_finish(struct opencl_backend *cl) {
    const cl_mem rest[] = {cl->contribution, cl->partials, cl->shard_results, cl->losses,
                           cl->predictions,  cl->table,    cl->identity,      cl->order,
                           cl->results,      cl->adam};
    release_tensors(cl, cl->values);
    release_tensors(cl, cl->dvalues);
    release_all(cl->device, cl->scratch, cl->base.network->layer_count);
    release_all(cl->device, cl->arrays, ARRAY_COUNT);
    release_all(cl->device, rest, sizeof rest / sizeof rest[0]);
    free(cl->values);
    free(cl->dvalues);
    free(cl->scratch);
}

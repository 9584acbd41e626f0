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
#include "step_numbers.h"

#include <stdio.h>
#include <stdlib.h>

/* Adds to the failure of a buffer what it is for, and what the network needs. */
static enum weft_status name_room(const struct opencl_backend *cl, const char *what,
                                  struct weft_error *error) {
    opencl_room_hint(cl, error);
    return error_context(error, "memory of the device: %s", what);
}

enum weft_status opencl_buffer(struct opencl_backend *cl, size_t bytes, const char *what,
                               cl_mem *buffer, struct weft_error *error) {
    enum weft_status status;
    cl_int code;
    TRY(opencl_lost_check(cl->device, error));
    bytes = (bytes + 63) / 64 * 64 + (bytes == 0 ? 64 : 0);
    TRY(opencl_room_for(cl, bytes, what, error));
    *buffer =
        clCreateBuffer(cl->context, CL_MEM_READ_WRITE, bytes + debug_guard_size(cl), NULL, &code);
    TRY_OR(failed, opencl_queue_check(cl, code, "clCreateBuffer", error));
    TRY_OR(failed, opencl_fill(cl, *buffer, 0, 0, bytes, error));
    TRY_OR(failed, debug_guard_add(cl, *buffer, bytes, what, error));
    cl->buffer_count++;
    cl->buffer_bytes += bytes;
    log_write(&cl->base.log, "opencl: buffer: %s, %zu bytes", what, bytes);
    return WEFT_OK;
failed:
    OPENCL_RELEASE(cl->device, MemObject, *buffer);
    *buffer = NULL;
    return status == WEFT_INTERRUPTED ? status : name_room(cl, what, error);
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

/* Makes slot ${slot}, with the name of its largest tensor. */
static enum weft_status make_slot(struct opencl_backend *cl, size_t slot,
                                  struct weft_error *error) {
    const struct lifetimes *lifetimes = &cl->lifetimes;
    const size_t size = lifetimes->slots[slot];
    char name[LIFETIME_NAME];
    size_t tensor = 0;
    while (lifetimes->tensors[tensor].slot != slot || lifetimes->tensors[tensor].size != size) {
        tensor++;
    }
    lifetimes_name(cl->base.network, tensor, name);
    return opencl_buffer(cl, lanes_shards(cl->base.batch) * size * CPU_LANES * sizeof(cl_float),
                         name, &cl->slots[slot], error);
}

/* Returns the memory of ${tensor}; NULL: it does not exist. */
static cl_mem memory_of(const struct opencl_backend *cl, size_t tensor) {
    const size_t slot = lifetimes_slot(&cl->lifetimes, tensor);
    return slot != LIFETIME_NO_SLOT ? cl->slots[slot] : NULL;
}

/* Makes the memory of all tensors. */
static enum weft_status make_tensors(struct opencl_backend *cl, struct weft_error *error) {
    const struct lifetimes *lifetimes = &cl->lifetimes;
    cl->slots = calloc(lifetimes->slot_count, sizeof *cl->slots);
    cl->values = calloc(lifetimes->count, sizeof *cl->values);
    if (cl->slots == NULL || cl->values == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    cl->dvalues = cl->values + lifetimes->activations;
    for (size_t slot = 0; slot < lifetimes->slot_count; slot++) {
        TRY(make_slot(cl, slot, error));
    }
    for (size_t i = 0; i < lifetimes->count; i++) {
        cl->values[i] = memory_of(cl, i);
    }
    return WEFT_OK;
}

static void finish_tensors(struct opencl_backend *cl) {
    for (size_t slot = 0; cl->slots != NULL && slot < cl->lifetimes.slot_count; slot++) {
        OPENCL_RELEASE(cl->device, MemObject, cl->slots[slot]);
    }
    free(cl->slots);
    free(cl->values);
    lifetimes_finish(&cl->lifetimes);
}

/* Makes the scratch of a group. */
static enum weft_status make_scratch(struct opencl_backend *cl, size_t index,
                                     struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.list[index];
    const struct network_layer *layer = &cl->base.network->layers[group->main];
    const size_t shards = lanes_shards(cl->base.batch);
    char name[LAYER_NAME_MAX + 16];
    snprintf(name, sizeof name, "scratch of %s", layer->name);
    return group->layer->file == NULL || group->layer->scratch == NULL
               ? WEFT_OK
               : opencl_buffer(cl, group->layer->scratch(layer, cl->groups.mapping, shards), name,
                               &cl->scratch[index], error);
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
    if (cl->base.forward_only) {
        return WEFT_OK;
    }
    TRY(opencl_buffer(cl, (CLIP_BLOCKS(parameters / CPU_LANES) + 1) * CPU_LANES * sizeof(cl_float),
                      "sums of squares", &cl->squares, error));
    return opencl_buffer(cl, shards * parameters * sizeof(cl_float), "sums of gradients",
                         &cl->partials, error);
}

enum weft_status opencl_memory_init(struct opencl_backend *cl, struct weft_error *error) {
    size_t shards = lanes_shards(cl->base.batch), lanes = shards * CPU_LANES;
    cl->scratch = calloc(cl->groups.count, sizeof *cl->scratch);
    if (cl->scratch == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    TRY(make_tensors(cl, error));
    for (size_t i = 0; i < cl->groups.count; i++) {
        TRY(make_scratch(cl, i, error));
    }
    TRY(make_arrays(cl, shards, error));
    TRY(opencl_buffer(cl, lanes * sizeof(cl_float), "losses", &cl->losses, error));
    TRY(opencl_buffer(cl, lanes * sizeof(cl_int), "predictions", &cl->predictions, error));
    TRY(opencl_buffer(cl, network_pixel_channels(cl->base.network) * 256 * sizeof(cl_float),
                      "pixels", &cl->table, error));
    log_write(&cl->base.log, "opencl: memory: %zu buffers, %zu bytes, for batches of %zu",
              cl->buffer_count, cl->buffer_bytes, cl->base.batch);
    return opencl_pace_finish(cl, "clFinish", error);
}

static void release_all(cl_device_id device, const cl_mem *buffers, size_t count) {
    for (size_t i = 0; buffers != NULL && i < count; i++) {
        OPENCL_RELEASE(device, MemObject, buffers[i]);
    }
}

void opencl_memory_finish(struct opencl_backend *cl) {
    const cl_mem rest[] = {cl->partials,    cl->squares, cl->shard_results, cl->losses,
                           cl->predictions, cl->table,   cl->identity,      cl->order,
                           cl->results,     cl->numbers, cl->targets,       cl->changes};
    finish_tensors(cl);
    release_all(cl->device, cl->scratch, cl->groups.count);
    release_all(cl->device, cl->arrays, ARRAY_COUNT);
    release_all(cl->device, rest, sizeof rest / sizeof rest[0]);
    free(cl->scratch);
}

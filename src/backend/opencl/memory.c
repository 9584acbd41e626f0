/* memory.c: the device's buffers, allocated once for the largest batch. */
#include "backend/opencl/memory.h"
#include "backend/log.h"
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/opencl.h"

#include <stdio.h>
#include <stdlib.h>

size_t opencl_array_count(const struct opencl_backend *cl, enum weft_array array) {
    return array == WEFT_ARRAY_BUFFERS ? cl->base.network->buffer_count
                                       : cl->base.network->parameter_count;
}

size_t opencl_padded(size_t floats) {
    return lanes_shards(floats > 0 ? floats : 1) * CPU_LANES;
}

enum weft_status opencl_buffer(struct opencl_backend *cl, size_t bytes, const char *what,
                               cl_mem *buffer, struct weft_error *error) {
    cl_int code;
    cl_uint zero = 0;
    bytes = (bytes + 63) / 64 * 64 + (bytes == 0 ? 64 : 0);
    *buffer =
        clCreateBuffer(cl->context, CL_MEM_READ_WRITE, bytes + debug_guard_size(cl), NULL, &code);
    if (code == CL_SUCCESS) {
        code = clEnqueueFillBuffer(cl->queue, *buffer, &zero, sizeof zero, 0, bytes, 0, NULL, NULL);
    }
    if (code != CL_SUCCESS) {
        opencl_check(code, what, error);
        weft_error_hint(error, "%zu bytes for %s at batch %zu; a smaller --batch needs less", bytes,
                        what, cl->base.batch);
        return weft_error_context(error, "memory of the device");
    }
    cl->buffer_count++;
    cl->buffer_bytes += bytes;
    log_write(&cl->base.log, "opencl: buffer: %s, %zu bytes", what, bytes);
    return debug_guard_add(cl, *buffer, bytes, what, error);
}

enum weft_status opencl_buffer_grow(struct opencl_backend *cl, size_t count, size_t size,
                                    const char *what, cl_mem *buffer, size_t *room,
                                    struct weft_error *error) {
    if (count <= *room) {
        return WEFT_OK;
    }
    if (*buffer != NULL) {
        clReleaseMemObject(*buffer);
        *buffer = NULL;
    }
    *room = 0;
    if (opencl_buffer(cl, count * size, what, buffer, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    *room = count;
    return WEFT_OK;
}

enum weft_status opencl_write(struct opencl_backend *cl, cl_mem buffer, const void *from,
                              size_t bytes, struct weft_error *error) {
    cl_int code = bytes == 0 ? CL_SUCCESS
                             : clEnqueueWriteBuffer(cl->queue, buffer, CL_TRUE, 0, bytes, from, 0,
                                                    NULL, NULL);
    return opencl_check(code, "clEnqueueWriteBuffer", error);
}

enum weft_status opencl_read(struct opencl_backend *cl, cl_mem buffer, void *to, size_t bytes,
                             struct weft_error *error) {
    cl_int code =
        bytes == 0 ? CL_SUCCESS
                   : clEnqueueReadBuffer(cl->queue, buffer, CL_TRUE, 0, bytes, to, 0, NULL, NULL);
    return opencl_check(code, "clEnqueueReadBuffer", error);
}

/* The tensors of place ${i}, in lanes: its value, and its gradient unless there is no training. */
static enum weft_status make_place(struct opencl_backend *cl, size_t i, struct weft_error *error) {
    size_t size = weft_shape_size(activation_shape(cl->base.network, i));
    size_t bytes = lanes_shards(cl->base.batch) * size * CPU_LANES * sizeof(cl_float);
    char name[WEFT_NAME_MAX + 16], gradient[WEFT_NAME_MAX + 32];
    snprintf(name, sizeof name, "%s%s", i == 0 ? "input" : cl->base.network->layers[i - 1].name,
             i == 0 ? "" : ".output");
    snprintf(gradient, sizeof gradient, "%s.grad", name);
    if (opencl_buffer(cl, bytes, name, &cl->values[i], error) != WEFT_OK ||
        (!cl->base.forward_only &&
         opencl_buffer(cl, bytes, gradient, &cl->dvalues[i], error) != WEFT_OK)) {
        return WEFT_BAD_DEVICE;
    }
    return WEFT_OK;
}

/* A group's output, what it keeps inside, and its scratch. One that computes nothing gives its input on. */
static enum weft_status make_group(struct opencl_backend *cl, size_t index,
                                   struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.list[index];
    const struct weft_layer *layer = &cl->base.network->layers[group->main];
    char name[WEFT_NAME_MAX + 16];
    if (group->layer->file == NULL) {
        cl->values[group->end] = cl->values[group->first];
        cl->dvalues[group->end] = cl->dvalues[group->first];
        return WEFT_OK;
    }
    if (make_place(cl, group->end, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    snprintf(name, sizeof name, "scratch of %s", layer->name);
    if (group->layer->scratch != NULL &&
        opencl_buffer(cl, group->layer->scratch(layer, lanes_shards(cl->base.batch)), name,
                      &cl->scratch[index], error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return WEFT_OK;
}

static enum weft_status make_arrays(struct opencl_backend *cl, size_t shards,
                                    struct weft_error *error) {
    static const char *const names[WEFT_ARRAY_COUNT] = {"parameters", "running statistics",
                                                        "gradients", "moments", "second moments"};
    for (int array = 0; array < WEFT_ARRAY_COUNT; array++) {
        size_t bytes = opencl_padded(opencl_array_count(cl, array)) * sizeof(cl_float);
        if ((array <= WEFT_ARRAY_BUFFERS || !cl->base.forward_only) &&
            opencl_buffer(cl, bytes, names[array], &cl->arrays[array], error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    if (!cl->base.forward_only &&
        opencl_buffer(cl,
                      shards * opencl_padded(cl->base.network->parameter_count) * sizeof(cl_float),
                      "sums of gradients", &cl->partials, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return WEFT_OK;
}

/* What belongs to no layer: sums of losses, predictions, the meaning of pixels. */
static enum weft_status make_rest(struct opencl_backend *cl, size_t shards,
                                  struct weft_error *error) {
    size_t lanes = shards * CPU_LANES;
    if (opencl_buffer(cl, lanes * sizeof(cl_float), "losses", &cl->losses, error) != WEFT_OK ||
        opencl_buffer(cl, lanes * sizeof(cl_int), "predictions", &cl->predictions, error) !=
            WEFT_OK ||
        opencl_buffer(cl, 256 * sizeof(cl_float), "pixels", &cl->table, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return WEFT_OK;
}

enum weft_status opencl_memory_init(struct opencl_backend *cl, struct weft_error *error) {
    const struct weft_network *network = cl->base.network;
    size_t shards = lanes_shards(cl->base.batch), places = network->layer_count + 1;
    cl->values = calloc(places, sizeof *cl->values);
    cl->dvalues = calloc(places, sizeof *cl->dvalues);
    cl->scratch = calloc(places, sizeof *cl->scratch);
    if (cl->values == NULL || cl->dvalues == NULL || cl->scratch == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    if (make_place(cl, 0, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    for (size_t i = 0; i < cl->groups.count; i++) {
        if (make_group(cl, i, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    if (make_arrays(cl, shards, error) != WEFT_OK || make_rest(cl, shards, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    log_write(&cl->base.log, "opencl: memory: %zu buffers, %zu bytes, for batches of %zu",
              cl->buffer_count, cl->buffer_bytes, cl->base.batch);
    return opencl_check(clFinish(cl->queue), "clFinish", error);
}

static void release(cl_mem buffer) {
    if (buffer != NULL) {
        clReleaseMemObject(buffer);
    }
}

/* Places that share a buffer follow each other. */
static void release_places(cl_mem *places, size_t count) {
    for (size_t i = 0; places != NULL && i < count; i++) {
        if (i == 0 || places[i] != places[i - 1]) {
            release(places[i]);
        }
    }
    free(places);
}

void opencl_memory_finish(struct opencl_backend *cl) {
    const cl_mem rest[] = {cl->partials, cl->shard_results, cl->losses, cl->predictions,
                           cl->table,    cl->identity,      cl->order,  cl->results};
    size_t layers = cl->base.network->layer_count;
    release_places(cl->values, layers + 1);
    release_places(cl->dvalues, layers + 1);
    for (size_t i = 0; cl->scratch != NULL && i < layers; i++) {
        release(cl->scratch[i]);
    }
    free(cl->scratch);
    for (int array = 0; array < WEFT_ARRAY_COUNT; array++) {
        release(cl->arrays[array]);
    }
    for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
        release(cl->pixels[split]);
        release(cl->labels[split]);
    }
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++) {
        release(rest[i]);
    }
}

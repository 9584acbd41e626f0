/* opencl.c: the OpenCL backend's entries of struct weft_backend_ops. */
#include "backend/opencl/fast.h"

#include "numerics.h"

#include <stdlib.h>
#include <string.h>

static struct opencl_backend *cl_of(struct weft_backend *backend) {
    return (struct opencl_backend *)backend;
}

static void close_opencl(struct weft_backend *backend) {
    struct opencl_backend *cl = cl_of(backend);
    if (cl->queue != NULL) {
        clFinish(cl->queue);
    }
    if (cl->program != NULL && cl->base.last_count > 0) {
        opencl_cache_save(cl);
    }
    opencl_plan_finish(cl);
    if (opencl_engine != NULL) {
        opencl_engine->finish(cl);
    }
    opencl_memory_finish(cl);
    opencl_profile_finish(cl);
    if (cl->program != NULL) {
        clReleaseProgram(cl->program);
    }
    if (cl->queue != NULL) {
        clReleaseCommandQueue(cl->queue);
    }
    if (cl->context != NULL) {
        clReleaseContext(cl->context);
    }
    free(cl->groups.groups);
    free(cl);
}

/* Replaces ${buffer} by one with the ${size} bytes at ${from}. */
static enum weft_status replace(struct opencl_backend *cl, cl_mem *buffer, const void *from,
                                size_t size, struct weft_error *error) {
    size_t room = 0;
    enum weft_status status = opencl_buffer_grow(cl, size, 1, "images", buffer, &room, error);
    return status == WEFT_OK ? opencl_write(cl, *buffer, from, size, error) : status;
}

/* Makes the order 0, 1, 2 ... of at least ${count} images. */
static enum weft_status make_identity(struct opencl_backend *cl, size_t count,
                                      struct weft_error *error) {
    enum weft_status status;
    cl_uint *order;
    if (count <= cl->identity_count) {
        return WEFT_OK;
    }
    order = malloc(count * sizeof *order);
    if (order == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    for (size_t i = 0; i < count; i++) {
        order[i] = (cl_uint)i;
    }
    status = opencl_buffer_grow(cl, count, sizeof *order, "an order", &cl->identity,
                                &cl->identity_count, error);
    if (status == WEFT_OK) {
        status = opencl_write(cl, cl->identity, order, count * sizeof *order, error);
    }
    free(order);
    return status;
}

static enum weft_status set_images(struct weft_backend *backend, enum weft_split split,
                                   const struct weft_images *images, struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    enum weft_status status = replace(cl, &cl->pixels[split], images->pixels,
                                      images->count * images->height * images->width, error);
    if (status == WEFT_OK) {
        status = replace(cl, &cl->labels[split], images->labels, images->count, error);
    }
    return status == WEFT_OK ? make_identity(cl, images->count, error) : status;
}

static enum weft_status set_pixels(struct weft_backend *backend, const float values[256],
                                   struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    float table[256];
    for (size_t i = 0; i < 256; i++) {
        table[i] = weft_clean(values[i]);
    }
    return opencl_write(cl, cl->table, table, sizeof table, error);
}

static enum weft_status write_array(struct weft_backend *backend, enum weft_array array,
                                    const float *values, struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    size_t count = opencl_array_count(cl, array);
    float *clean = malloc((count + 1) * sizeof *clean);
    enum weft_status status;
    if (clean == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    for (size_t i = 0; i < count; i++) {
        clean[i] =
            array == WEFT_SECOND_MOMENTS ? weft_clean_squared(values[i]) : weft_clean(values[i]);
    }
    status = opencl_write(cl, cl->arrays[array], clean, count * sizeof *clean, error);
    cl->steps_made = array == WEFT_PARAMETERS ? 0 : cl->steps_made;
    free(clean);
    return status;
}

static enum weft_status read_array(struct weft_backend *backend, enum weft_array array,
                                   float *values, struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    return opencl_read(cl, cl->arrays[array], values,
                       opencl_array_count(cl, array) * sizeof *values, error);
}

/* Sets arguments one after the other, then enqueues. */
struct setting {
    int index;
    size_t size;
    const void *value;
};

static enum weft_status launch(struct opencl_backend *cl, enum opencl_common which, size_t count,
                               const struct setting *settings, size_t setting_count,
                               struct weft_error *error) {
    for (size_t i = 0; i < setting_count; i++) {
        enum weft_status status = opencl_argument_set(&cl->common[which], settings[i].index,
                                                      settings[i].size, settings[i].value, error);
        if (status != WEFT_OK) {
            return status;
        }
    }
    return opencl_launch_run(cl, &cl->common[which], count, error);
}

#define LAUNCH(cl, which, count, settings, error)                                                  \
    launch(cl, which, count, settings, sizeof(settings) / sizeof(settings)[0], error)

static enum weft_status gather(struct opencl_backend *cl, enum weft_split split, cl_mem order,
                               size_t first, size_t count, struct weft_error *error) {
    cl_int begin = (cl_int)first, images = (cl_int)count;
    const struct setting settings[] = {
        {0, sizeof(cl_mem), &cl->pixels[split]},
        {1, sizeof(cl_mem), &order},
        {4, sizeof begin, &begin},
        {5, sizeof images, &images},
    };
    return LAUNCH(cl, COMMON_GATHER, count, settings, error);
}

static enum weft_status loss_train(struct opencl_backend *cl, size_t step, size_t first,
                                   size_t count, struct weft_error *error) {
    cl_int begin = (cl_int)first, images = (cl_int)count, number = (cl_int)step;
    const struct setting loss[] = {
        {1, sizeof(cl_mem), &cl->labels[WEFT_TRAIN]},
        {2, sizeof(cl_mem), &cl->order},
        {6, sizeof begin, &begin},
        {7, sizeof images, &images},
    };
    const struct setting join[] = {
        {2, sizeof(cl_mem), &cl->results},
        {3, sizeof images, &images},
        {4, sizeof number, &number},
    };
    enum weft_status status = LAUNCH(cl, COMMON_LOSS_TRAIN, count, loss, error);
    return status == WEFT_OK ? LAUNCH(cl, COMMON_LOSS_JOIN, count, join, error) : status;
}

/* The range of adam's kernels is one shard: their items are vectors of the flat arrays. */
static enum weft_status adam_step(struct opencl_backend *cl, size_t count,
                                  const struct weft_adam *step, struct weft_error *error) {
    cl_int images = (cl_int)count;
    float scale = weft_div(1.0f, (float)count);
    const struct setting settings[] = {
        {5, sizeof scale, &scale},
        {6, sizeof images, &images},
        {7, sizeof(float), &step->beta1},
        {8, sizeof(float), &step->beta2},
        {9, sizeof(float), &step->complement1},
        {10, sizeof(float), &step->complement2},
        {11, sizeof(float), &step->eps},
        {12, sizeof(float), &step->step_size},
        {13, sizeof(float), &step->root_correction},
    };
    return LAUNCH(cl, COMMON_ADAM_STEP, 1, settings, error);
}

static enum weft_status train_step(struct opencl_backend *cl, const struct weft_steps *steps,
                                   size_t step, struct weft_error *error) {
    size_t first = step * steps->batch, left = steps->images - first;
    size_t count = left < steps->batch ? left : steps->batch;
    enum weft_status status = gather(cl, WEFT_TRAIN, cl->order, first, count, error);
    if (status == WEFT_OK) {
        status = opencl_forward(cl, count, WEFT_BATCH, true, error);
    }
    if (status == WEFT_OK) {
        status = loss_train(cl, step, first, count, error);
    }
    if (status == WEFT_OK) {
        status = opencl_backward(cl, count, WEFT_BATCH, false, error);
    }
    return status == WEFT_OK ? adam_step(cl, count, &steps->adam[step], error) : status;
}

static enum weft_status train(struct weft_backend *backend, const struct weft_steps *steps,
                              struct weft_step_result *results, struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    enum weft_status status = opencl_buffer_grow(cl, steps->images, sizeof(cl_uint), "an order",
                                                 &cl->order, &cl->order_count, error);
    if (status == WEFT_OK) {
        status = opencl_buffer_grow(cl, steps->steps, sizeof *results, "results", &cl->results,
                                    &cl->result_count, error);
    }
    if (status == WEFT_OK) {
        status = opencl_write(cl, cl->order, steps->order, steps->images * sizeof(cl_uint), error);
    }
    for (size_t step = 0; status == WEFT_OK && step < steps->steps; step++) {
        status = train_step(cl, steps, step, error);
        if (status == WEFT_OK && step % 8 == 7) {
            status = opencl_check(clFlush(cl->queue), "clFlush", error);
        }
    }
    /* struct weft_step_result is what the kernel writes: a float and a uint */
    return status == WEFT_OK
               ? opencl_read(cl, cl->results, results, steps->steps * sizeof *results, error)
               : status;
}

_Static_assert(sizeof(struct weft_step_result) == 8, "cross_entropy_join writes two words a step");

/* Reads the logits and brings them into the natural order. */
static enum weft_status read_place(struct opencl_backend *cl, cl_mem buffer, size_t index,
                                   float *values, struct weft_error *error) {
    size_t size = weft_shape_size(weft_place_shape(cl->base.network, index));
    size_t bytes = weft_shards(cl->base.last_count) * size * WEFT_LANES * sizeof(float);
    float *lanes = malloc(bytes);
    enum weft_status status;
    if (lanes == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory for a tensor");
    }
    status = opencl_read(cl, buffer, lanes, bytes, error);
    if (status == WEFT_OK) {
        weft_lanes_unpack(lanes, cl->base.last_count, size, values);
    }
    free(lanes);
    return status;
}

static enum weft_status evaluate(struct weft_backend *backend, const struct weft_pass *pass,
                                 struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    size_t last = backend->network->layer_count;
    cl_int first = (cl_int)pass->first, images = (cl_int)pass->count;
    const struct setting loss[] = {
        {1, sizeof(cl_mem), &cl->labels[pass->split]},
        {2, sizeof(cl_mem), &cl->identity},
        {5, sizeof first, &first},
        {6, sizeof images, &images},
    };
    enum weft_status status =
        gather(cl, pass->split, cl->identity, pass->first, pass->count, error);
    if (status == WEFT_OK) {
        status = opencl_forward(cl, pass->count, pass->statistics, false, error);
    }
    if (status == WEFT_OK) {
        status = LAUNCH(cl, COMMON_LOSS_EVALUATE, pass->count, loss, error);
    }
    if (status == WEFT_OK && pass->losses != NULL) {
        status = opencl_read(cl, cl->losses, pass->losses, pass->count * sizeof(float), error);
    }
    if (status == WEFT_OK && pass->predictions != NULL) {
        status = opencl_read(cl, cl->predictions, pass->predictions, pass->count * sizeof(cl_uint),
                             error);
    }
    if (status == WEFT_OK && pass->logits != NULL) {
        status = read_place(cl, cl->values[last], last, pass->logits, error);
    }
    return status;
}

/* Packs what a caller gave into lanes, cleaned as everything that is stored. */
static enum weft_status write_place(struct opencl_backend *cl, cl_mem buffer, size_t index,
                                    const float *values, struct weft_error *error) {
    size_t size = weft_shape_size(weft_place_shape(cl->base.network, index));
    size_t count = weft_shards(cl->base.last_count) * size * WEFT_LANES;
    float *lanes = malloc(count * sizeof *lanes);
    enum weft_status status;
    if (lanes == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory for a tensor");
    }
    weft_lanes_pack(values, cl->base.last_count, size, lanes);
    for (size_t i = 0; i < count; i++) {
        lanes[i] = weft_clean(lanes[i]);
    }
    status = opencl_write(cl, buffer, lanes, count * sizeof *lanes, error);
    free(lanes);
    return status;
}

static enum weft_status propagate(struct weft_backend *backend, const struct weft_probe *probe,
                                  struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    size_t last = backend->network->layer_count;
    cl_int images = (cl_int)probe->count;
    float scale = 1.0f;
    const struct setting join[] = {{2, sizeof scale, &scale}, {3, sizeof images, &images}};
    enum weft_status status = write_place(cl, cl->values[0], 0, probe->inputs, error);
    if (status == WEFT_OK) {
        status = opencl_forward(cl, probe->count, probe->statistics,
                                probe->statistics == WEFT_BATCH, error);
    }
    if (status == WEFT_OK && probe->doutputs != NULL) {
        status = write_place(cl, cl->dvalues[last], last, probe->doutputs, error);
        if (status == WEFT_OK) {
            status = opencl_backward(cl, probe->count, probe->statistics, true, error);
        }
        if (status == WEFT_OK) {
            status = LAUNCH(cl, COMMON_ADAM_JOIN, 1, join, error);
        }
    }
    return status == WEFT_OK ? opencl_check(clFinish(cl->queue), "clFinish", error) : status;
}

static enum weft_status tensor(struct weft_backend *backend, struct weft_place place, float *values,
                               struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    cl_mem buffer = place.gradient ? cl->dvalues[place.index] : cl->values[place.index];
    if (buffer == NULL) {
        return weft_fail(error, WEFT_USAGE,
                         "tensor: not kept, its layer is fused with the next; --no-fuse keeps it");
    }
    return read_place(cl, buffer, place.index, values, error);
}

static const struct weft_backend_ops opencl_ops = {
    .close = close_opencl,
    .set_images = set_images,
    .set_pixels = set_pixels,
    .write = write_array,
    .read = read_array,
    .train = train,
    .evaluate = evaluate,
    .propagate = propagate,
    .tensor = tensor,
    .profile_start = opencl_profile_start,
    .profile_collect = opencl_profile_collect,
    .peak = opencl_peak,
};

/* Which layers are run by which rows. CLBlast's row takes a layer at a time, and without the relu before it. */
static enum weft_status make_groups(struct opencl_backend *cl,
                                    const struct weft_backend_options *options,
                                    struct weft_error *error) {
    bool fast = options->math == WEFT_MATH_FAST;
    enum weft_status status =
        opencl_groups_make(cl->base.network, options->no_fuse || fast, &cl->groups, error);
    for (size_t i = 0; status == WEFT_OK && fast && i < cl->groups.count; i++) {
        struct opencl_group *group = &cl->groups.groups[i];
        enum weft_kind kind = cl->base.network->layers[group->main].kind;
        if (kind == WEFT_CONV2D || kind == WEFT_LINEAR) {
            group->row = opencl_engine->row;
        }
    }
    return status;
}

static enum weft_status open_device(struct opencl_backend *cl,
                                    const struct weft_backend_options *options,
                                    struct weft_error *error) {
    cl_int code;
    enum weft_status status;
    cl->context = clCreateContext(NULL, 1, &cl->device, NULL, NULL, &code);
    if ((status = opencl_check(code, "clCreateContext", error)) != WEFT_OK) {
        return status;
    }
    cl->queue = clCreateCommandQueue(cl->context, cl->device, 0, &code);
    if ((status = opencl_check(code, "clCreateCommandQueue", error)) != WEFT_OK) {
        return status;
    }
    if ((status = make_groups(cl, options, error)) != WEFT_OK ||
        (status = opencl_program_build(cl, options, error)) != WEFT_OK ||
        (status = opencl_probe(cl, error)) != WEFT_OK ||
        (status = opencl_memory_init(cl, error)) != WEFT_OK ||
        (status = opencl_plan_init(cl, error)) != WEFT_OK) {
        return status;
    }
    return options->math == WEFT_MATH_FAST ? opencl_engine->init(cl, error) : WEFT_OK;
}

enum weft_status weft_opencl_open(const struct weft_backend_request *request, unsigned index,
                                  struct weft_backend **backend, struct weft_error *error) {
    struct opencl_backend *cl;
    enum weft_status status;
    if (request->options->math == WEFT_MATH_FAST && opencl_engine == NULL) {
        return weft_fail(error, WEFT_USAGE, "--math fast: this weft was built without CLBlast");
    }
    cl = calloc(1, sizeof *cl);
    if (cl == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    cl->base.ops = &opencl_ops;
    cl->base.network = request->network;
    cl->base.batch = request->options->batch;
    cl->base.forward_only = request->options->forward_only;
    cl->mapping = request->options->mapping;
    cl->trial = request->options->trial;
    status = opencl_device_find(index, &cl->device, &cl->base.device, error);
    if (status == WEFT_OK) {
        if (cl->mapping == WEFT_MAPPING_AUTO) {
            cl->mapping = opencl_best_mapping(cl->device, &cl->base.device);
        }
        status = open_device(cl, request->options, error);
    }
    if (status != WEFT_OK) {
        weft_error_context(error, "%s", cl->base.device.name);
        close_opencl(&cl->base);
        return status;
    }
    *backend = &cl->base;
    return WEFT_OK;
}

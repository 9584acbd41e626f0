/* steps.c: training steps, evaluation and propagation: the launches of whole batches, and what is read back. */
#include "backend/opencl/plan.h"
#include "numerics.h"

#include <stdlib.h>

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

enum weft_status opencl_train_enqueue(struct opencl_backend *cl, const struct weft_steps *steps,
                                      struct weft_error *error) {
    enum weft_status status = opencl_buffer_grow(cl, steps->images, sizeof(cl_uint), "an order",
                                                 &cl->order, &cl->order_count, error);
    if (status == WEFT_OK) {
        status = opencl_buffer_grow(cl, steps->steps, sizeof(struct weft_step_result), "results",
                                    &cl->results, &cl->result_count, error);
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
    return status;
}

enum weft_status opencl_train(struct weft_backend *backend, const struct weft_steps *steps,
                              struct weft_step_result *results, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    enum weft_status status = opencl_train_enqueue(cl, steps, error);
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

enum weft_status opencl_evaluate(struct weft_backend *backend, const struct weft_pass *pass,
                                 struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
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

enum weft_status opencl_propagate(struct weft_backend *backend, const struct weft_probe *probe,
                                  struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
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

enum weft_status opencl_tensor(struct weft_backend *backend, struct weft_place place, float *values,
                               struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    cl_mem buffer = place.gradient ? cl->dvalues[place.index] : cl->values[place.index];
    if (buffer == NULL) {
        return weft_fail(error, WEFT_USAGE,
                         "tensor: not kept, its layer is fused with the next; --no-fuse keeps it");
    }
    return read_place(cl, buffer, place.index, values, error);
}

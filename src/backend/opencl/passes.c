/* passes.c: what training and evaluation share, and their parts for the caller's own values. */
#include "backend/opencl/passes.h"
#include "backend/opencl/launch.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/transfer.h"
#include "backend/opencl/update.h"
#include "base/try.h"

#include <stdlib.h>

const cl_mem *opencl_images_changes(const struct opencl_backend *cl,
                                    const struct opencl_images *images) {
    return images->changed ? &cl->changes : images->order;
}

void opencl_images_sides(const struct opencl_backend *cl, const struct opencl_images *images,
                         cl_int sides[2]) {
    const struct backend_set *set = &cl->base.sets[images->set];
    sides[0] = images->changed ? (cl_int)set->height : 0;
    sides[1] = images->changed ? (cl_int)set->width : 0;
}

enum weft_status opencl_gather(struct opencl_backend *cl, const struct opencl_images *images,
                               size_t count, struct weft_error *error) {
    cl_int first = (cl_int)images->first, present = (cl_int)count, sides[2];
    const struct backend_set *from = &cl->base.sets[images->set];
    const cl_mem *changes = opencl_images_changes(cl, images);
    opencl_images_sides(cl, images, sides);
    return LAUNCH(cl, &cl->common[COMMON_GATHER], count, error, ARG(from->device_pixels),
                  ARG(*images->order), ARG(*changes), ARG(cl->table), ARG(cl->values[0]),
                  ARG(first), ARG(present), ARG(sides[0]), ARG(sides[1]));
}

_Static_assert(sizeof(struct image_change) == 8 * sizeof(cl_short), "gather reads short8");

enum weft_status opencl_changes_write(struct opencl_backend *cl, const struct image_change *changes,
                                      size_t count, struct weft_error *error) {
    const size_t bytes = count * sizeof *changes;
    if (changes == NULL) {
        return WEFT_OK;
    }
    TRY(opencl_buffer_grow(cl, bytes, "changes of images", &cl->changes, error));
    return opencl_write(cl, cl->changes, changes, bytes, error);
}

enum weft_status opencl_activation_read(struct opencl_backend *cl, cl_mem buffer, size_t index,
                                        size_t count, float *values, struct weft_error *error) {
    size_t size = shape_size(activation_shape(cl->base.network, index));
    size_t bytes = lanes_shards(count) * size * CPU_LANES * sizeof(float);
    float *lanes = malloc(bytes);
    enum weft_status status;
    if (lanes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for a tensor");
    }
    TRY_OR(done, opencl_read(cl, buffer, lanes, bytes, error));
    lanes_unpack(lanes, count, size, values);
done:
    free(lanes);
    return status;
}

/* Writes ${values}, in the order of the images, to activation ${index}. */
static enum weft_status write_activation(struct opencl_backend *cl, cl_mem buffer, size_t index,
                                         const float *values, struct weft_error *error) {
    size_t size = shape_size(activation_shape(cl->base.network, index));
    size_t count = lanes_shards(cl->base.last_count) * size * CPU_LANES;
    float *lanes = malloc(count * sizeof *lanes);
    enum weft_status status;
    if (lanes == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for a tensor");
    }
    lanes_pack(values, cl->base.last_count, size, lanes);
    status = opencl_write(cl, buffer, lanes, count * sizeof *lanes, error);
    free(lanes);
    return status;
}

/* Returns the values of a pass over the images of the last forward call. */
static struct opencl_pass_values values_of(const struct backend *backend) {
    return (struct opencl_pass_values){
        .count = backend->forward_count,
        .statistics = backend->forward_statistics,
        .update = STATISTICS_MIX,
        .to_input = true,
    };
}

enum weft_status opencl_forward(struct backend *backend, const float *inputs,
                                struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    const struct opencl_pass_values values = values_of(backend);
    opencl_pace_begin(cl, values.count, false);
    TRY(write_activation(cl, cl->values[0], 0, inputs, error));
    TRY(opencl_enqueue_pass(cl, PASS_FORWARD, cl->groups.count, &values, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

enum weft_status opencl_backward(struct backend *backend, const float *doutputs,
                                 struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    const struct opencl_pass_values values = values_of(backend);
    const size_t last = backend->network->layer_count;
    opencl_pace_begin(cl, values.count, true);
    TRY(write_activation(cl, cl->dvalues[last], last, doutputs, error));
    TRY(opencl_enqueue_pass(cl, PASS_BACKWARD, cl->groups.count, &values, error));
    TRY(opencl_update_join(cl, values.count, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

enum weft_status opencl_update(struct backend *backend, const struct update *update,
                               struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    const size_t count = backend->gradient_count;
    const struct training_steps steps = {
        .steps = 1, .batch = count, .images = count, .updates = update};
    opencl_pace_begin(cl, count, true);
    TRY(opencl_update_write(cl, &steps, error));
    TRY(opencl_update_enqueue(cl, update, 0, count, error));
    return opencl_pace_finish(cl, "clFinish", error);
}

enum weft_status opencl_tensor(struct backend *backend, struct activation activation, size_t count,
                               float *values, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    cl_mem buffer = (activation.gradient ? cl->dvalues : cl->values)[activation.index];
    /* The input, the output and their gradients are kept to the end of a pass. */
    const bool at_end = activation.index == 0 || activation.index == backend->network->layer_count;
    if (buffer == NULL) {
        return error_set(error, WEFT_USAGE,
                         "tensor: not kept, its layer is fused with the next; no_fuse keeps it");
    }
    if (!cl->keeps_tensors && !at_end) {
        return error_set(error, WEFT_USAGE,
                         "tensor: not kept, another tensor may have its memory; no_fuse keeps it");
    }
    return opencl_activation_read(cl, buffer, activation.index, count, values, error);
}

/* opencl.c: opening and closing an OpenCL device, and what it stores: images and arrays. */
#include "backend/opencl/api.h"
#include "backend/opencl/cache.h"
#include "backend/opencl/clblast/engine.h"
#include "backend/opencl/debug/guard.h"
#include "backend/opencl/devices.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/evaluation.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/opening.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/portions.h"
#include "backend/opencl/profile.h"
#include "backend/opencl/state.h"
#include "backend/opencl/steps.h"
#include "backend/opencl/sub_device.h"
#include "backend/opencl/training.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"

#include <stdlib.h>

static struct opencl_backend *cl_of(struct backend *backend) {
    return (struct opencl_backend *)backend;
}

static void close_opencl(struct backend *backend) {
    struct opencl_backend *cl = cl_of(backend);
    /* A lost device may answer no call. */
    if (cl->queue != NULL && !opencl_is_lost(cl->device)) {
        opencl_queue_check(cl, clFinish(cl->queue), "clFinish", NULL);
    }
    if (cl->program.object != NULL && cl->has_computed && !opencl_is_lost(cl->device)) {
        opencl_cache_save(cl, &cl->program);
    }
    /* Everything that refers to program, queue and context is released before them. */
    opencl_steps_finish(cl);
    opencl_plan_finish(cl);
    if (opencl_engine != NULL) {
        opencl_engine->finish(cl);
    }
    opencl_portions_finish(cl);
    opencl_memory_finish(cl);
    debug_guards_finish(cl);
    OPENCL_RELEASE(cl->device, Kernel, cl->fill);
    OPENCL_RELEASE(cl->device, Program, cl->program.object);
    OPENCL_RELEASE(cl->device, CommandQueue, cl->queue);
    OPENCL_RELEASE(cl->device, Context, cl->context);
    opencl_sub_device_finish(cl);
    opencl_handlers_finish(&cl->handlers);
    free(cl->profile);
    free(cl->kernels.list);
    free(cl->groups.list);
    free(cl);
}

/* Copies ${bytes} at ${from} to ${buffer}, which grows if necessary. */
static enum weft_status store(struct opencl_backend *cl, cl_mem *buffer, const char *what,
                              const void *from, size_t bytes, struct weft_error *error) {
    TRY(opencl_buffer_grow(cl, bytes, what, buffer, error));
    return opencl_write(cl, *buffer, from, bytes, error);
}

static enum weft_status set_images(struct backend *backend, struct backend_set *set,
                                   const struct weft_images *images, struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    size_t pixels = images->count * images_size(images);
    size_t labels = images->count * sizeof *images->labels;
    if (set->host_pixels != NULL) {
        opencl_portions_drop(cl, set);
    }
    if (opencl_portions_needed(cl, set, images)) {
        TRY(opencl_portions_set(cl, set, images, error));
        return opencl_identity_make(cl, cl->portions.capacity, error);
    }
    TRY(store(cl, &set->device_pixels, "images", images->pixels, pixels, error));
    TRY(images->labels != NULL
            ? store(cl, &set->device_labels, "images", images->labels, labels, error)
            : opencl_buffer_grow(cl, labels, "images", &set->device_labels, error));
    return opencl_identity_make(cl, images->count, error);
}

static void drop_images(struct backend *backend, struct backend_set *set) {
    if (set->host_pixels != NULL) {
        opencl_portions_drop(cl_of(backend), set);
    }
    opencl_buffer_drop(cl_of(backend), &set->device_pixels);
    opencl_buffer_drop(cl_of(backend), &set->device_labels);
}

static enum weft_status set_pixels(struct backend *backend, const float *values,
                                   struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    return opencl_write(cl, cl->table, values,
                        network_pixel_channels(backend->network) * 256 * sizeof *values, error);
}

static enum weft_status write_array(struct backend *backend, enum backend_array array,
                                    const float *values, struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    cl->steps_made = array == ARRAY_PARAMETERS ? 0 : cl->steps_made;
    return opencl_write(cl, cl->arrays[array], values,
                        array_count(backend->network, array) * sizeof *values, error);
}

static enum weft_status read_array(struct backend *backend, enum backend_array array, float *values,
                                   struct weft_error *error) {
    struct opencl_backend *cl = cl_of(backend);
    return opencl_read(cl, cl->arrays[array], values,
                       array_count(backend->network, array) * sizeof *values, error);
}

const struct backend_ops opencl_ops = {
    .close = close_opencl,
    .set_images = set_images,
    .drop_images = drop_images,
    .set_pixels = set_pixels,
    .write = write_array,
    .read = read_array,
    .train = opencl_train,
    .evaluate = opencl_evaluate,
    .forward = opencl_forward,
    .backward = opencl_backward,
    .step = opencl_update,
    .tensor = opencl_tensor,
    .profile_start = opencl_profile_start,
    .profile_collect = opencl_profile_collect,
    .peak = opencl_peak,
};

static bool is_lost(void) {
    return opencl_is_lost(NULL);
}

static const struct opencl_api ops = {
    .list = opencl_devices_list,
    .open = opencl_open,
    .cache_clear = opencl_cache_clear,
    .loader_version = opencl_loader_version,
    .is_lost = is_lost,
};

const struct opencl_api *const opencl_api = &ops;

/* opening.c: opens devices: kernels, program, memory. */
#include "backend/opencl/opening.h"
#include "backend/log.h"
#include "backend/opencl/cache.h"
#include "backend/opencl/clblast/engine.h"
#include "backend/opencl/debug/debug.h"
#include "backend/opencl/devices.h"
#include "backend/opencl/division.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/plan_log.h"
#include "backend/opencl/program.h"
#include "backend/opencl/room.h"
#include "backend/opencl/share.h"
#include "backend/opencl/source.h"
#include "backend/opencl/steps.h"
#include "backend/opencl/sub_device.h"
#include "backend/opencl/tensors.h"
#include "base/try.h"

#include <limits.h>
#include <stdlib.h>

/* Makes groups and kernels. CLBlast computes a layer at a time, without the relu before it. */
static enum weft_status make_kernels(struct opencl_backend *cl,
                                     const struct backend_options *options,
                                     struct weft_error *error) {
    bool fast = options->math == WEFT_MATH_FAST, apart = options->no_fuse || fast;
    enum weft_status status;
    TRY(opencl_groups_make(cl->base.network, cl->base.batch, cl->mapping, apart, &cl->groups,
                           error));
    for (size_t i = 0; fast && i < cl->groups.count; i++) {
        struct opencl_group *group = &cl->groups.list[i];
        if (opencl_engine->computes(&cl->base.network->layers[group->main])) {
            group->layer = opencl_engine->layer;
        }
    }
    status = opencl_kernels_make(&cl->groups, &cl->limits, cl->base.forward_only, apart,
                                 &cl->kernels, error);
    cl->groups_too_small = status == WEFT_BAD_DEVICE;
    cl->keeps_tensors = options->no_fuse || options->keep_tensors || cl->debug != NULL;
    return status == WEFT_OK ? opencl_share(&cl->groups, &cl->kernels, error) : status;
}

static enum weft_status make_queue(struct opencl_backend *cl, struct weft_error *error) {
    cl_int code;
    cl->queue = clCreateCommandQueue(cl->context, cl->device, 0, &code);
    return opencl_check(code, "clCreateCommandQueue", error);
}

static void release_program(struct opencl_backend *cl) {
    OPENCL_RELEASE(cl->device, Kernel, cl->fill);
    OPENCL_RELEASE(cl->device, Program, cl->program.object);
    cl->fill = NULL;
    cl->program.object = NULL;
}

static enum weft_status build_source(struct opencl_backend *cl,
                                     const struct backend_options *options,
                                     struct weft_error *error) {
    struct text source = {0};
    const char *standard = "CL1.2";
    enum weft_status status;
    TRY_OR(done, opencl_source_make(&cl->kernels, options->kernels, &source, error));
    TRY_OR(done, opencl_steps_source(cl, options->kernels, &source, &standard, error));
    TRY_OR(done, opencl_program_build(cl, &cl->program, &source, standard, options, error));
    cl->untried = cl->program.from_cache;
    status = opencl_fill_init(cl, error);
done:
    free(source.bytes);
    return status;
}

/* Builds the program: with the kernel of many steps, unless that cannot be built. */
static enum weft_status build_program(struct opencl_backend *cl,
                                      const struct backend_options *options,
                                      struct weft_error *error) {
    struct weft_error failure = {0};
    if (cl->steps != NULL && build_source(cl, options, &failure) != WEFT_OK) {
        TRY(opencl_steps_failed(cl, &failure, error));
        release_program(cl);
    }
    return cl->program.object != NULL ? WEFT_OK : build_source(cl, options, error);
}

/* Makes the program, and checks what it computes. If the device's own division is wrong, the
 * program is built without it. */
static enum weft_status make_program(struct opencl_backend *cl,
                                     const struct backend_options *options,
                                     struct weft_error *error) {
    bool right = true;
    cl->device_division = cl->mapping == WEFT_MAPPING_CPU && options->math == WEFT_MATH_EXACT &&
                          opencl_division_promised(&cl->base.device);
    TRY(build_program(cl, options, error));
    opencl_handlers_again(&cl->handlers);
    if (cl->device_division) {
        TRY(opencl_division_check(cl, &right, error));
    }
    if (!right) {
        release_program(cl);
        cl->device_division = false;
        TRY(build_program(cl, options, error));
    }
    if (options->math == WEFT_MATH_FAST) {
        return WEFT_OK;
    }
    TRY(opencl_probe(cl, &cl->program, error));
    return opencl_cache_probe_differs(&cl->program)
               ? error_set(error, WEFT_BAD_DEVICE, "the probe computes something else than before")
               : WEFT_OK;
}

static enum weft_status open_device(struct opencl_backend *cl,
                                    const struct backend_options *options,
                                    struct weft_error *error) {
    cl_int code;
    TRY(opencl_device_find(&cl->base.device, &cl->device, error));
    TRY(opencl_lost_check(cl->device, error));
    opencl_sub_device_make(cl, options->threads);
    if (cl->mapping == WEFT_MAPPING_AUTO) {
        TRY(opencl_best_mapping(cl->device, &cl->base.device, &cl->mapping, error));
    }
    opencl_log_device(cl);
    TRY(work_groups_device(cl->device, &cl->limits, error));
    opencl_handlers_again(&cl->handlers);
    cl->context = clCreateContext(NULL, 1, &cl->device, NULL, NULL, &code);
    TRY(opencl_check(code, "clCreateContext", error));
    TRY(make_queue(cl, error));
    opencl_handlers_again(&cl->handlers);
    TRY(make_kernels(cl, options, error));
    TRY(opencl_steps_init(cl, options, error));
    TRY(opencl_tensors_plan(&cl->kernels, cl->steps != NULL ? &cl->steps->phases : NULL,
                            cl->base.forward_only, cl->keeps_tensors, &cl->lifetimes, error));
    TRY(opencl_room_check(cl, error)); /* before programs are compiled, which takes longer */
    TRY(watch_check(&cl->base.watch, "opening the device", error));
    TRY(make_program(cl, options, error));
    TRY(watch_check(&cl->base.watch, "opening the device", error));
    cl->untried = false; /* memory may be short with any program */
    TRY(opencl_memory_init(cl, error));
    cl->untried = cl->program.from_cache;
    TRY(opencl_plan_init(cl, error));
    if (options->math == WEFT_MATH_FAST) {
        TRY(opencl_engine->init(cl, error));
    }
    TRY(opencl_steps_make(cl, error));
    cl->base.has_step_kernel = cl->steps != NULL;
    cl->untried = false;
    opencl_log_plan(cl);
    cl->base.mapping = cl->mapping;
    return WEFT_OK;
}

enum weft_status opencl_open_shared(struct opencl_backend *first,
                                    const struct backend_options *options,
                                    struct opencl_backend **shared, struct weft_error *error) {
    struct opencl_backend *cl = calloc(1, sizeof *cl);
    enum weft_status status;
    if (cl == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    cl->base = first->base;
    cl->base.profile = NULL;
    cl->base.watch = (struct watch){.step = 0}; /* several threads may use the copies */
    cl->base.sets = NULL;
    cl->base.set_count = 0;
    cl->mapping = first->mapping;
    cl->device = first->device;
    cl->limits = first->limits;
    cl->room = first->room;
    cl->all_resident = true;
    opencl_handlers_open(&cl->handlers);
    clRetainContext(cl->context = first->context);
    clRetainProgram(cl->program.object = first->program.object);
    TRY_OR(failed, make_queue(cl, error));
    TRY_OR(failed, make_kernels(cl, options, error));
    TRY_OR(failed, opencl_tensors_plan(&cl->kernels, NULL, cl->base.forward_only, cl->keeps_tensors,
                                       &cl->lifetimes, error));
    TRY_OR(failed, opencl_fill_init(cl, error));
    TRY_OR(failed, opencl_memory_init(cl, error));
    TRY_OR(failed, opencl_plan_init(cl, error));
    opencl_handlers_end(&cl->handlers);
    *shared = cl;
    return WEFT_OK;
failed:
    opencl_handlers_end(&cl->handlers);
    opencl_ops.close(&cl->base);
    return status;
}

/* Opens ${device} with ${mapping}. Sets ${too_small} if it cannot because of its limits of
 * work-groups, and ${recompile} if it cannot because of the cached program, which is then removed;
 * with ${recompile} set before, none is used. */
static enum weft_status open_program(const struct backend_request *request,
                                     const struct device_info *device, enum weft_mapping mapping,
                                     bool *too_small, bool *recompile, struct backend **backend,
                                     struct weft_error *error) {
    const size_t batch = request->options->batch;
    struct opencl_backend *cl = calloc(1, sizeof *cl);
    enum weft_status status;
    if (cl == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    *cl = (struct opencl_backend){.base = {.ops = &opencl_ops,
                                           .network = request->network,
                                           .device = *device,
                                           .log = request->options->log,
                                           .watch = {.asked = request->options->watch},
                                           .batch = batch,
                                           .pass_images = batch < CPU_LANES ? batch : INT_MAX,
                                           .forward_only = request->options->forward_only,
                                           .images_on_host = request->options->images_on_host},
                                  .mapping = mapping,
                                  .recompile = *recompile,
                                  .debug = request->debug};
    opencl_handlers_open(&cl->handlers);
    status = open_device(cl, request->options, error);
    opencl_handlers_end(&cl->handlers);
    *too_small = cl->groups_too_small;
    *recompile =
        status == WEFT_BAD_DEVICE && cl->untried && !*too_small && !opencl_is_lost(cl->device);
    if (*recompile) {
        opencl_cache_reject(cl, &cl->program, error->message);
    }
    if (status != WEFT_OK) {
        error_context(error, "%s", device->name);
        opencl_ops.close(&cl->base);
        return status;
    }
    *backend = &cl->base;
    return WEFT_OK;
}

/* As open_program; the program is compiled if that of the cache does not work. */
static enum weft_status open_mapping(const struct backend_request *request,
                                     const struct device_info *device, enum weft_mapping mapping,
                                     bool *too_small, struct backend **backend,
                                     struct weft_error *error) {
    bool recompile = false;
    enum weft_status status =
        open_program(request, device, mapping, too_small, &recompile, backend, error);
    if (recompile) {
        *error = (struct weft_error){0};
        status = open_program(request, device, mapping, too_small, &recompile, backend, error);
    }
    return status;
}

/* The mapping gpu needs work-groups of 16. Where the device allows none, or none for one of the
 * kernels, the mapping is cpu if the user does not ask for gpu. */
enum weft_status opencl_open(const struct backend_request *request,
                             const struct device_info *device, struct backend **backend,
                             struct weft_error *error) {
    const enum weft_mapping mapping = request->options->mapping;
    const bool wish =
        mapping == WEFT_MAPPING_AUTO || (request->debug != NULL && request->debug->mapping_is_wish);
    struct weft_error failure = {0};
    bool too_small = false;
    enum weft_status status;
    if (request->options->math == WEFT_MATH_FAST && opencl_engine == NULL) {
        return error_set(error, WEFT_USAGE, "WEFT_MATH_FAST: this weft was built without CLBlast");
    }
    status = open_mapping(request, device, mapping, &too_small, backend, &failure);
    if (status != WEFT_OK && too_small && wish) {
        log_write(&request->options->log, "opencl: %s: the mapping is cpu", failure.message);
        failure = (struct weft_error){0};
        status = open_mapping(request, device, WEFT_MAPPING_CPU, &too_small, backend, &failure);
    }
    if (status != WEFT_OK && error != NULL) {
        *error = failure;
    }
    return status;
}

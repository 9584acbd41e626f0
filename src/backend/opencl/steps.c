/* steps.c: the kernel that computes many training steps, or an evaluation. */
#include "backend/opencl/steps.h"
#include "backend/log.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/source.h"
#include "backend/opencl/state.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of OpenCL 3.0, which cl.h does not ask for. */
#define ATOMIC_MEMORY_CAPABILITIES 0x1063
#define ATOMIC_ORDER_ACQ_REL       (1u << 1)
#define ATOMIC_SCOPE_DEVICE        (1u << 5)

#define COUNTER_BYTES 128 /* COUNTER_STRIDE of cl/phases.cl */

/* Of a step, in the units of watch_work: some tens of milliseconds of a fast core. A launch costs
 * little beside it, and is interrupted sooner. */
#define MOST_WORK (UINT64_C(1) << 32)

/* Returns the version of OpenCL C in which the device has atomics of order acq_rel and scope
 * device, or NULL. OpenCL 2 requires them, OpenCL 3.0 does not. */
static const char *find_standard(const struct opencl_backend *cl) {
    char version[128] = "";
    int major = 0;
    cl_ulong has = 0, needed = ATOMIC_ORDER_ACQ_REL | ATOMIC_SCOPE_DEVICE;
    if (clGetDeviceInfo(cl->device, CL_DEVICE_VERSION, sizeof version - 1, version, NULL) !=
            CL_SUCCESS ||
        sscanf(version, "OpenCL %d", &major) != 1 || major < 2) {
        return NULL;
    }
    if (major == 2) {
        return "CL2.0";
    }
    return clGetDeviceInfo(cl->device, ATOMIC_MEMORY_CAPABILITIES, sizeof has, &has, NULL) ==
                       CL_SUCCESS &&
                   (has & needed) == needed
               ? "CL3.0"
               : NULL;
}

/* Checks that the kernel may have its parameters. */
static enum weft_status check_parameters(const struct opencl_backend *cl,
                                         struct weft_error *error) {
    const size_t buffers = cl->steps->phases.buffer_count + 1;
    const size_t bytes = buffers * sizeof(cl_mem) + PHASES_NUMBERS * sizeof(cl_int);
    size_t most = 0;
    TRY(opencl_check(
        clGetDeviceInfo(cl->device, CL_DEVICE_MAX_PARAMETER_SIZE, sizeof most, &most, NULL),
        "clGetDeviceInfo", error));
    return bytes <= most ? WEFT_OK
                         : error_set(error, WEFT_BAD_DEVICE,
                                     "a kernel of %zu bytes of parameters, the device allows %zu",
                                     bytes, most);
}

enum weft_status opencl_steps_failed(struct opencl_backend *cl, const struct weft_error *failure,
                                     struct weft_error *error) {
    const bool always = cl->steps->choice[true].fixed;
    if (failure->status == WEFT_BAD_DEVICE && !always && !opencl_is_lost(cl->device)) {
        log_write(&cl->base.log, "opencl: no training steps by one kernel: %s", failure->message);
        opencl_steps_finish(cl);
        return WEFT_OK;
    }
    if (error != NULL) {
        *error = *failure;
    }
    return always ? error_context(error, "WEFT_STEP_KERNEL_ALWAYS") : failure->status;
}

enum weft_status opencl_steps_init(struct opencl_backend *cl, const struct backend_options *options,
                                   struct weft_error *error) {
    const bool always = options->step_kernel == WEFT_STEP_KERNEL_ALWAYS;
    const bool suits = cl->mapping == WEFT_MAPPING_CPU &&
                       strcmp(cl->base.device.type, "cpu") == 0 &&
                       options->math == WEFT_MATH_EXACT && !options->no_fuse;
    const char *standard = suits ? find_standard(cl) : NULL;
    struct weft_error failure = {0};
    /* Debugging is of launches: their program is then the same for all sizes of a batch. */
    if (options->step_kernel == WEFT_STEP_KERNEL_NEVER || cl->debug != NULL) {
        return WEFT_OK;
    }
    if (standard == NULL) {
        return !always
                   ? WEFT_OK
                   : error_set(error, WEFT_BAD_DEVICE,
                               suits ? "WEFT_STEP_KERNEL_ALWAYS: the driver has no atomics of "
                                       "order acq_rel and scope device"
                                     : "WEFT_STEP_KERNEL_ALWAYS: only on a CPU device, with the "
                                       "mapping cpu, exact math and fused layers");
    }
    cl->steps = calloc(1, sizeof *cl->steps);
    if (cl->steps == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    cl->steps->standard = standard;
    for (int trains = 0; trains < 2; trains++) {
        cl->steps->choice[trains] = (struct step_choice){.fixed = always, .way = STEP_KERNEL};
    }
    TRY(opencl_phases_make(&cl->groups, cl->base.forward_only, cl->base.batch, cl->limits.units,
                           &cl->steps->phases, error));
    return check_parameters(cl, &failure) == WEFT_OK ? WEFT_OK
                                                     : opencl_steps_failed(cl, &failure, error);
}

enum weft_status opencl_steps_source(const struct opencl_backend *cl, const char *folder,
                                     struct text *text, const char **standard,
                                     struct weft_error *error) {
    if (cl->steps == NULL) {
        return WEFT_OK;
    }
    *standard = cl->steps->standard;
    TRY(opencl_source_add(text, folder, "phases.cl", error));
    opencl_emit_phases(text, &cl->steps->phases);
    return WEFT_OK;
}

/* Makes the kernel, and its counters. */
static enum weft_status make_kernel(struct opencl_backend *cl, struct weft_error *error) {
    struct opencl_steps *steps = cl->steps;
    cl_int code;
    steps->kernel = clCreateKernel(cl->program.object, PHASES_KERNEL, &code);
    TRY(opencl_queue_check(cl, code, "clCreateKernel: " PHASES_KERNEL, error));
    steps->counter_bytes = (2 + cl->limits.units) * COUNTER_BYTES;
    TRY(opencl_buffer(cl, steps->counter_bytes, "counters", &steps->counters, error));
    log_write(&cl->base.log, "opencl: training steps by one kernel: %zu phases, %u units",
              steps->phases.count, cl->limits.units);
    return WEFT_OK;
}

enum weft_status opencl_steps_make(struct opencl_backend *cl, struct weft_error *error) {
    struct weft_error failure = {0};
    return cl->steps == NULL || make_kernel(cl, &failure) == WEFT_OK
               ? WEFT_OK
               : opencl_steps_failed(cl, &failure, error);
}

/* Records of debugging and profiles are of launches. */
bool opencl_steps_used(const struct opencl_backend *cl) {
    return cl->steps != NULL && cl->debug == NULL && cl->base.profile == NULL &&
           (cl->steps->choice[true].fixed || cl->base.watch.step <= MOST_WORK);
}

/* Sets argument ${index} of the kernel. */
static enum weft_status set(struct opencl_backend *cl, size_t index, size_t size, const void *value,
                            struct weft_error *error) {
    return opencl_queue_check(cl, clSetKernelArg(cl->steps->kernel, (cl_uint)index, size, value),
                              "clSetKernelArg: " PHASES_KERNEL, error);
}

static const cl_mem *buffer_of(struct opencl_backend *cl, const struct opencl_work *work,
                               const struct opencl_phase_buffer *buffer) {
    switch (buffer->argument) {
    case ARG_PIXELS:
        return &cl->base.sets[work->images.set].device_pixels;
    case ARG_LABELS:
        return &cl->base.sets[work->images.set].device_labels;
    case ARG_ORDER:
        return work->images.order;
    case ARG_CHANGES:
        return opencl_images_changes(cl, &work->images);
    default:
        return opencl_buffer_of(cl, &buffer->call, buffer->argument);
    }
}

static enum weft_status set_arguments(struct opencl_backend *cl, const struct opencl_work *work,
                                      size_t begin, size_t count, struct weft_error *error) {
    const struct opencl_phases *phases = &cl->steps->phases;
    cl_int numbers[PHASES_NUMBERS] = {work->trains,
                                      (cl_int)begin,
                                      (cl_int)count,
                                      (cl_int)work->batch,
                                      (cl_int)work->images.first,
                                      (cl_int)work->count};
    opencl_images_sides(cl, &work->images, numbers + PHASES_NUMBERS - 2);
    TRY(set(cl, PHASES_COUNTERS, sizeof cl->steps->counters, &cl->steps->counters, error));
    for (size_t i = 0; i < PHASES_NUMBERS; i++) {
        TRY(set(cl, PHASES_FIRST_NUMBER + i, sizeof numbers[i], &numbers[i], error));
    }
    for (size_t i = 0; i < phases->buffer_count; i++) {
        const cl_mem *memory = buffer_of(cl, work, &phases->buffers[i]);
        TRY(set(cl, PHASES_FIRST_NUMBER + PHASES_NUMBERS + i, sizeof *memory, memory, error));
    }
    return WEFT_OK;
}

enum weft_status opencl_steps_launch(struct opencl_backend *cl, const struct opencl_work *work,
                                     size_t begin, size_t count, size_t *made,
                                     struct weft_error *error) {
    const size_t units = cl->limits.units, one = 1;
    const size_t chunks = cl->steps->phases.chunks[work->trains] * units; /* of a step */
    cl_int done = 0;
    count = count < INT_MAX / 2 / chunks ? count : INT_MAX / 2 / chunks;
    TRY(set_arguments(cl, work, begin, count, error));
    TRY(opencl_fill(cl, cl->steps->counters, 0, 0, cl->steps->counter_bytes, error));
    TRY(opencl_pace_finish(cl, "clFinish", error));
    TRY(opencl_lost_check(cl->device, error));
    TRY(opencl_queue_check(
        cl,
        clEnqueueNDRangeKernel(cl->queue, cl->steps->kernel, 1, NULL, &units, &one, 0, NULL, NULL),
        "clEnqueueNDRangeKernel: " PHASES_KERNEL, error));
    TRY(opencl_read(cl, cl->steps->counters, &done, sizeof done, error));
    *made = (size_t)done / chunks;
    cl->has_computed = true;
    cl->base.steps_by_kernel += work->trains ? *made : 0;
    watch_add(&cl->base.watch, *made * cl->base.watch.step);
    if (done <= 0 || (size_t)done % chunks != 0 || *made > count) {
        cl->base.steps_incomplete = true;
        return error_set(error, WEFT_BAD_DEVICE, PHASES_KERNEL ": %d chunks done, of %zu a step",
                         done, chunks);
    }
    return watch_check(&cl->base.watch, "computation", error);
}

void opencl_steps_finish(struct opencl_backend *cl) {
    struct opencl_steps *steps = cl->steps;
    if (steps != NULL) {
        OPENCL_RELEASE(cl->device, MemObject, steps->counters);
        OPENCL_RELEASE(cl->device, Kernel, steps->kernel);
        opencl_phases_finish(&steps->phases);
    }
    free(steps);
    cl->steps = NULL;
}

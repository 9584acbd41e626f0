/* steps.c: training steps by one kernel that computes many of them. */
#include "backend/opencl/steps.h"
#include "backend/log.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/passes.h"
#include "backend/opencl/phases.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/source.h"
#include "backend/opencl/state.h"
#include "backend/opencl/step_choice.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"
#include "numerics.h"
#include "os/host.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of OpenCL 3.0, which cl.h does not ask for. */
#define ATOMIC_MEMORY_CAPABILITIES 0x1063
#define ATOMIC_ORDER_ACQ_REL       (1u << 1)
#define ATOMIC_SCOPE_DEVICE        (1u << 5)

/* Of a step, in the units of watch_work: some tens of milliseconds of a fast core. A launch costs
 * little beside it, and is interrupted sooner. */
#define MOST_WORK (UINT64_C(1) << 32)

#define COUNTER_BYTES 128 /* COUNTER_STRIDE of cl/phases.cl */

struct opencl_steps {
    const char *standard; /* of the program's OpenCL C */
    struct opencl_phases phases;
    cl_kernel kernel;
    cl_mem counters;
    size_t counter_bytes;
    struct step_choice choice;
};

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
    const size_t bytes = buffers * sizeof(cl_mem) + (PHASES_BUFFERS - 1) * sizeof(cl_int);
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
    const bool always = cl->steps->choice.fixed;
    if (failure->status == WEFT_BAD_DEVICE && !always && !opencl_is_lost(cl->device)) {
        log_write(&cl->base.log, "opencl: no training steps by one kernel: %s", failure->message);
        opencl_steps_finish(cl);
        return WEFT_OK;
    }
    if (error != NULL) {
        *error = *failure;
    }
    return always ? error_context(error, "--step-kernel always") : failure->status;
}

enum weft_status opencl_steps_init(struct opencl_backend *cl, const struct backend_options *options,
                                   struct weft_error *error) {
    const bool always = options->step_kernel == WEFT_STEP_KERNEL_ALWAYS;
    const bool suits = cl->mapping == WEFT_MAPPING_CPU &&
                       strcmp(cl->base.device.type, "cpu") == 0 &&
                       options->math == WEFT_MATH_EXACT && !options->no_fuse;
    const char *standard = suits ? find_standard(cl) : NULL;
    struct weft_error failure = {0};
    if (cl->base.forward_only || options->step_kernel == WEFT_STEP_KERNEL_NEVER) {
        return WEFT_OK;
    }
    if (standard == NULL) {
        return !always ? WEFT_OK
                       : error_set(error, WEFT_BAD_DEVICE,
                                   suits ? "--step-kernel always: the driver has no atomics of "
                                           "order acq_rel and scope device"
                                         : "--step-kernel always: only on a CPU device, with the "
                                           "mapping cpu, exact math and fused layers");
    }
    cl->steps = calloc(1, sizeof *cl->steps);
    if (cl->steps == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    cl->steps->standard = standard;
    cl->steps->choice = (struct step_choice){.fixed = always, .way = STEP_KERNEL};
    TRY(opencl_phases_make(&cl->groups, cl->base.batch, cl->limits.units, &cl->steps->phases,
                           error));
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
    steps->kernel = clCreateKernel(cl->program.object, "train_steps", &code);
    TRY(opencl_queue_check(cl, code, "clCreateKernel: train_steps", error));
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

/* Writes Adam's numbers of all ${steps}: the scale, then the members of struct adam_constants. */
static enum weft_status write_adam(struct opencl_backend *cl, const struct training_steps *steps,
                                   struct weft_error *error) {
    const size_t bytes = steps->steps * 8 * sizeof(cl_float);
    enum weft_status status;
    cl_float(*numbers)[8] = malloc(bytes);
    if (numbers == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    for (size_t i = 0; i < steps->steps; i++) {
        size_t left = steps->images - i * steps->batch;
        float scale = weft_div(1.0f, (float)(left < steps->batch ? left : steps->batch));
        const struct adam_constants *a = &steps->adam[i];
        const cl_float values[8] = {scale,        a->beta1,          a->beta2,
                                    a->eps,       a->complement1,    a->complement2,
                                    a->step_size, a->root_correction};
        memcpy(numbers[i], values, sizeof values);
    }
    TRY_OR(done, opencl_buffer_grow(cl, bytes, "Adam's numbers", &cl->adam, error));
    status = opencl_write(cl, cl->adam, numbers, bytes, error);
done:
    free(numbers);
    return status;
}

/* Sets argument ${index} of the kernel. */
static enum weft_status set(struct opencl_backend *cl, size_t index, size_t size, const void *value,
                            struct weft_error *error) {
    return opencl_queue_check(cl, clSetKernelArg(cl->steps->kernel, (cl_uint)index, size, value),
                              "clSetKernelArg: train_steps", error);
}

static enum weft_status set_arguments(struct opencl_backend *cl, const struct training_steps *steps,
                                      size_t begin, size_t count, struct weft_error *error) {
    const struct opencl_phases *phases = &cl->steps->phases;
    const cl_int numbers[] = {(cl_int)begin, (cl_int)count, (cl_int)steps->batch,
                              (cl_int)steps->images};
    TRY(set(cl, PHASES_COUNTERS, sizeof cl->steps->counters, &cl->steps->counters, error));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        TRY(set(cl, PHASES_BEGIN + i, sizeof numbers[i], &numbers[i], error));
    }
    for (size_t i = 0; i < phases->buffer_count; i++) {
        const struct opencl_phase_buffer *buffer = &phases->buffers[i];
        cl_mem *memory = opencl_buffer_of(cl, buffer->group, buffer->argument);
        TRY(set(cl, PHASES_BUFFERS + i, sizeof *memory, memory, error));
    }
    return WEFT_OK;
}

/* Enqueues ${count} steps from ${begin} on, and waits. Stores in ${made} how many there were: fewer
 * if a compute unit has left. */
static enum weft_status launch(struct opencl_backend *cl, const struct training_steps *steps,
                               size_t begin, size_t count, size_t *made, struct weft_error *error) {
    const size_t units = cl->limits.units, one = 1;
    const size_t chunks = cl->steps->phases.chunks * units; /* of a step */
    cl_int done = 0;
    count = count < INT_MAX / 2 / chunks ? count : INT_MAX / 2 / chunks;
    TRY(set_arguments(cl, steps, begin, count, error));
    TRY(opencl_fill(cl, cl->steps->counters, 0, 0, cl->steps->counter_bytes, error));
    TRY(opencl_pace_finish(cl, "clFinish", error));
    TRY(opencl_lost_check(cl->device, error));
    TRY(opencl_queue_check(
        cl,
        clEnqueueNDRangeKernel(cl->queue, cl->steps->kernel, 1, NULL, &units, &one, 0, NULL, NULL),
        "clEnqueueNDRangeKernel: train_steps", error));
    TRY(opencl_read(cl, cl->steps->counters, &done, sizeof done, error));
    *made = (size_t)done / chunks;
    cl->has_computed = true;
    cl->base.steps_by_kernel += *made;
    watch_add(&cl->base.watch, *made * cl->base.watch.step);
    if (done <= 0 || (size_t)done % chunks != 0 || *made > count) {
        return error_set(error, WEFT_BAD_DEVICE, "train_steps: %d chunks done, of %zu a step", done,
                         chunks);
    }
    return watch_check(&cl->base.watch, "computation", error);
}

/* Makes ${count} steps from ${begin} on by launches, and waits. */
static enum weft_status run_launches(struct opencl_backend *cl, const struct training_steps *steps,
                                     size_t begin, size_t count, struct weft_error *error) {
    TRY(opencl_steps_enqueue(cl, steps, begin, begin + count, error));
    TRY(opencl_pace_finish(cl, "clFinish", error));
    cl->base.steps_by_launches += count;
    return watch_check(&cl->base.watch, "computation", error);
}

/* Makes ${steps}, which opencl_steps_begin has prepared, in pieces. */
static enum weft_status run(struct opencl_backend *cl, const struct training_steps *steps,
                            struct weft_error *error) {
    struct step_choice *choice = &cl->steps->choice;
    bool has_adam = false;
    for (size_t step = 0, made; step < steps->steps; step += made) {
        enum step_way way;
        const size_t count = step_choice_next(choice, steps->steps - step, &way);
        const double start = os_seconds();
        if (way == STEP_KERNEL && !has_adam) {
            TRY(write_adam(cl, steps, error));
            has_adam = true;
        }
        if (way == STEP_KERNEL) {
            TRY(launch(cl, steps, step, count, &made, error));
        } else {
            TRY(run_launches(cl, steps, step, count, error));
            made = count;
        }
        step_choice_measured(choice, way, made, os_seconds() - start);
    }
    return WEFT_OK;
}

/* Returns whether the kernel may be used: records of debugging and profiles are of launches. */
static bool is_used(const struct opencl_backend *cl) {
    return cl->steps != NULL && cl->debug == NULL && cl->base.profile == NULL &&
           (cl->steps->choice.fixed || cl->base.watch.step <= MOST_WORK);
}

enum weft_status opencl_train(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    opencl_pace_begin(cl, steps->batch, true);
    if (is_used(cl)) {
        TRY(opencl_steps_begin(cl, steps, error));
        TRY(run(cl, steps, error));
        TRY(opencl_steps_join(cl, steps, error));
    } else {
        TRY(opencl_train_enqueue(cl, steps, error));
        backend->steps_by_launches += steps->steps;
    }
    return opencl_read(cl, cl->results, results, steps->steps * sizeof *results, error);
}

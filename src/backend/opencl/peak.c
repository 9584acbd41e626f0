/* peak.c: the peak of a device: the best of several variants of cl/bench.cl. */
#include "backend/opencl/errors.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/profile.h"
#include "backend/opencl/program.h"
#include "backend/opencl/source.h"
#include "backend/opencl/state.h"
#include "base/try.h"
#include "os/host.h"

#include <stdio.h>
#include <stdlib.h>

#define CHAINS      12   /* of a work-item */
#define LAUNCHES    20   /* of a variant; the best counts, since others were disturbed */
#define MIN_SECONDS 0.01 /* of a launch, so that its overhead does not matter */
#define MAX_TURNS   (1 << 24)

/* Vectors suit CPUs and other wide machines, groups suit GPUs; every device gets all variants. */
static const struct variant {
    const char *name;
    size_t lanes;         /* of a work-item */
    size_t group, groups; /* work-items of a group; groups for each compute unit */
} variants[] = {
    {"float16, groups of 1", 16, 1, 16},
    {"float, groups of 64", 1, 64, 32},
    {"float, groups of 256", 1, 256, 16},
};

struct measurement {
    struct opencl_backend *cl;
    const struct variant *variant;
    cl_kernel kernel;
    cl_mem out;
    size_t range;
    cl_int turns;
};

/* Launches the kernel once and stores its ${seconds}. */
static enum weft_status launch_once(struct measurement *measurement, double *seconds,
                                    struct weft_error *error) {
    cl_command_queue queue = measurement->cl->queue;
    double start = os_seconds();
    TRY(opencl_check(
        clSetKernelArg(measurement->kernel, 3, sizeof measurement->turns, &measurement->turns),
        "clSetKernelArg: peak", error));
    TRY(opencl_check(clEnqueueNDRangeKernel(queue, measurement->kernel, 1, NULL,
                                            &measurement->range, &measurement->variant->group, 0,
                                            NULL, NULL),
                     "clEnqueueNDRangeKernel: peak", error));
    TRY(opencl_check(clFinish(queue), "clFinish: peak", error));
    *seconds = os_seconds() - start;
    return WEFT_OK;
}

/* Finds how many turns take long enough, which warms the device up, then keeps the best of
 * several launches in ${peak}. */
static enum weft_status measure(struct measurement *measurement, struct weft_peak *peak,
                                struct weft_error *error) {
    double seconds, gflop;
    TRY(launch_once(measurement, &seconds, error));
    for (;;) {
        TRY(launch_once(measurement, &seconds, error));
        if (seconds >= MIN_SECONDS || measurement->turns >= MAX_TURNS) {
            break;
        }
        measurement->turns *= seconds < MIN_SECONDS / 8 ? 8 : 2;
    }
    gflop = 2e-9 * (double)measurement->turns * (double)measurement->range *
            (double)(measurement->variant->lanes * CHAINS);
    for (int i = 0; i < LAUNCHES; i++) {
        TRY(launch_once(measurement, &seconds, error));
        if (seconds > 0 && gflop / seconds > peak->gflops) {
            peak->gflops = gflop / seconds;
            peak->seconds = seconds;
            snprintf(peak->variant, sizeof peak->variant, "%s", measurement->variant->name);
        }
    }
    return WEFT_OK;
}

static enum weft_status prepare(struct measurement *measurement, cl_program program,
                                struct weft_error *error) {
    const float a = 0.999f, b = 0.001f;
    const struct variant *variant = measurement->variant;
    struct opencl_backend *cl = measurement->cl;
    cl_int code;
    measurement->range = variant->group * variant->groups * cl->base.device.compute_units;
    measurement->kernel = clCreateKernel(program, "peak", &code);
    TRY(opencl_check(code, "clCreateKernel: peak", error));
    TRY(opencl_buffer(cl, measurement->range * sizeof(cl_float), "peak", &measurement->out, error));
    clSetKernelArg(measurement->kernel, 0, sizeof measurement->out, &measurement->out);
    clSetKernelArg(measurement->kernel, 1, sizeof a, &a);
    return opencl_check(clSetKernelArg(measurement->kernel, 2, sizeof b, &b),
                        "clSetKernelArg: peak", error);
}

static enum weft_status build(struct opencl_backend *cl, const struct variant *variant,
                              cl_program *program, struct weft_error *error) {
    struct text text = {0};
    enum weft_status status;
    opencl_define(&text, "ITEM_LANES", variant->lanes);
    opencl_define(&text, "CHAINS", CHAINS);
    TRY_OR(done, opencl_source_add(&text, NULL, "bench.cl", error));
    TRY_OR(done, opencl_compile(cl->context, cl->device, &text, "bench.cl", "-cl-std=CL1.2",
                                &cl->base.log, program, error));
done:
    free(text.bytes);
    return status;
}

static enum weft_status try_variant(struct opencl_backend *cl, const struct variant *variant,
                                    struct weft_peak *peak, struct weft_error *error) {
    struct measurement measurement = {.cl = cl, .variant = variant, .turns = 1000};
    cl_program program = NULL;
    enum weft_status status;
    TRY_OR(done, build(cl, variant, &program, error));
    TRY_OR(done, prepare(&measurement, program, error));
    TRY_OR(done, measure(&measurement, peak, error));
done:
    if (measurement.kernel != NULL) {
        clReleaseKernel(measurement.kernel);
    }
    opencl_buffer_release(measurement.out);
    if (program != NULL) {
        clReleaseProgram(program);
    }
    return status;
}

enum weft_status opencl_peak(struct weft_backend *backend, struct weft_peak *peak,
                             struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    size_t limit = 0;
    TRY(opencl_check(
        clGetDeviceInfo(cl->device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof limit, &limit, NULL),
        "clGetDeviceInfo", error));
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        if (variants[i].group <= limit) {
            TRY(try_variant(cl, &variants[i], peak, error));
        }
    }
    return WEFT_OK;
}

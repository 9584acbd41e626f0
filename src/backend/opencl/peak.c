/* peak.c: the peak of a device, by cl/bench.cl in several variants; the best counts. */
#include "backend/opencl/peak.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/log.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/opencl.h"
#include "backend/opencl/source.h"
#include "os/host.h"

#include <stdio.h>
#include <string.h>

#define CHAINS    12   /* of a work-item */
#define RUNS      20   /* of a variant, the best counts: a peak is what nothing disturbed */
#define SHORTEST  0.01 /* seconds of a run, so that launching it does not matter */
#define TURNS_MAX (1 << 24)

/* Vectors are for CPUs and other wide machines, neighbours in a group for GPUs; both are tried
 * on all. */
static const struct variant {
    const char *name;
    size_t lanes;         /* of a work-item */
    size_t group, groups; /* work-items of a group; groups for each compute unit */
} variants[] = {
    {"float16, groups of 1", 16, 1, 16},
    {"float, groups of 64", 1, 64, 32},
    {"float, groups of 256", 1, 256, 16},
};

struct run {
    struct opencl_backend *cl;
    const struct variant *variant;
    cl_kernel kernel;
    cl_mem out;
    size_t range;
    cl_int turns;
};

/* Runs it once; ${seconds} is what it took. */
static enum weft_status run_once(struct run *run, double *seconds, struct weft_error *error) {
    cl_command_queue queue = run->cl->queue;
    cl_int code = clSetKernelArg(run->kernel, 3, sizeof run->turns, &run->turns);
    double start = os_seconds();
    if (code == CL_SUCCESS) {
        code = clEnqueueNDRangeKernel(queue, run->kernel, 1, NULL, &run->range,
                                      &run->variant->group, 0, NULL, NULL);
    }
    if (code == CL_SUCCESS) {
        code = clFinish(queue);
    }
    *seconds = os_seconds() - start;
    return opencl_check(code, "peak", error);
}

/* Finds how many turns take long enough, which also is the warm-up, then keeps the best of
 * several runs in ${peak}. */
static enum weft_status measure(struct run *run, struct weft_peak *peak, struct weft_error *error) {
    enum weft_status status = run_once(run, &(double){0}, error);
    double seconds = 0;
    while (status == WEFT_OK && (status = run_once(run, &seconds, error)) == WEFT_OK &&
           seconds < SHORTEST && run->turns < TURNS_MAX) {
        run->turns *= seconds < SHORTEST / 8 ? 8 : 2;
    }
    for (int i = 0; status == WEFT_OK && i < RUNS; i++) {
        double gflop =
            2e-9 * (double)run->turns * (double)run->range * (double)(run->variant->lanes * CHAINS);
        status = run_once(run, &seconds, error);
        if (status == WEFT_OK && seconds > 0 && gflop / seconds > peak->gflops) {
            peak->gflops = gflop / seconds;
            peak->seconds = seconds;
            snprintf(peak->variant, sizeof peak->variant, "%s", run->variant->name);
        }
    }
    return status;
}

static enum weft_status prepare(struct run *run, cl_program program, struct weft_error *error) {
    const float a = 0.999f, b = 0.001f;
    struct opencl_backend *cl = run->cl;
    enum weft_status status;
    cl_int code;
    run->range = run->variant->group * run->variant->groups * cl->base.device.compute_units;
    run->turns = 1000;
    run->kernel = clCreateKernel(program, "peak", &code);
    if ((status = opencl_check(code, "clCreateKernel: peak", error)) != WEFT_OK ||
        (status = opencl_buffer(cl, run->range * sizeof(cl_float), "peak", &run->out, error)) !=
            WEFT_OK) {
        return status;
    }
    clSetKernelArg(run->kernel, 0, sizeof run->out, &run->out);
    clSetKernelArg(run->kernel, 1, sizeof a, &a);
    code = clSetKernelArg(run->kernel, 2, sizeof b, &b);
    return opencl_check(code, "clSetKernelArg: peak", error);
}

static enum weft_status build(struct opencl_backend *cl, const struct variant *variant,
                              cl_program *program, struct weft_error *error) {
    struct text text = {0};
    cl_int code;
    enum weft_status status;
    opencl_define(&text, "ITEM_LANES", variant->lanes);
    opencl_define(&text, "CHAINS", CHAINS);
    status = opencl_source_add(&text, NULL, "bench.cl", error);
    if (status == WEFT_OK && text.failed) {
        status = weft_fail(error, WEFT_FAILED, "no memory for bench.cl");
    }
    if (status == WEFT_OK) {
        *program = clCreateProgramWithSource(cl->context, 1, (const char **)&text.bytes,
                                             &text.length, &code);
        if (code == CL_SUCCESS) {
            double start = os_seconds();
            code = clBuildProgram(*program, 1, &cl->device, "-cl-std=CL1.2", NULL, NULL);
            opencl_log_build(&cl->base.log, "bench.cl", *program, cl->device, "-cl-std=CL1.2",
                             os_seconds() - start);
        }
        status = opencl_check(code, "bench.cl: clBuildProgram", error);
    }
    free(text.bytes);
    return status;
}

static enum weft_status try_variant(struct opencl_backend *cl, const struct variant *variant,
                                    struct weft_peak *peak, struct weft_error *error) {
    struct run run = {.cl = cl, .variant = variant};
    cl_program program = NULL;
    enum weft_status status = build(cl, variant, &program, error);
    if (status == WEFT_OK) {
        status = prepare(&run, program, error);
    }
    if (status == WEFT_OK) {
        status = measure(&run, peak, error);
    }
    if (run.kernel != NULL) {
        clReleaseKernel(run.kernel);
    }
    if (run.out != NULL) {
        clReleaseMemObject(run.out);
    }
    if (program != NULL) {
        clReleaseProgram(program);
    }
    return status;
}

enum weft_status opencl_peak(struct weft_backend *backend, struct weft_peak *peak,
                             struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    size_t most = 0;
    enum weft_status status = opencl_check(
        clGetDeviceInfo(cl->device, CL_DEVICE_MAX_WORK_GROUP_SIZE, sizeof most, &most, NULL),
        "clGetDeviceInfo", error);
    for (size_t i = 0; status == WEFT_OK && i < sizeof variants / sizeof variants[0]; i++) {
        if (variants[i].group <= most) {
            status = try_variant(cl, &variants[i], peak, error);
        }
    }
    return status;
}

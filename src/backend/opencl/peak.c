/* peak.c: the peak of a device: the best of several variants of cl/bench.cl. */
#include "backend/opencl/errors.h"
#include "backend/opencl/loss.h"
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
    {"float16", 16, 1, 16},
    {"float", 1, 64, 32},
    {"float", 1, 256, 16},
};

/* Makes the groups smaller, and more, until the device can launch ${kernel}. */
static enum weft_status fit_groups(const struct opencl_backend *cl, cl_kernel kernel,
                                   struct variant *variant, struct weft_error *error) {
    struct work_group_limits limits = cl->limits;
    TRY(work_groups_kernel(cl->device, kernel, &limits, error));
    while (variant->group > limits.items || variant->group > limits.sizes[0]) {
        variant->group /= 2;
        variant->groups *= 2;
    }
    return WEFT_OK;
}

static size_t range_of(const struct opencl_backend *cl, const struct variant *variant) {
    return variant->group * variant->groups * cl->base.device.compute_units;
}

/* Launches ${kernel} once and stores its ${seconds}. */
static enum weft_status launch_once(struct opencl_backend *cl, const struct variant *variant,
                                    cl_kernel kernel, cl_int turns, double *seconds,
                                    struct weft_error *error) {
    size_t range = range_of(cl, variant);
    double start = os_seconds();
    TRY(opencl_queue_check(cl, clSetKernelArg(kernel, 3, sizeof turns, &turns),
                           "clSetKernelArg: peak", error));
    TRY(opencl_queue_check(
        cl,
        clEnqueueNDRangeKernel(cl->queue, kernel, 1, NULL, &range, &variant->group, 0, NULL, NULL),
        "clEnqueueNDRangeKernel: peak", error));
    TRY(opencl_queue_check(cl, clFinish(cl->queue), "clFinish: peak", error));
    *seconds = os_seconds() - start;
    return WEFT_OK;
}

/* Finds how many turns take long enough, which warms the device up, then keeps the best of
 * several launches in ${peak}. */
static enum weft_status measure(struct opencl_backend *cl, const struct variant *variant,
                                cl_kernel kernel, struct fma_peak *peak, struct weft_error *error) {
    double seconds, gflop;
    cl_int turns = 10; /* a slow device must not compute for long */
    TRY(launch_once(cl, variant, kernel, turns, &seconds, error));
    for (;;) {
        TRY(launch_once(cl, variant, kernel, turns, &seconds, error));
        if (seconds >= MIN_SECONDS || turns >= MAX_TURNS) {
            break;
        }
        turns *= seconds < MIN_SECONDS / 8 ? 8 : 2;
    }
    gflop =
        2e-9 * (double)turns * (double)range_of(cl, variant) * (double)(variant->lanes * CHAINS);
    for (int i = 0; i < LAUNCHES; i++) {
        TRY(launch_once(cl, variant, kernel, turns, &seconds, error));
        if (seconds > 0 && gflop / seconds > peak->gflops) {
            peak->gflops = gflop / seconds;
            peak->seconds = seconds;
            snprintf(peak->variant, sizeof peak->variant, "%s, groups of %zu", variant->name,
                     variant->group);
        }
    }
    return WEFT_OK;
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

static enum weft_status try_variant(struct opencl_backend *cl, struct variant *variant,
                                    struct fma_peak *peak, struct weft_error *error) {
    const float a = 0.999f, b = 0.001f;
    size_t bytes = range_of(cl, variant) * sizeof(cl_float);
    cl_program program = NULL;
    cl_kernel kernel = NULL;
    cl_mem out = NULL;
    cl_int code;
    enum weft_status status;
    TRY_OR(done, build(cl, variant, &program, error));
    kernel = clCreateKernel(program, "peak", &code);
    TRY_OR(done, opencl_queue_check(cl, code, "clCreateKernel: peak", error));
    TRY_OR(done, fit_groups(cl, kernel, variant, error));
    TRY_OR(done, opencl_buffer(cl, bytes, "peak", &out, error));
    code = clSetKernelArg(kernel, 0, sizeof out, &out);
    code = code == CL_SUCCESS ? clSetKernelArg(kernel, 1, sizeof a, &a) : code;
    code = code == CL_SUCCESS ? clSetKernelArg(kernel, 2, sizeof b, &b) : code;
    TRY_OR(done, opencl_queue_check(cl, code, "clSetKernelArg: peak", error));
    TRY_OR(done, measure(cl, variant, kernel, peak, error));
done:
    OPENCL_RELEASE(cl->device, Kernel, kernel);
    OPENCL_RELEASE(cl->device, MemObject, out);
    OPENCL_RELEASE(cl->device, Program, program);
    return status;
}

enum weft_status opencl_peak(struct backend *backend, struct fma_peak *peak,
                             struct weft_error *error) {
    struct opencl_backend *cl = (struct opencl_backend *)backend;
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        struct variant variant = variants[i];
        TRY(try_variant(cl, &variant, peak, error));
    }
    return WEFT_OK;
}

/* division.c: see division.h. */
#include "backend/opencl/division.h"
#include "backend/division_pairs.h"
#include "backend/log.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/state.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"

#include <string.h>

#define PAIRS DIVISION_PAIRS

bool opencl_division_promised(const struct device_info *device) {
    return strstr(device->fp_config, "correctly_rounded_divide_sqrt") != NULL;
}

/* Enqueues the kernel, and reads its results: for each vector of 16 pairs quotients and roots by
 * vectors, then by single floats. */
static enum weft_status run(struct opencl_backend *cl, cl_kernel kernel, const cl_mem buffers[3],
                            float *out, struct weft_error *error) {
    const size_t vectors = PAIRS / 16, one = 1;
    cl_int code = CL_SUCCESS;
    for (cl_uint i = 0; i < 3 && code == CL_SUCCESS; i++) {
        code = clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]);
    }
    TRY(opencl_queue_check(cl, code, "clSetKernelArg: probe_division", error));
    code = clEnqueueNDRangeKernel(cl->queue, kernel, 1, NULL, &vectors, &one, 0, NULL, NULL);
    TRY(opencl_queue_check(cl, code, "clEnqueueNDRangeKernel: probe_division", error));
    return opencl_read(cl, buffers[2], out, 4 * PAIRS * sizeof *out, error);
}

static bool compare(const struct opencl_backend *cl, const float *a, const float *b,
                    const float *out) {
    for (size_t i = 0; i < 2 * PAIRS; i++) {
        const size_t pair = i / 32 * 16 + i % 16;
        const float quotient = out[i / 16 * 32 + i % 16], root = out[i / 16 * 32 + 16 + i % 16];
        if (!division_is_right(a[pair], b[pair], quotient, root)) {
            log_write(&cl->base.log,
                      "opencl: the device's division and root are not used: a / b of %a and %a is "
                      "%a there, and sqrt(a) %a",
                      (double)a[pair], (double)b[pair], (double)quotient, (double)root);
            return false;
        }
    }
    return true;
}

enum weft_status opencl_division_check(struct opencl_backend *cl, bool *right,
                                       struct weft_error *error) {
    float a[PAIRS], b[PAIRS], out[4 * PAIRS];
    cl_mem buffers[3] = {NULL, NULL, NULL};
    cl_int code;
    cl_kernel kernel = clCreateKernel(cl->program.object, "probe_division", &code);
    enum weft_status status;
    division_pairs_fill(a, b);
    memset(out, 0xa5, sizeof out);
    TRY_OR(done, opencl_queue_check(cl, code, "clCreateKernel: probe_division", error));
    TRY_OR(done, opencl_buffer(cl, sizeof a, "probe", &buffers[0], error));
    TRY_OR(done, opencl_buffer(cl, sizeof b, "probe", &buffers[1], error));
    TRY_OR(done, opencl_buffer(cl, sizeof out, "probe", &buffers[2], error));
    TRY_OR(done, opencl_write(cl, buffers[0], a, sizeof a, error));
    TRY_OR(done, opencl_write(cl, buffers[1], b, sizeof b, error));
    TRY_OR(done, run(cl, kernel, buffers, out, error));
    *right = compare(cl, a, b, out);
done:
    for (size_t i = 0; i < 3; i++) {
        OPENCL_RELEASE(cl->device, MemObject, buffers[i]);
    }
    OPENCL_RELEASE(cl->device, Kernel, kernel);
    return status;
}

/* fill.c: memory of the device that is filled with a word.
 *
 * Some drivers' clEnqueueFillBuffer is wrong: on macOS it leaves other values, and on NVIDIA a fill
 * of 2 GiB or more does not end, or destroys the context. A kernel is right everywhere. */
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#define PIECE     ((size_t)1 << 28) /* bytes of a launch: below a tenth of a second */
#define GPU_ITEMS 16384
#define CPU_ITEMS 64

/* Enqueues the fill of ${count} blocks from ${first} on. The range is the same for every buffer:
 * some drivers compile a kernel anew for each size. */
static enum weft_status enqueue(struct opencl_backend *cl, cl_mem buffer, cl_uint word,
                                cl_uint first, cl_uint count, struct weft_error *error) {
    const bool gpu = cl->mapping == WEFT_MAPPING_GPU;
    const size_t items = gpu ? GPU_ITEMS : CPU_ITEMS, one = 1;
    cl_int code = clSetKernelArg(cl->fill, 0, sizeof buffer, &buffer);
    code = code == CL_SUCCESS ? clSetKernelArg(cl->fill, 1, sizeof word, &word) : code;
    code = code == CL_SUCCESS ? clSetKernelArg(cl->fill, 2, sizeof first, &first) : code;
    code = code == CL_SUCCESS ? clSetKernelArg(cl->fill, 3, sizeof count, &count) : code;
    TRY(opencl_queue_check(cl, code, "clSetKernelArg: fill", error));
    code = clEnqueueNDRangeKernel(cl->queue, cl->fill, 1, NULL, &items, gpu ? NULL : &one, 0, NULL,
                                  NULL);
    return opencl_queue_check(cl, code, "clEnqueueNDRangeKernel: fill", error);
}

enum weft_status opencl_fill_init(struct opencl_backend *cl, struct weft_error *error) {
    cl_int code;
    cl->fill = clCreateKernel(cl->program.object, "fill", &code);
    return opencl_queue_check(cl, code, "clCreateKernel: fill", error);
}

enum weft_status opencl_fill(struct opencl_backend *cl, cl_mem buffer, cl_uint word, size_t begin,
                             size_t bytes, struct weft_error *error) {
    for (size_t at = 0; at < bytes; at += PIECE) {
        const size_t piece = bytes - at < PIECE ? bytes - at : PIECE;
        TRY(opencl_lost_check(cl->device, error));
        TRY(enqueue(cl, buffer, word, (cl_uint)((begin + at) / FILL_BLOCK),
                    (cl_uint)(piece / FILL_BLOCK), error));
        TRY(opencl_pace_transfer(cl, piece, error));
    }
    return WEFT_OK;
}

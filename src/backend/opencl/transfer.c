/* transfer.c: copies between the host and the device. */
#include "backend/opencl/transfer.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <string.h>

enum weft_status opencl_write(struct opencl_backend *cl, cl_mem buffer, const void *from,
                              size_t bytes, struct weft_error *error) {
    cl_int code = bytes == 0 ? CL_SUCCESS
                             : clEnqueueWriteBuffer(cl->queue, buffer, CL_TRUE, 0, bytes, from, 0,
                                                    NULL, NULL);
    return opencl_check(code, "clEnqueueWriteBuffer", error);
}

enum weft_status opencl_read_from(cl_command_queue queue, cl_mem buffer, size_t offset, void *to,
                                  size_t bytes, struct weft_error *error) {
    cl_int code;
    if (bytes == 0) {
        return WEFT_OK;
    }
    memset(to, 0xff, bytes); /* floats: NaN */
    code = clEnqueueReadBuffer(queue, buffer, CL_TRUE, offset, bytes, to, 0, NULL, NULL);
    return opencl_check(code, "clEnqueueReadBuffer", error);
}

enum weft_status opencl_read(struct opencl_backend *cl, cl_mem buffer, void *to, size_t bytes,
                             struct weft_error *error) {
    return opencl_read_from(cl->queue, buffer, 0, to, bytes, error);
}

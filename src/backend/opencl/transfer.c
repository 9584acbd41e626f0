/* transfer.c: copies between the host and the device. */
#include "backend/opencl/transfer.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/pace.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <string.h>

enum weft_status opencl_write(struct opencl_backend *cl, cl_mem buffer, const void *from,
                              size_t bytes, struct weft_error *error) {
    cl_int code = CL_SUCCESS;
    TRY(opencl_lost_check(cl->device, error));
    if (bytes > 0) {
        code = clEnqueueWriteBuffer(cl->queue, buffer, CL_TRUE, 0, bytes, from, 0, NULL, NULL);
    }
    TRY(opencl_queue_check(cl, code, "clEnqueueWriteBuffer", error));
    opencl_pace_waited(cl);
    return WEFT_OK;
}

enum weft_status opencl_write_begin(struct opencl_backend *cl, cl_command_queue queue,
                                    cl_mem buffer, const void *from, size_t bytes, cl_event *event,
                                    struct weft_error *error) {
    TRY(opencl_lost_check(cl->device, error));
    return opencl_queue_check(
        cl, clEnqueueWriteBuffer(queue, buffer, CL_FALSE, 0, bytes, from, 0, NULL, event),
        "clEnqueueWriteBuffer", error);
}

static cl_int read_bytes(cl_command_queue queue, cl_mem buffer, size_t offset, void *to,
                         size_t bytes) {
    if (bytes == 0) {
        return CL_SUCCESS;
    }
    memset(to, 0xff, bytes); /* floats: NaN */
    return clEnqueueReadBuffer(queue, buffer, CL_TRUE, offset, bytes, to, 0, NULL, NULL);
}

enum weft_status opencl_read_from(cl_device_id device, cl_command_queue queue, cl_mem buffer,
                                  size_t offset, void *to, size_t bytes, struct weft_error *error) {
    TRY(opencl_lost_check(device, error));
    return opencl_device_check(device, read_bytes(queue, buffer, offset, to, bytes),
                               "clEnqueueReadBuffer", error);
}

enum weft_status opencl_read(struct opencl_backend *cl, cl_mem buffer, void *to, size_t bytes,
                             struct weft_error *error) {
    TRY(opencl_lost_check(cl->device, error));
    TRY(opencl_queue_check(cl, read_bytes(cl->queue, buffer, 0, to, bytes), "clEnqueueReadBuffer",
                           error));
    opencl_pace_waited(cl);
    return WEFT_OK;
}

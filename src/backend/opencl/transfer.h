/* transfer.h: copies between the host and the device. */
#ifndef WEFT_OPENCL_TRANSFER_H
#define WEFT_OPENCL_TRANSFER_H

#include "backend/opencl/cl.h"
#include "base/error.h"

struct opencl_backend;

/* Copies ${bytes} to or from the device and waits. */
enum weft_status opencl_write(struct opencl_backend *cl, cl_mem buffer, const void *from,
                              size_t bytes, struct weft_error *error);
enum weft_status opencl_read(struct opencl_backend *cl, cl_mem buffer, void *to, size_t bytes,
                             struct weft_error *error);

/* Begins to copy ${bytes} to ${buffer} by ${queue}: ${from} must stay as it is until the host has
 * waited for ${event}, which the caller releases. */
enum weft_status opencl_write_begin(struct opencl_backend *cl, cl_command_queue queue,
                                    cl_mem buffer, const void *from, size_t bytes, cl_event *event,
                                    struct weft_error *error);

/* Copies ${bytes} from ${offset} of ${buffer} and waits. ${queue} is of ${device}. All reads from
 * a device are made in transfer.c: a read that the driver loses leaves NaN in ${to}, never an
 * earlier result. */
enum weft_status opencl_read_from(cl_device_id device, cl_command_queue queue, cl_mem buffer,
                                  size_t offset, void *to, size_t bytes, struct weft_error *error);

#endif

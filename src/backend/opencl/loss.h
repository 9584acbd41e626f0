/* loss.h: devices that are lost. After a kernel was ended by a watchdog, or has crashed, any call
 * of the driver may wait for ever, even one that releases an object: so none is made any more. */
#ifndef WEFT_OPENCL_LOSS_H
#define WEFT_OPENCL_LOSS_H

#include "backend/opencl/cl.h"
#include "base/error.h"

struct opencl_backend;

/* Returns whether ${device} is lost; NULL: whether any device of this process is. */
bool opencl_is_lost(cl_device_id device);

/* Remembers that ${device} is lost if that is what ${code} of ${call} means. */
void opencl_loss_note(cl_device_id device, cl_int code, const char *call);

/* Remembers that ${whole} is lost if its sub-device ${part} is. */
void opencl_loss_copy(cl_device_id whole, cl_device_id part);

/* Fails with WEFT_BAD_DEVICE if ${device} is lost; the message names the call that found it. */
enum weft_status opencl_lost_check(cl_device_id device, struct weft_error *error);

/* As opencl_check, for ${call} of a queue or a buffer of ${device}. If ${code} is one of a lost
 * device, it is lost from now on. */
enum weft_status opencl_device_check(cl_device_id device, cl_int code, const char *call,
                                     struct weft_error *error);

/* As opencl_device_check; the hint tells what is known of the cause. */
enum weft_status opencl_queue_check(const struct opencl_backend *cl, cl_int code, const char *call,
                                    struct weft_error *error);

/* Releases ${object} of the type cl_${type}, unless it is NULL or ${device} is lost. */
#define OPENCL_RELEASE(device, type, object)                                                       \
    do {                                                                                           \
        if ((object) != NULL && !opencl_is_lost(device)) {                                         \
            clRelease##type(object);                                                               \
        }                                                                                          \
    } while (0)

#endif

/* loss.c: which codes mean that a device is lost, and what is known of the cause.
 *
 * No code of OpenCL says so. Drivers return, for a kernel that a watchdog ended or that crashed:
 * Intel -5, NVIDIA -5, -36 and -9999, AMD -14; and for each later call codes of invalid objects, or
 * nothing at all, since it does not return. */
#include "backend/opencl/loss.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/room.h"
#include "backend/opencl/state.h"
#include "os/host.h"

#include <stdatomic.h>
#include <stdio.h>

#define MAX_LOST 64   /* devices; of more, the rest is not remembered */
#define LONG     0.5  /* seconds: the fastest watchdog of a system waits for 2 */
#define FULL     0.75 /* share of the device's memory */

/* A lost device, and the first call that failed so. The device is stored last. */
static struct lost {
    atomic_bool used;
    _Atomic(cl_device_id) device; /* NULL: not yet stored */
    char call[48], code[32];
} losses[MAX_LOST];

/* Returns what is known of the loss of ${device} (NULL: of any device), or NULL. */
static const struct lost *find_loss(cl_device_id device) {
    for (size_t i = 0; i < MAX_LOST && atomic_load(&losses[i].used); i++) {
        cl_device_id one = atomic_load(&losses[i].device);
        if (one != NULL && (device == NULL || one == device)) {
            return &losses[i];
        }
    }
    return NULL;
}

bool opencl_is_lost(cl_device_id device) {
    return find_loss(device) != NULL;
}

enum weft_status opencl_lost_check(cl_device_id device, struct weft_error *error) {
    const struct lost *loss = find_loss(device);
    if (loss == NULL) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_DEVICE, "the device was lost before, in this process: %s: %s",
              loss->call, loss->code);
    return error_hint(error, "start the program again");
}

static bool means_loss(cl_int code) {
    switch (code) {
    case CL_DEVICE_NOT_AVAILABLE:
    case CL_OUT_OF_RESOURCES:
    case CL_OUT_OF_HOST_MEMORY:
    case CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST:
    case CL_INVALID_DEVICE:
    case CL_INVALID_CONTEXT:
    case CL_INVALID_COMMAND_QUEUE:
    case CL_INVALID_EVENT:
        return true;
    default:
        return !opencl_code_is_standard(code);
    }
}

static void add_loss(cl_device_id device, const char *call, const char *code) {
    size_t i = 0;
    if (opencl_is_lost(device)) {
        return;
    }
    while (i < MAX_LOST && atomic_exchange(&losses[i].used, true)) {
        i++;
    }
    if (i < MAX_LOST) {
        snprintf(losses[i].call, sizeof losses[i].call, "%s", call);
        snprintf(losses[i].code, sizeof losses[i].code, "%s", code);
        atomic_store(&losses[i].device, device);
    }
}

void opencl_loss_copy(cl_device_id whole, cl_device_id part) {
    const struct lost *loss = find_loss(part);
    if (loss != NULL) {
        add_loss(whole, loss->call, loss->code);
    }
}

void opencl_loss_note(cl_device_id device, cl_int code, const char *call) {
    char text[32];
    if (means_loss(code)) {
        add_loss(device, call, opencl_code_name(code, text));
    }
}

enum weft_status opencl_device_check(cl_device_id device, cl_int code, const char *call,
                                     struct weft_error *error) {
    char text[32];
    if (code == CL_SUCCESS || !means_loss(code)) {
        return opencl_check(code, call, error);
    }
    opencl_loss_note(device, code, call);
    return error_set(error, WEFT_BAD_DEVICE, "the device was lost: %s: %s", call,
                     opencl_code_name(code, text));
}

/* Returns the probable cause of a loss after ${seconds} of work. */
static const char *cause(const struct opencl_backend *cl, cl_int code, double seconds) {
    const double memory = FULL * (double)cl->base.device.global_memory;
    if (code == OPENCL_ILLEGAL_ACCESS) {
        return "a kernel or the driver has crashed";
    }
    if (seconds >= LONG) {
        return "a watchdog has probably ended a kernel, a smaller batch makes kernels shorter";
    }
    if ((memory > 0 && (double)cl->buffer_bytes > memory) || code == CL_OUT_OF_HOST_MEMORY) {
        return "memory is probably short, a smaller batch needs less";
    }
    if (code == CL_OUT_OF_RESOURCES && !cl->has_computed) { /* memory is used the first time */
        return "memory may be short, a smaller batch needs less; or the driver has crashed";
    }
    return "a kernel or the driver has probably crashed";
}

enum weft_status opencl_queue_check(const struct opencl_backend *cl, cl_int code, const char *call,
                                    struct weft_error *error) {
    double seconds = cl->pace.queued > 0 ? os_seconds() - cl->pace.since : 0;
    enum weft_status status = opencl_device_check(cl->device, code, call, error);
    if (code == CL_MEM_OBJECT_ALLOCATION_FAILURE) {
        opencl_room_hint(cl, error);
    }
    if (status == WEFT_OK || !opencl_is_lost(cl->device)) {
        return status;
    }
    error_hint(error,
               "after %.1f s of work, with buffers of %.0f of %.0f MB: %s; the system's log "
               "(dmesg) has more, and weft verify checks the device",
               seconds, 1e-6 * (double)cl->buffer_bytes,
               1e-6 * (double)cl->base.device.global_memory, cause(cl, code, seconds));
    return status;
}

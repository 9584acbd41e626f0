/* sub_device.c: a part of a CPU device, for --threads. */
#include "backend/opencl/sub_device.h"
#include "backend/log.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/state.h"

#include <string.h>

#define MAX_WAYS 16 /* in which a driver can partition a device; OpenCL 1.2 has three */

/* Returns whether the driver makes sub-devices of a number of units. clCreateSubDevices is not
 * called to find out, since it crashes in drivers without sub-devices (Mesa 22.3). */
static bool can_partition(cl_device_id device) {
    cl_device_partition_property ways[MAX_WAYS] = {0};
    clGetDeviceInfo(device, CL_DEVICE_PARTITION_PROPERTIES, sizeof ways, ways, NULL);
    for (size_t i = 0; i < MAX_WAYS; i++) {
        if (ways[i] == CL_DEVICE_PARTITION_BY_COUNTS) {
            return true;
        }
    }
    return false;
}

void opencl_sub_device_make(struct opencl_backend *cl, unsigned units) {
    const cl_device_partition_property counts[] = {CL_DEVICE_PARTITION_BY_COUNTS,
                                                   (cl_device_partition_property)units,
                                                   CL_DEVICE_PARTITION_BY_COUNTS_LIST_END, 0};
    struct device_info *about = &cl->base.device;
    cl_device_id part = NULL;
    char text[32];
    cl_int code;
    if (units == 0 || units >= about->compute_units || strcmp(about->type, "cpu") != 0) {
        return;
    }
    if (!can_partition(cl->device)) {
        log_write(&cl->base.log, "opencl: sub-device: none: the driver makes no sub-devices");
        return;
    }
    code = clCreateSubDevices(cl->device, counts, 1, &part, NULL);
    if (code != CL_SUCCESS) {
        log_write(&cl->base.log, "opencl: sub-device: none: clCreateSubDevices: %s",
                  opencl_code_name(code, text));
        return;
    }
    log_write(&cl->base.log, "opencl: sub-device: %u of %u compute units", units,
              about->compute_units);
    about->compute_units = units;
    cl->whole = cl->device;
    cl->device = part;
}

void opencl_sub_device_finish(struct opencl_backend *cl) {
    if (cl->whole == NULL) {
        return;
    }
    opencl_loss_copy(cl->whole, cl->device); /* later, the driver makes another sub-device of it */
    /* The sub-device is not released: PoCL's threads release the last events after clFinish has
     * returned, and crash if the device of an event has been freed. */
}

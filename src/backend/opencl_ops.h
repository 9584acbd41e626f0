/* opencl_ops.h: all that weft asks OpenCL for: the one seam between it and the rest, which may be missing. */
#ifndef WEFT_OPENCL_OPS_H
#define WEFT_OPENCL_OPS_H

#include "backend/backend.h"
#include "backend/opencl/debug/raw_device.h"
#include "backend/opencl/debug/record.h"
#include "backend/opencl/debug/replicas.h"

struct opencl_api {
    /* Lists OpenCL's devices as weft_devices_list does, without the CPU backend and without a default. */
    enum weft_status (*list)(struct weft_device **devices, size_t *count, char note[256],
                             struct weft_error *error);
    /* Opens ${device}, one of that list. Fails with WEFT_BAD_DEVICE. */
    enum weft_status (*open)(const struct backend_request *request,
                             const struct weft_device *device, struct weft_backend **backend,
                             struct weft_error *error);
    /* After a run of ${backend} with trial.record: finds the tensor ${target} among the record's buffers, stores its index in
     * ${buffer}, and reads what the device has in it now into ${bytes}, which the caller frees. Fails with WEFT_USAGE if no recorded
     * launch has that buffer. */
    enum weft_status (*record_result)(struct weft_backend *backend, const struct tensor_ref *target,
                                      int *buffer, unsigned char **bytes, struct weft_error *error);
    /* Empties the cache of compiled programs, as weft_cache_clear; ${removed} is not NULL. */
    enum weft_status (*cache_clear)(size_t *removed, struct weft_error *error);
    /* Writes the loader's name, its version and the OpenCL that it knows into ${text} of ${size} bytes: "OpenCL ICD Loader 2.3.1,
     * OpenCL 3.0"; "unknown" where it does not say, as a driver does that is linked without one. Asking loads the drivers. */
    void (*loader_version)(char *text, size_t size);
    const struct raw_device_ops *bare;
    const struct replicas_ops *crowd;
};

/* NULL in a weft that was built without OpenCL (meson's option opencl). There are no devices then but the CPU backend, so that nobody who
 * holds another one needs to ask. */
extern const struct opencl_api *const opencl_api;

#endif

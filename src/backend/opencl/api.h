/* api.h: the OpenCL backend as the rest of weft sees it. */
#ifndef WEFT_OPENCL_API_H
#define WEFT_OPENCL_API_H

#include "backend/ops.h"

struct opencl_api {
    /* Lists OpenCL's devices as devices_list does, without the CPU backend and without a
     * default. ${note} may be NULL, and is all zero. */
    enum weft_status (*list)(struct device_info **devices, size_t *count, struct weft_error *note,
                             struct weft_error *error);
    /* Opens ${device}, one of that list. Fails with WEFT_BAD_DEVICE. */
    enum weft_status (*open)(const struct backend_request *request,
                             const struct device_info *device, struct backend **backend,
                             struct weft_error *error);
    /* Empties the cache of compiled programs, as program_cache_clear; ${removed} is not NULL. */
    enum weft_status (*cache_clear)(size_t *removed, struct weft_error *error);
    /* Stores the name and version of OpenCL's loader and its version of OpenCL in ${text} of
     * ${size} bytes: "OpenCL ICD Loader 2.3.1, OpenCL 3.0"; "unknown" if it does not report
     * them, as with a driver that is linked without a loader. Loads the drivers. */
    void (*loader_version)(char *text, size_t size);
    /* As device_lost. */
    bool (*is_lost)(void);
};

/* NULL if weft was built without OpenCL (meson's option opencl). Then the CPU backend is the
 * only device, so that code that has another one need not check for NULL. */
extern const struct opencl_api *const opencl_api;

#endif

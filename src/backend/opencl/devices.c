/* devices.c: the OpenCL devices of this machine, and why there are none. */
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS /* clGetExtensionFunctionAddress */
#include "backend/opencl/devices.h"
#include "backend/opencl/advice.h"
#include "backend/opencl/describe.h"
#include "backend/opencl/errors.h"
#include "base/text.h"
#include "base/try.h"
#include "os/handlers.h"
#include "os/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLATFORM_NOT_FOUND_KHR (-1001)

#define MAX_PLATFORMS 64
#define MAX_DEVICES   64 /* of one platform */

/* Stores the devices of ${platform}. */
static cl_int find_ids(cl_platform_id platform, cl_device_id ids[MAX_DEVICES], cl_uint *count) {
    void *handlers = os_handlers_save();
    cl_int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, MAX_DEVICES, ids, count);
    os_handlers_restore(handlers);
    *count = code != CL_SUCCESS ? 0 : *count < MAX_DEVICES ? *count : MAX_DEVICES;
    return code;
}

static cl_int find_platforms(cl_platform_id platforms[MAX_PLATFORMS], cl_uint *count) {
    void *handlers;
    cl_int code;
    os_prepare_opencl();
    handlers = os_handlers_save();
    code = clGetPlatformIDs(MAX_PLATFORMS, platforms, count);
    os_handlers_restore(handlers);
    *count = code != CL_SUCCESS ? 0 : *count < MAX_PLATFORMS ? *count : MAX_PLATFORMS;
    return code;
}

/* What was found: the devices, and which platforms have none. */
struct found {
    struct device_info *devices;
    size_t count;
    struct text without; /* "NAME: CALL: CODE; ..." */
    bool failed;         /* one of these calls did fail, so that there may be devices */
};

/* Adds the devices of ${platform}, or why it has none. */
static enum weft_status add_platform(struct found *found, cl_platform_id platform, unsigned number,
                                     struct weft_error *error) {
    cl_device_id ids[MAX_DEVICES] = {NULL};
    cl_uint count = 0;
    cl_int code = find_ids(platform, ids, &count);
    char name[128], text[32];
    struct device_info *grown = realloc(found->devices, (found->count + count + 1) * sizeof *grown);
    if (grown == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory for the list of devices");
    }
    found->devices = grown;
    for (unsigned i = 0; i < count; i++, found->count++) {
        grown[found->count] = (struct device_info){
            .index = (unsigned)found->count, .platform = number, .in_platform = i};
        opencl_describe(ids[i], platform, &grown[found->count]);
    }
    if (count == 0) {
        opencl_platform_name(platform, number, name);
        text_add(&found->without, "%s%s: clGetDeviceIDs: %s", found->without.length > 0 ? "; " : "",
                 name, code == CL_SUCCESS ? "0 devices" : opencl_code_name(code, text));
        found->failed = found->failed || (code != CL_SUCCESS && code != CL_DEVICE_NOT_FOUND);
    }
    return WEFT_OK;
}

/* Stores in ${note} what is missing, as devices_list says. */
static void explain(const struct found *found, cl_int code, struct weft_error *note) {
    char name[32];
    const char *without = found->without.bytes != NULL ? found->without.bytes : "";
    if (code != CL_SUCCESS) {
        error_set(note, code == PLATFORM_NOT_FOUND_KHR ? WEFT_OK : WEFT_BAD_DEVICE,
                  "no OpenCL driver: clGetPlatformIDs: %s", opencl_code_name(code, name));
    } else if (found->count == 0) {
        error_set(note, WEFT_BAD_DEVICE, "no OpenCL device: %s",
                  without[0] != '\0' ? without : "clGetPlatformIDs: 0 platforms");
    } else if (without[0] != '\0') {
        error_set(note, found->failed ? WEFT_BAD_DEVICE : WEFT_OK, "OpenCL: %s", without);
    } else {
        return;
    }
    opencl_advise(without, code != CL_SUCCESS && code != PLATFORM_NOT_FOUND_KHR, note);
}

enum weft_status opencl_devices_list(struct device_info **devices, size_t *count,
                                     struct weft_error *note, struct weft_error *error) {
    cl_platform_id platforms[MAX_PLATFORMS] = {NULL};
    cl_uint platform_count = 0;
    struct found found = {0};
    void *handlers = os_handlers_save();
    cl_int code = find_platforms(platforms, &platform_count);
    enum weft_status status = WEFT_OK;
    for (unsigned i = 0; i < platform_count; i++) {
        TRY_OR(done, add_platform(&found, platforms[i], i, error));
    }
    explain(&found, code, note);
done:
    os_handlers_restore(handlers);
    free(found.without.bytes);
    if (status != WEFT_OK) {
        free(found.devices);
        return status;
    }
    *devices = found.devices;
    *count = found.count;
    return WEFT_OK;
}

/* A driver may have lost a device since, or found another one. */
enum weft_status opencl_device_find(const struct device_info *device, cl_device_id *id,
                                    struct weft_error *error) {
    cl_platform_id platforms[MAX_PLATFORMS] = {NULL};
    cl_device_id ids[MAX_DEVICES] = {NULL};
    cl_uint count = 0, in_platform = 0;
    struct device_info now = {.platform = device->platform, .in_platform = device->in_platform};
    TRY(opencl_check(find_platforms(platforms, &count), "clGetPlatformIDs", error));
    if (device->platform < count) {
        TRY(opencl_check(find_ids(platforms[device->platform], ids, &in_platform), "clGetDeviceIDs",
                         error));
    }
    if (device->in_platform >= in_platform) {
        return error_set(error, WEFT_BAD_DEVICE, "opencl: device %u, %s, is gone", device->index,
                         device->name);
    }
    *id = ids[device->in_platform];
    opencl_describe(*id, platforms[device->platform], &now);
    if (!now.usable) {
        return error_set(error, WEFT_BAD_DEVICE, "opencl: device %u is not usable any more: %s",
                         device->index, now.reason);
    }
    if (strcmp(now.name, device->name) != 0 || strcmp(now.uuid, device->uuid) != 0 ||
        strcmp(now.pci, device->pci) != 0 ||
        strcmp(now.platform_name, device->platform_name) != 0) {
        return error_set(error, WEFT_BAD_DEVICE,
                         "opencl: device %u was %s (%s), and is %s (%s) now", device->index,
                         device->name, device->platform_name, now.name, now.platform_name);
    }
    return WEFT_OK;
}

enum weft_status opencl_best_mapping(cl_device_id id, const struct device_info *device,
                                     enum weft_mapping *mapping, struct weft_error *error) {
    cl_uint width = 0;
    TRY(opencl_check(
        clGetDeviceInfo(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL),
        "clGetDeviceInfo: CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT", error));
    *mapping = strcmp(device->type, "cpu") == 0 && width >= 4 ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU;
    return WEFT_OK;
}

/* From the extension cl_loader_info, which few headers have. */
typedef cl_int (*loader_info)(int what, size_t size, void *value, size_t *used);
enum { LOADER_OPENCL = 1, LOADER_VERSION = 2, LOADER_NAME = 3 };

void opencl_loader_version(char *text, size_t size) {
    union { /* ISO C cannot cast an object's address to a function's */
        void *address;
        loader_info call;
    } info;
    char opencl[64] = "", version[64] = "", name[64] = "";
    os_prepare_opencl();
    info.address = clGetExtensionFunctionAddress("clGetICDLoaderInfoOCLICD");
    if (info.address == NULL ||
        info.call(LOADER_OPENCL, sizeof opencl - 1, opencl, NULL) != CL_SUCCESS ||
        info.call(LOADER_VERSION, sizeof version - 1, version, NULL) != CL_SUCCESS ||
        info.call(LOADER_NAME, sizeof name - 1, name, NULL) != CL_SUCCESS) {
        snprintf(text, size, "unknown");
        return;
    }
    snprintf(text, size, "%s %s, %s", name, version, opencl);
}

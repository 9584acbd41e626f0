/* devices.c: the OpenCL devices of this machine, and what their drivers report. */
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS /* clGetExtensionFunctionAddress */
#include "backend/opencl/devices.h"
#include "backend/opencl/errors.h"
#include "os/handlers.h"
#include "os/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* From the extensions cl_khr_pci_bus_info, cl_khr_device_uuid and cl_nv_device_attribute_query. */
#define DEVICE_PCI_BUS_INFO_KHR 0x410F
#define DEVICE_UUID_KHR         0x106A
#define DEVICE_PCI_BUS_ID_NV    0x4008
#define DEVICE_PCI_SLOT_ID_NV   0x4009
#define PLATFORM_NOT_FOUND_KHR  (-1001)

#define MAX_PLATFORMS 64
#define MAX_DEVICES   64 /* of one platform */

static void text_info(cl_device_id id, cl_device_info info, char *text, size_t size) {
    char long_text[1024] = "";
    if (clGetDeviceInfo(id, info, sizeof long_text - 1, long_text, NULL) != CL_SUCCESS) {
        long_text[0] = '\0';
    }
    snprintf(text, size, "%s", long_text);
}

static uint64_t number_info(cl_device_id id, cl_device_info info, size_t size) {
    union {
        cl_uint word;
        cl_ulong longer;
    } value = {.longer = 0};
    if (clGetDeviceInfo(id, info, size, &value, NULL) != CL_SUCCESS) {
        return 0;
    }
    return size == sizeof value.word ? value.word : value.longer;
}

static void describe_type(cl_device_id id, struct weft_device *device) {
    uint64_t type = number_info(id, CL_DEVICE_TYPE, sizeof(cl_device_type));
    snprintf(device->type, sizeof device->type, "%s",
             type & CL_DEVICE_TYPE_GPU           ? "gpu"
             : type & CL_DEVICE_TYPE_ACCELERATOR ? "accelerator"
             : type & CL_DEVICE_TYPE_CPU         ? "cpu"
                                                 : "custom");
}

static void describe_floats(cl_device_id id, struct weft_device *device) {
    static const struct {
        cl_device_fp_config bit;
        const char *name;
    } names[] = {
        {CL_FP_DENORM, "denorm"},
        {CL_FP_INF_NAN, "inf_nan"},
        {CL_FP_ROUND_TO_NEAREST, "round_to_nearest"},
        {CL_FP_ROUND_TO_ZERO, "round_to_zero"},
        {CL_FP_ROUND_TO_INF, "round_to_inf"},
        {CL_FP_FMA, "fma"},
        {CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT, "correctly_rounded_divide_sqrt"},
        {CL_FP_SOFT_FLOAT, "soft_float"},
    };
    uint64_t config = number_info(id, CL_DEVICE_SINGLE_FP_CONFIG, sizeof(cl_device_fp_config));
    size_t length = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((config & names[i].bit) != 0) {
            length +=
                (size_t)snprintf(device->fp_config + length, sizeof device->fp_config - length,
                                 "%s%s", length > 0 ? " " : "", names[i].name);
        }
    }
}

/* Stores the PCI address and the UUID, if the driver reports them. */
static void describe_address(cl_device_id id, struct weft_device *device) {
    cl_uint pci[4], bus, slot;
    unsigned char uuid[16];
    if (clGetDeviceInfo(id, DEVICE_PCI_BUS_INFO_KHR, sizeof pci, pci, NULL) == CL_SUCCESS) {
        snprintf(device->pci, sizeof device->pci, "%04x:%02x:%02x.%x", (unsigned)pci[0],
                 (unsigned)pci[1], (unsigned)pci[2], (unsigned)pci[3]);
    } else if (clGetDeviceInfo(id, DEVICE_PCI_BUS_ID_NV, sizeof bus, &bus, NULL) == CL_SUCCESS &&
               clGetDeviceInfo(id, DEVICE_PCI_SLOT_ID_NV, sizeof slot, &slot, NULL) == CL_SUCCESS) {
        snprintf(device->pci, sizeof device->pci, "0000:%02x:%02x.%x", (unsigned)bus,
                 (unsigned)(slot >> 3), (unsigned)(slot & 7));
    }
    if (clGetDeviceInfo(id, DEVICE_UUID_KHR, sizeof uuid, uuid, NULL) == CL_SUCCESS) {
        for (size_t i = 0; i < sizeof uuid; i++) {
            snprintf(device->uuid + 2 * i, 3, "%02x", uuid[i]);
        }
    }
}

/* Stores whether weft can use the device, and the reason if not. */
static void judge(cl_device_id id, struct weft_device *device) {
    char profile[64];
    const char *reason = NULL;
    text_info(id, CL_DEVICE_PROFILE, profile, sizeof profile);
    if (!number_info(id, CL_DEVICE_AVAILABLE, sizeof(cl_bool))) {
        reason = "the driver reports that it is not available";
    } else if (!number_info(id, CL_DEVICE_COMPILER_AVAILABLE, sizeof(cl_bool))) {
        reason = "it has no compiler";
    } else if (!number_info(id, CL_DEVICE_ENDIAN_LITTLE, sizeof(cl_bool))) {
        reason = "it is not little-endian";
    } else if (strcmp(device->type, "custom") == 0) {
        reason = "a custom device does not run OpenCL C";
    } else if (strncmp(device->opencl, "1.0", 3) == 0 || strncmp(device->opencl, "1.1", 3) == 0) {
        reason = "weft needs OpenCL 1.2";
    } else if (strcmp(profile, "FULL_PROFILE") != 0 ||
               strstr(device->fp_config, "round_to_nearest") == NULL) {
        reason = "it does not promise to round to nearest, which equal bits need";
    }
    device->usable = reason == NULL;
    snprintf(device->reason, sizeof device->reason, "%s", reason != NULL ? reason : "");
}

/* Describes a device in ${device}, whose texts are empty. */
static void describe(cl_device_id id, cl_platform_id platform, struct weft_device *device) {
    char version[128];
    clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof device->platform_name - 1,
                      device->platform_name, NULL);
    text_info(id, CL_DEVICE_NAME, device->name, sizeof device->name);
    text_info(id, CL_DRIVER_VERSION, device->driver, sizeof device->driver);
    text_info(id, CL_DEVICE_VERSION, version, sizeof version); /* "OpenCL 3.0 ..." */
    (void)sscanf(version, "OpenCL %63s", device->opencl);
    text_info(id, CL_DEVICE_OPENCL_C_VERSION, version, sizeof version); /* "OpenCL C 1.2 ..." */
    (void)sscanf(version, "OpenCL C %63s", device->opencl_c);
    device->compute_units = (unsigned)number_info(id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof(cl_uint));
    device->global_memory = number_info(id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof(cl_ulong));
    device->local_memory = number_info(id, CL_DEVICE_LOCAL_MEM_SIZE, sizeof(cl_ulong));
    describe_type(id, device);
    describe_floats(id, device);
    describe_address(id, device);
    judge(id, device);
}

/* Stores the devices of ${platform} and returns how many there are. */
static cl_uint find_ids(cl_platform_id platform, cl_device_id ids[MAX_DEVICES]) {
    cl_uint count = 0;
    void *handlers = os_handlers_save();
    cl_int code = clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, MAX_DEVICES, ids, &count);
    os_handlers_restore(handlers);
    if (code != CL_SUCCESS) {
        return 0;
    }
    return count < MAX_DEVICES ? count : MAX_DEVICES;
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

/* Appends the devices of ${platform}. Returns false without memory. */
static bool add_platform(struct weft_device **devices, size_t *count, cl_platform_id platform,
                         unsigned number) {
    cl_device_id ids[MAX_DEVICES];
    cl_uint found = find_ids(platform, ids);
    struct weft_device *grown = realloc(*devices, (*count + found + 1) * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    *devices = grown;
    for (unsigned i = 0; i < found; i++, (*count)++) {
        grown[*count] =
            (struct weft_device){.index = (unsigned)*count, .platform = number, .in_platform = i};
        describe(ids[i], platform, &grown[*count]);
    }
    return true;
}

enum weft_status opencl_devices_list(struct weft_device **devices, size_t *count, char note[256],
                                     struct weft_error *error) {
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_uint platform_count = 0;
    char name[32];
    cl_int code = find_platforms(platforms, &platform_count);
    *devices = NULL;
    *count = 0;
    for (unsigned i = 0; i < platform_count; i++) {
        if (!add_platform(devices, count, platforms[i], i)) {
            free(*devices);
            return weft_fail(error, WEFT_FAILED, "opencl: no memory for the list of devices");
        }
    }
    if (note != NULL) {
        note[0] = '\0';
        if (code != CL_SUCCESS) {
            snprintf(note, 256, "no OpenCL driver: clGetPlatformIDs: %s",
                     opencl_code_name(code, name));
        } else if (*count == 0) {
            snprintf(note, 256, "%u OpenCL platform%s, but no device", (unsigned)platform_count,
                     platform_count == 1 ? "" : "s");
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_device_find(const struct weft_device *device, cl_device_id *id,
                                    struct weft_error *error) {
    cl_platform_id platforms[MAX_PLATFORMS];
    cl_device_id ids[MAX_DEVICES];
    cl_uint count = 0;
    find_platforms(platforms, &count);
    if (device->platform >= count ||
        device->in_platform >= find_ids(platforms[device->platform], ids)) {
        return weft_fail(error, WEFT_BAD_DEVICE, "opencl: device %u is gone", device->index);
    }
    *id = ids[device->in_platform];
    return WEFT_OK;
}

enum weft_mapping opencl_best_mapping(cl_device_id id, const struct weft_device *device) {
    uint64_t width = number_info(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof(cl_uint));
    return strcmp(device->type, "cpu") == 0 && width >= 4 ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU;
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

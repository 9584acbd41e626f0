/* describe.c: what the driver of a device reports, and whether weft can use the device. */
#include "backend/opencl/describe.h"
#include "backend/opencl/advice.h"
#include "backend/opencl/errors.h"

#include <stdio.h>
#include <string.h>

/* From the extensions cl_khr_pci_bus_info, cl_khr_device_uuid and cl_nv_device_attribute_query. */
#define DEVICE_PCI_BUS_INFO_KHR 0x410F
#define DEVICE_UUID_KHR         0x106A
#define DEVICE_PCI_BUS_ID_NV    0x4008
#define DEVICE_PCI_SLOT_ID_NV   0x4009

/* The queries of a device. The first failure is kept: its values are not known. */
struct queries {
    cl_device_id id;
    const char *failed; /* NULL: none */
    cl_int code;
};

static void query(struct queries *queries, cl_device_info info, const char *name, size_t size,
                  void *value) {
    cl_int code = clGetDeviceInfo(queries->id, info, size, value, NULL);
    if (code != CL_SUCCESS && queries->failed == NULL) {
        queries->failed = name;
        queries->code = code;
    }
}
#define QUERY(queries, info, value) query(queries, info, #info, sizeof(value), &(value))

/* Stores a text of the device, cut to fit; empty if the query fails. */
static void query_text(struct queries *queries, cl_device_info info, const char *name, char *text,
                       size_t size) {
    char long_text[4096] = "";
    query(queries, info, name, sizeof long_text - 1, long_text);
    snprintf(text, size, "%s", long_text);
}
#define QUERY_TEXT(queries, info, text) query_text(queries, info, #info, text, sizeof(text))

static void describe_type(struct queries *queries, struct device_info *device) {
    cl_device_type type = 0;
    QUERY(queries, CL_DEVICE_TYPE, type);
    snprintf(device->type, sizeof device->type, "%s",
             type & CL_DEVICE_TYPE_GPU           ? "gpu"
             : type & CL_DEVICE_TYPE_ACCELERATOR ? "accelerator"
             : type & CL_DEVICE_TYPE_CPU         ? "cpu"
             : type & CL_DEVICE_TYPE_CUSTOM      ? "custom"
                                                 : "unknown");
}

static void describe_floats(struct queries *queries, struct device_info *device) {
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
    cl_device_fp_config config = 0;
    size_t length = 0;
    QUERY(queries, CL_DEVICE_SINGLE_FP_CONFIG, config);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if ((config & names[i].bit) != 0) {
            length +=
                (size_t)snprintf(device->fp_config + length, sizeof device->fp_config - length,
                                 "%s%s", length > 0 ? " " : "", names[i].name);
        }
    }
}

/* Stores the PCI address and the UUID, if the driver reports them. */
static void describe_address(cl_device_id id, struct device_info *device) {
    cl_uint pci[4] = {0}, bus = 0, slot = 0;
    unsigned char uuid[16] = {0};
    static const unsigned char none[sizeof uuid];
    if (clGetDeviceInfo(id, DEVICE_PCI_BUS_INFO_KHR, sizeof pci, pci, NULL) == CL_SUCCESS) {
        snprintf(device->pci, sizeof device->pci, "%04x:%02x:%02x.%x", (unsigned)pci[0],
                 (unsigned)pci[1], (unsigned)pci[2], (unsigned)pci[3]);
    } else if (clGetDeviceInfo(id, DEVICE_PCI_BUS_ID_NV, sizeof bus, &bus, NULL) == CL_SUCCESS &&
               clGetDeviceInfo(id, DEVICE_PCI_SLOT_ID_NV, sizeof slot, &slot, NULL) == CL_SUCCESS) {
        snprintf(device->pci, sizeof device->pci, "0000:%02x:%02x.%x", (unsigned)bus,
                 (unsigned)(slot >> 3), (unsigned)(slot & 7));
    }
    if (clGetDeviceInfo(id, DEVICE_UUID_KHR, sizeof uuid, uuid, NULL) == CL_SUCCESS &&
        memcmp(uuid, none, sizeof uuid) != 0) {
        for (size_t i = 0; i < sizeof uuid; i++) {
            snprintf(device->uuid + 2 * i, 3, "%02x", uuid[i]);
        }
    }
}

/* Returns whether the driver passes kernels on to a driver of another API: Direct3D or Vulkan. */
static bool is_layered(const struct device_info *device) {
    static const char *const platforms[] = {"OpenCLOn12", "clvk", "ANGLE"};
    static const char *const names[] = {"zink", "D3D12"}; /* of Mesa's drivers */
    for (size_t i = 0; i < sizeof platforms / sizeof platforms[0]; i++) {
        if (strstr(device->platform_name, platforms[i]) != NULL) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strncmp(device->name, names[i], strlen(names[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* Stores what decides about the place of the device among others. What a driver does not report is
 * no reason not to use it. */
static void describe_speed(cl_device_id id, struct device_info *device) {
    bool is_cpu = strcmp(device->type, "cpu") == 0;
    bool is_gpu = strcmp(device->type, "gpu") == 0 || strcmp(device->type, "accelerator") == 0;
    cl_uint clock = 0;
    cl_ulong most = 0;
    cl_bool unified = CL_FALSE;
    clGetDeviceInfo(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof most, &most, NULL);
    clGetDeviceInfo(id, CL_DEVICE_MAX_CLOCK_FREQUENCY, sizeof clock, &clock, NULL);
    clGetDeviceInfo(id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof unified, &unified, NULL);
    device->max_buffer = most;
    device->clock = (unsigned)clock;
    device->unified_memory = is_cpu || unified;
    device->layered = is_layered(device);
    device->emulated_fma =
        is_gpu && device->fp_config[0] != '\0' && strstr(device->fp_config, "fma") == NULL;
    if (device->emulated_fma) {
        opencl_advise_fma(device);
    }
}

/* Stores whether weft can use the device, and the reason if not. */
static void judge(struct queries *queries, struct device_info *device) {
    char profile[64], code[32];
    const char *reason = NULL;
    cl_bool available = CL_FALSE, compiler = CL_FALSE, little = CL_FALSE;
    bool old = strncmp(device->opencl, "1.0", 3) == 0 || strncmp(device->opencl, "1.1", 3) == 0;
    QUERY_TEXT(queries, CL_DEVICE_PROFILE, profile);
    QUERY(queries, CL_DEVICE_AVAILABLE, available);
    QUERY(queries, CL_DEVICE_COMPILER_AVAILABLE, compiler);
    QUERY(queries, CL_DEVICE_ENDIAN_LITTLE, little);
    if (old) {
        reason = "weft needs OpenCL 1.2";
    } else if (queries->failed != NULL) {
        snprintf(device->reason, sizeof device->reason, "a query of its properties fails: %s: %s",
                 queries->failed, opencl_code_name(queries->code, code));
        return;
    } else if (!available) {
        reason = "the driver reports that it is not available";
    } else if (!compiler) {
        reason = "it has no compiler";
    } else if (!little) {
        reason = "it is not little-endian";
    } else if (strcmp(device->type, "custom") == 0) {
        reason = "a custom device does not run OpenCL C";
    } else if (strcmp(device->type, "unknown") == 0) {
        reason = "the driver reports no type of it";
    } else if (device->opencl[0] == '\0') {
        reason = "the driver reports no version of OpenCL";
    } else if (device->compute_units == 0 || device->global_memory == 0) {
        reason = "the driver reports that it has no compute units or no memory";
    } else if (strcmp(profile, "FULL_PROFILE") != 0 ||
               strstr(device->fp_config, "round_to_nearest") == NULL) {
        reason = "it does not promise to round to nearest, which equal bits need";
    }
    device->usable = reason == NULL;
    snprintf(device->reason, sizeof device->reason, "%s", reason != NULL ? reason : "");
}

cl_int opencl_platform_name(cl_platform_id platform, unsigned number, char name[128]) {
    char text[4096] = "";
    cl_int code = clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof text - 1, text, NULL);
    if (code != CL_SUCCESS) {
        snprintf(text, sizeof text, "platform %u", number);
    }
    snprintf(name, 128, "%s", text);
    return code;
}

void opencl_describe(cl_device_id id, cl_platform_id platform, struct device_info *device) {
    struct queries queries = {.id = id};
    char version[128];
    cl_uint units = 0;
    cl_ulong global = 0, local = 0;
    queries.code = opencl_platform_name(platform, device->platform, device->platform_name);
    queries.failed = queries.code != CL_SUCCESS ? "CL_PLATFORM_NAME" : NULL;
    QUERY_TEXT(&queries, CL_DEVICE_NAME, device->name);
    QUERY_TEXT(&queries, CL_DRIVER_VERSION, device->driver);
    QUERY_TEXT(&queries, CL_DEVICE_VERSION, version); /* "OpenCL 3.0 ..." */
    (void)sscanf(version, "OpenCL %63s", device->opencl);
    QUERY_TEXT(&queries, CL_DEVICE_OPENCL_C_VERSION, version); /* "OpenCL C 1.2 ..." */
    (void)sscanf(version, "OpenCL C %63s", device->opencl_c);
    QUERY(&queries, CL_DEVICE_MAX_COMPUTE_UNITS, units);
    QUERY(&queries, CL_DEVICE_GLOBAL_MEM_SIZE, global);
    QUERY(&queries, CL_DEVICE_LOCAL_MEM_SIZE, local);
    device->compute_units = (unsigned)units;
    device->global_memory = global;
    device->local_memory = local;
    describe_type(&queries, device);
    describe_floats(&queries, device);
    describe_address(id, device);
    describe_speed(id, device);
    judge(&queries, device);
    if (device->name[0] == '\0') {
        snprintf(device->name, sizeof device->name, "device %u:%u", device->platform,
                 device->in_platform);
    }
}

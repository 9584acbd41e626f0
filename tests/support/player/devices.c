/* devices.c: the platforms and devices that are played, and what they report. */
#include "player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEVICE_PCI_BUS_INFO_KHR 0x410F /* cl_khr_pci_bus_info */
#define DEVICE_UUID_KHR         0x106A /* cl_khr_device_uuid */

static struct player_platform platforms[PLAYER_MAX];
static struct player_device devices[PLAYER_MAX];
static cl_platform_id listed[PLAYER_MAX]; /* in the order of WEFT_PLAY */
static cl_uint platform_count, device_count, listed_count;

/* Finds the device that others are played on: the first one of the platform whose name contains
 * WEFT_PLAY_ON. */
static bool find_real(cl_platform_id *platform, cl_device_id *device) {
    cl_platform_id all[64];
    const char *wanted = getenv("WEFT_PLAY_ON");
    cl_uint count = 0;
    wanted = wanted != NULL ? wanted : "Portable Computing Language";
    if (player_real->clGetPlatformIDs(64, all, &count) != CL_SUCCESS) {
        return false;
    }
    for (cl_uint i = 0; i < count && i < 64; i++) {
        char name[256] = "";
        player_real->clGetPlatformInfo(all[i], CL_PLATFORM_NAME, sizeof name, name, NULL);
        if (strstr(name, wanted) != NULL &&
            player_real->clGetDeviceIDs(all[i], CL_DEVICE_TYPE_ALL, 1, device, NULL) ==
                CL_SUCCESS) {
            *platform = all[i];
            return true;
        }
    }
    return false;
}

static struct player_platform *platform_of(const char *name, cl_platform_id real) {
    struct player_platform *platform;
    for (cl_uint i = 0; i < platform_count; i++) {
        if (strcmp(platforms[i].name, name) == 0) {
            return &platforms[i];
        }
    }
    platform = &platforms[platform_count++];
    platform->dispatch = *(void **)real;
    platform->real = real;
    snprintf(platform->name, sizeof platform->name, "%s", name);
    listed[listed_count++] = (cl_platform_id)platform;
    return platform;
}

static void add_device(const char *text, cl_platform_id platform, cl_device_id real) {
    struct player_device *device = &devices[device_count++];
    player_traits_read(text, &device->traits);
    device->dispatch = *(void **)real;
    device->real = real;
    pthread_mutex_init(&device->mutex, NULL);
    device->platform = platform_of(device->traits.platform, platform);
}

static void init(void) {
    const char *wanted = getenv("WEFT_PLAY");
    char *copy = strdup(wanted != NULL ? wanted : "real"), *rest = NULL;
    cl_platform_id platform;
    cl_device_id device;
    if (copy == NULL) {
        abort();
    }
    if (find_real(&platform, &device)) {
        for (char *text = strtok_r(copy, ";", &rest);
             text != NULL && device_count < PLAYER_MAX && listed_count < PLAYER_MAX;
             text = strtok_r(NULL, ";", &rest)) {
            if (strcmp(text, "real") == 0) {
                listed[listed_count++] = platform;
            } else {
                add_device(text, platform, device);
            }
        }
    }
    free(copy);
}

/* The drivers are there only after clInitLayer. */
void player_devices_init(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, init);
}

static struct player_platform *platform_played(cl_platform_id id) {
    for (cl_uint i = 0; i < platform_count; i++) {
        if (id == (cl_platform_id)&platforms[i]) {
            return &platforms[i];
        }
    }
    return NULL;
}

struct player_device *player_device_of(cl_device_id id) {
    for (cl_uint i = 0; i < device_count; i++) {
        if (id == (cl_device_id)&devices[i]) {
            return &devices[i];
        }
    }
    return NULL;
}

cl_device_id player_real_device(cl_device_id id) {
    const struct player_device *device = player_device_of(id);
    return device != NULL ? device->real : id;
}

cl_platform_id player_real_platform(cl_platform_id id) {
    const struct player_platform *platform = platform_played(id);
    return platform != NULL ? platform->real : id;
}

static cl_int CL_API_CALL get_platforms(cl_uint num_entries, cl_platform_id *ids,
                                        cl_uint *num_platforms) {
    player_devices_init();
    if (num_platforms != NULL) {
        *num_platforms = listed_count;
    }
    for (cl_uint i = 0; ids != NULL && i < listed_count && i < num_entries; i++) {
        ids[i] = listed[i];
    }
    return listed_count > 0 ? CL_SUCCESS : -1001; /* CL_PLATFORM_NOT_FOUND_KHR */
}

static cl_int CL_API_CALL get_platform_info(cl_platform_id id, cl_platform_info info, size_t size,
                                            void *to, size_t *used) {
    const struct player_platform *platform = platform_played(id);
    if (platform != NULL && platform->name[0] != '\0' &&
        (info == CL_PLATFORM_NAME || info == CL_PLATFORM_VENDOR)) {
        return player_answer(platform->name, strlen(platform->name) + 1, size, to, used);
    }
    return player_real->clGetPlatformInfo(player_real_platform(id), info, size, to, used);
}

static cl_device_type type_of(const struct player_device *device) {
    cl_device_type type = CL_DEVICE_TYPE_CPU;
    if (device->traits.type != 0) {
        return device->traits.type;
    }
    player_real->clGetDeviceInfo(device->real, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    return type;
}

static cl_int CL_API_CALL get_devices(cl_platform_id id, cl_device_type type, cl_uint num_entries,
                                      cl_device_id *ids, cl_uint *num_devices) {
    const struct player_platform *platform = platform_played(id);
    cl_uint count = 0;
    if (platform == NULL) {
        return player_real->clGetDeviceIDs(id, type, num_entries, ids, num_devices);
    }
    for (cl_uint i = 0; i < device_count; i++) {
        bool fits = (type_of(&devices[i]) & type) != 0 || (type & CL_DEVICE_TYPE_DEFAULT) != 0;
        if (devices[i].platform == platform && fits) {
            if (ids != NULL && count < num_entries) {
                ids[count] = (cl_device_id)&devices[i];
            }
            count++;
        }
    }
    if (num_devices != NULL) {
        *num_devices = count;
    }
    return count > 0 ? CL_SUCCESS : CL_DEVICE_NOT_FOUND;
}

/* The answers that WEFT_PLAY sets, as numbers. Returns false for others. */
static bool number_answer(const struct player_device *device, cl_device_info info, long *value) {
    const struct player_traits *traits = &device->traits;
    bool gpu = traits->type == CL_DEVICE_TYPE_GPU;
    switch (info) {
    case CL_DEVICE_MAX_COMPUTE_UNITS:
        return (*value = traits->units) > 0;
    case CL_DEVICE_MAX_CLOCK_FREQUENCY:
        return (*value = traits->clock) > 0;
    case CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT:
    case CL_DEVICE_PREFERRED_VECTOR_WIDTH_FLOAT:
        return (*value = gpu) > 0;
    case CL_DEVICE_HOST_UNIFIED_MEMORY:
        *value = traits->integrated;
        return traits->integrated || traits->discrete;
    default:
        return false;
    }
}

static const char *text_answer(const struct player_device *device, cl_device_info info) {
    switch (info) {
    case CL_DEVICE_NAME:
        return device->traits.name;
    case CL_DEVICE_VENDOR:
        return device->traits.vendor;
    case CL_DRIVER_VERSION:
        return device->traits.driver;
    default:
        return "";
    }
}

static cl_int answer_extensions(const struct player_device *device, size_t size, void *to,
                                size_t *used) {
    char text[8192] = "";
    size_t length;
    cl_int code = player_real->clGetDeviceInfo(device->real, CL_DEVICE_EXTENSIONS,
                                               sizeof text - 128, text, NULL);
    length = strlen(text);
    snprintf(text + length, sizeof text - length, "%s%s",
             device->traits.has_pci ? " cl_khr_pci_bus_info" : "",
             device->traits.has_uuid ? " cl_khr_device_uuid" : "");
    return code != CL_SUCCESS ? code : player_answer(text, strlen(text) + 1, size, to, used);
}

void player_items(const struct player_device *device, size_t items[3]) {
    const size_t groups = (size_t)device->traits.groups;
    player_real->clGetDeviceInfo(device->real, CL_DEVICE_MAX_WORK_ITEM_SIZES, 3 * sizeof *items,
                                 items, NULL);
    for (int i = 0; i < 3; i++) {
        if (device->traits.items[i] > 0) {
            items[i] = device->traits.items[i];
        } else if (groups > 0 && groups < items[i]) {
            items[i] = groups;
        }
    }
}

static cl_int answer_floats(const struct player_device *device, size_t size, void *to,
                            size_t *used) {
    cl_device_fp_config config = 0;
    cl_int code = player_real->clGetDeviceInfo(device->real, CL_DEVICE_SINGLE_FP_CONFIG,
                                               sizeof config, &config, NULL);
    if (device->traits.nofma) {
        config &= ~(cl_device_fp_config)CL_FP_FMA;
    }
    return code != CL_SUCCESS ? code : player_answer(&config, sizeof config, size, to, used);
}

static cl_int CL_API_CALL get_device_info(cl_device_id id, cl_device_info info, size_t size,
                                          void *to, size_t *used) {
    struct player_device *device = player_device_of(id);
    const char *text;
    long number;
    if (device == NULL) {
        return player_real->clGetDeviceInfo(id, info, size, to, used);
    }
    const struct player_traits *traits = &device->traits;
    text = text_answer(device, info);
    if (text[0] != '\0') {
        return player_answer(text, strlen(text) + 1, size, to, used);
    }
    if (number_answer(device, info, &number)) {
        cl_uint value = (cl_uint)number; /* cl_bool is the same */
        return player_answer(&value, sizeof value, size, to, used);
    }
    switch (info) {
    case CL_DEVICE_TYPE: {
        cl_device_type type = type_of(device);
        return player_answer(&type, sizeof type, size, to, used);
    }
    case CL_DEVICE_PLATFORM:
        return player_answer(&device->platform, sizeof device->platform, size, to, used);
    case CL_DEVICE_EXTENSIONS:
        return answer_extensions(device, size, to, used);
    case CL_DEVICE_SINGLE_FP_CONFIG:
        return answer_floats(device, size, to, used);
    case CL_DEVICE_MAX_WORK_ITEM_SIZES: {
        size_t items[3] = {0};
        player_items(device, items);
        return player_answer(items, sizeof items, size, to, used);
    }
    case CL_DEVICE_MAX_WORK_GROUP_SIZE:
        if (traits->groups > 0) {
            size_t value = (size_t)traits->groups;
            return player_answer(&value, sizeof value, size, to, used);
        }
        break;
    case CL_DEVICE_GLOBAL_MEM_SIZE:
    case CL_DEVICE_MAX_MEM_ALLOC_SIZE:
    case CL_DEVICE_LOCAL_MEM_SIZE: {
        long bytes = info == CL_DEVICE_LOCAL_MEM_SIZE       ? traits->local
                     : info == CL_DEVICE_MAX_MEM_ALLOC_SIZE ? traits->maxalloc
                                                            : traits->memory;
        cl_ulong value = (cl_ulong)bytes;
        if (bytes > 0) {
            return player_answer(&value, sizeof value, size, to, used);
        }
        break;
    }
    case CL_DEVICE_PARTITION_PROPERTIES: { /* sub-devices would not be played */
        static const cl_device_partition_property none = 0;
        return player_answer(&none, sizeof none, size, to, used);
    }
    case DEVICE_PCI_BUS_INFO_KHR:
        return !traits->has_pci ? CL_INVALID_VALUE
                                : player_answer(traits->pci, sizeof traits->pci, size, to, used);
    case DEVICE_UUID_KHR:
        return !traits->has_uuid ? CL_INVALID_VALUE
                                 : player_answer(traits->uuid, sizeof traits->uuid, size, to, used);
    default:
        break;
    }
    return player_real->clGetDeviceInfo(device->real, info, size, to, used);
}

static cl_int CL_API_CALL retain(cl_device_id id) {
    return player_device_of(id) != NULL ? CL_SUCCESS : player_real->clRetainDevice(id);
}

static cl_int CL_API_CALL release(cl_device_id id) {
    return player_device_of(id) != NULL ? CL_SUCCESS : player_real->clReleaseDevice(id);
}

void player_devices_install(cl_icd_dispatch *dispatch) {
    dispatch->clGetPlatformIDs = get_platforms;
    dispatch->clGetPlatformInfo = get_platform_info;
    dispatch->clGetDeviceIDs = get_devices;
    dispatch->clGetDeviceInfo = get_device_info;
    dispatch->clRetainDevice = retain;
    dispatch->clReleaseDevice = release;
}

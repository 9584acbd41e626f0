/* device_order.c: the order in which the selector "auto" tries the devices: those first that will
 * train faster, as far as their descriptions show it. */
#include "backend/device_order.h"

#include <stdio.h>
#include <string.h>

/* Classes of devices, the preferred ones first. A CPU without CL_FP_FMA keeps its place: PoCL
 * reports fma only on x86. */
enum class {
    GPU,
    ACCELERATOR,
    CPU_WITH_FMA,
    CPU,
    BUILTIN,
    GPU_EMULATED,
    ACCELERATOR_EMULATED,
    NONE
};

static bool is_type(const struct device_info *device, const char *type) {
    return strcmp(device->type, type) == 0;
}

static bool reports_fma(const struct device_info *device) {
    return strstr(device->fp_config, "fma") != NULL; /* no other word contains it */
}

/* A device whose type could not be queried may be of the first class. */
static enum class class_of(const struct device_info *device) {
    bool emulated = device->emulated_fma;
    return device->builtin                  ? BUILTIN
           : is_type(device, "gpu")         ? (emulated ? GPU_EMULATED : GPU)
           : is_type(device, "accelerator") ? (emulated ? ACCELERATOR_EMULATED : ACCELERATOR)
           : is_type(device, "cpu")         ? (reports_fma(device) ? CPU_WITH_FMA : CPU)
           : is_type(device, "unknown")     ? GPU
                                            : NONE;
}

/* Mesa's driver and PoCL are for devices of several makers, whose own drivers are preferred. */
static bool is_generic(const struct device_info *device) {
    return strcmp(device->platform_name, "rusticl") == 0 ||
           strcmp(device->platform_name, "Portable Computing Language") == 0;
}

/* Returns whether both are one card under two platforms. Parts of a card can be devices of one
 * platform, with one address. */
static bool same_card(const struct device_info *a, const struct device_info *b) {
    if (a->builtin || b->builtin || a->platform == b->platform) {
        return false;
    }
    if (a->pci[0] != '\0' && b->pci[0] != '\0') {
        return strcmp(a->pci, b->pci) == 0;
    }
    return a->uuid[0] != '\0' && strcmp(a->uuid, b->uuid) == 0;
}

/* Negative: the driver of ${a} is better than that of ${b}. Never 0 for two devices. */
static int compare_drivers(const struct device_info *a, const struct device_info *b) {
    int result = b->usable - a->usable;
    result = result != 0 ? result : (int)class_of(a) - (int)class_of(b);
    result = result != 0 ? result : a->layered - b->layered;
    result = result != 0 ? result : is_generic(a) - is_generic(b);
    return result != 0 ? result : (a->index > b->index) - (a->index < b->index);
}

/* Stores in each device's same_as the device that is the same card with the best driver. */
static void find_duplicates(struct device_info *devices, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const struct device_info *best = &devices[i];
        for (size_t j = 0; j < count; j++) {
            if (same_card(&devices[i], &devices[j]) && compare_drivers(&devices[j], best) < 0) {
                best = &devices[j];
            }
        }
        devices[i].same_as = best != &devices[i] ? best->index : WEFT_NO_INDEX;
    }
    for (size_t i = 0; i < count; i++) { /* the best one may be the same card as a third */
        while (devices[i].same_as != WEFT_NO_INDEX &&
               devices[devices[i].same_as].same_as != WEFT_NO_INDEX) {
            devices[i].same_as = devices[devices[i].same_as].same_as;
        }
    }
}

/* Compute units times clock; a clock that is not reported counts as 1 GHz. */
static uint64_t size_of(const struct device_info *device) {
    return (uint64_t)device->compute_units * (device->clock > 0 ? device->clock : 1000);
}

/* Two drivers can report one card differently: its size is that of the better driver. */
bool device_order_before(const struct device_info *devices, const struct device_info *a,
                         const struct device_info *b) {
    const struct device_info *card_a = a->same_as != WEFT_NO_INDEX ? &devices[a->same_as] : a;
    const struct device_info *card_b = b->same_as != WEFT_NO_INDEX ? &devices[b->same_as] : b;
    bool shares = class_of(a) != CPU && class_of(a) != CPU_WITH_FMA; /* every CPU shares memory */
    if (class_of(a) != class_of(b)) {
        return class_of(a) < class_of(b);
    }
    if (a->layered != b->layered) {
        return b->layered;
    }
    if (shares && card_a->unified_memory != card_b->unified_memory) {
        return card_b->unified_memory;
    }
    if (size_of(card_a) != size_of(card_b)) {
        return size_of(card_a) > size_of(card_b);
    }
    if (is_generic(a) != is_generic(b)) {
        return is_generic(b);
    }
    return a->index < b->index;
}

/* Stores why a usable device has its place. */
static void explain(struct device_info *device, bool any_opencl) {
    char *reason = device->reason;
    const size_t room = sizeof device->reason;
    const char *layered = device->layered ? ", with a driver on top of another one" : "";
    const char *kind = is_type(device, "accelerator") ? "an accelerator"
                       : device->emulated_fma         ? "a GPU"
                       : device->unified_memory       ? "an integrated GPU"
                                                      : "a discrete GPU";
    if (device->builtin) {
        snprintf(reason, room, "%s",
                 !any_opencl          ? "no usable OpenCL device"
                 : device->is_default ? "no usable OpenCL device has fma in hardware"
                                      : "the CPU backend, which needs no driver");
    } else if (device->same_as != WEFT_NO_INDEX) {
        snprintf(reason, room, "the same card as device %u, whose driver is preferred",
                 device->same_as);
    } else if (device->emulated_fma) {
        snprintf(reason, room, "%s without fma in hardware: slower than a CPU%s", kind, layered);
    } else if (is_type(device, "cpu")) {
        snprintf(reason, room, "a CPU device%s%s",
                 class_of(device) == CPU ? " that reports no fma in hardware" : "", layered);
    } else {
        snprintf(reason, room, "%s%s", kind, layered);
    }
}

void device_order_set(struct device_info *devices, size_t count) {
    bool any_opencl = false;
    for (size_t i = 0; i < count; i++) {
        any_opencl = any_opencl || (devices[i].usable && !devices[i].builtin);
    }
    find_duplicates(devices, count);
    for (size_t i = 0; i < count; i++) {
        devices[i].order = devices[i].usable;
        for (size_t j = 0; j < count && devices[i].usable; j++) {
            devices[i].order += j != i && devices[j].usable &&
                                device_order_before(devices, &devices[j], &devices[i]);
        }
        devices[i].is_default = devices[i].order == 1;
        if (devices[i].usable) {
            explain(&devices[i], any_opencl);
        }
    }
}

const struct device_info *device_order_at(const struct device_info *devices, size_t count,
                                          unsigned place) {
    for (size_t i = 0; i < count; i++) {
        if (devices[i].order == place) {
            return &devices[i];
        }
    }
    return NULL;
}

const struct device_info *device_order_opencl(const struct device_info *devices, size_t count) {
    const struct device_info *device;
    for (unsigned place = 1; (device = device_order_at(devices, count, place)) != NULL; place++) {
        if (!device->builtin) {
            return device;
        }
    }
    return NULL;
}

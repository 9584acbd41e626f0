/* device.h: the devices of this machine. */
#ifndef WEFT_DEVICE_H
#define WEFT_DEVICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

#define WEFT_NO_INDEX 0xffffffffu /* of the CPU backend, which no number selects */

/* What is known of a device. Texts are empty and numbers 0 if the device does not report them. */
struct weft_device {
    size_t size;
    bool builtin;         /* the CPU backend, not an OpenCL device */
    bool usable;          /* weft can compute on it */
    bool is_default;      /* the device that the selector "auto" chooses: that of order 1 */
    bool unified_memory;  /* its memory is the host's: a CPU, an integrated GPU */
    bool layered;         /* its driver uses another API for GPUs, as OpenCLOn12 and clvk do */
    bool emulated_fma;    /* a GPU or accelerator that computes fma in software, which is slow */
    unsigned index;       /* among the OpenCL devices, or WEFT_NO_INDEX */
    unsigned platform;    /* index of its platform */
    unsigned in_platform; /* index among the devices of its platform */
    unsigned order;       /* its place among those that "auto" tries, from 1 on; 0: not usable */
    unsigned same_as;     /* index of the same card with a preferred driver, or WEFT_NO_INDEX */
    unsigned compute_units;
    unsigned clock;         /* the highest, in MHz */
    uint64_t global_memory; /* bytes */
    uint64_t local_memory;  /* bytes */
    uint64_t max_buffer;    /* bytes of the largest buffer; 0: any */
    const char *name, *platform_name, *driver, *opencl, *opencl_c;
    const char *type;      /* cpu, gpu, accelerator, custom, builtin, unknown */
    const char *fp_config; /* words separated by spaces: "denorm inf_nan fma" */
    const char *pci;       /* "0000:3b:00.0" */
    const char *uuid;      /* 32 hexadecimal digits */
    const char *reason;    /* why it is not usable, or why it has its place in the order */
    const char *hint;      /* how an emulated fma may be avoided, or empty */
};

/* The order in which "auto" tries the devices: GPUs, accelerators, CPU devices, the CPU backend,
 * and then GPUs and accelerators with an emulated fma (those that do not report CL_FP_FMA), which
 * are slower than a CPU. Within each: native before layered drivers, then memory of its own before
 * the host's (not of CPUs), then compute units times clock, then the driver of the maker before
 * Mesa's. A card is known under two platforms by its PCI address, or else by its UUID. */

/* The devices of the moment when the list was made. It never changes: any number of threads may
 * use it. */
struct weft_devices;

/* Lists the OpenCL devices, and the CPU backend last. Queries the drivers, but does not compute: a
 * device that is usable may still fail when a session is opened. Fails with WEFT_NO_MEMORY only: a
 * machine without OpenCL has the CPU backend. */
WEFT_API enum weft_status weft_devices_list(struct weft_devices **devices,
                                            struct weft_error *error);

/* Frees ${devices} and the devices in it. NULL is harmless. */
WEFT_API void weft_devices_destroy(struct weft_devices *devices);

/* Returns the number of devices, at least 1. 0 for NULL. */
WEFT_API size_t weft_devices_count(const struct weft_devices *devices);

/* Returns device ${index}, from 0 on, which is valid as long as ${devices}. NULL: there is none. */
WEFT_API const struct weft_device *weft_devices_get(const struct weft_devices *devices,
                                                    size_t index);

/* Returns why OpenCL has no device, or which of its platforms failed, and what usually helps. Both
 * are empty where nothing is wrong. */
WEFT_API const char *weft_devices_note(const struct weft_devices *devices);
WEFT_API const char *weft_devices_note_hint(const struct weft_devices *devices);

/* Stores in ${index} the device that ${selector} names: "auto" or NULL (the default), "cpu" (the
 * CPU backend), "gpu", "1" (an index), "0:1" (platform and device), "pci:3b:00.0", "uuid:...", or a
 * part of a name or of a platform's name. Of a card that it matches under several platforms it
 * is the one with the preferred driver. A session chooses in the same way; "auto" there goes on to
 * the next device if one cannot be opened. Fails with WEFT_BAD_DEVICE if the selector matches no
 * device, or one that is not usable, and with WEFT_USAGE if it matches several. */
WEFT_API enum weft_status weft_devices_choose(const struct weft_devices *devices,
                                              const char *selector, size_t *index,
                                              struct weft_error *error);

/* Returns whether an OpenCL device was lost in this process: a call of its driver has failed as
 * after a watchdog that ended a kernel, or after a crash. From then on weft makes no call for the
 * device, since any may wait for ever: a session on it fails with WEFT_BAD_DEVICE, and its objects
 * of the driver are not released. The driver's own exit handlers may wait, too: a program prints
 * its messages, and ends with _exit. */
WEFT_API bool weft_device_lost(void);

/* Empties the cache of compiled OpenCL programs ($XDG_CACHE_HOME/weft). Stores the number of
 * programs in ${removed}, unless it is NULL. Fails with WEFT_FAILED if no cache folder is known. */
WEFT_API enum weft_status weft_cache_clear(size_t *removed, struct weft_error *error);

WEFT_END

#endif

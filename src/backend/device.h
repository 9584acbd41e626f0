/* device.h: the devices of this machine. */
#ifndef WEFT_BACKEND_DEVICE_H
#define WEFT_BACKEND_DEVICE_H

#include "base/error.h"
#include "weft/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What is known of a device: the members of struct weft_device, with memory for the texts. */
struct device_info {
    bool builtin;
    unsigned index, platform, in_platform;
    char platform_name[128], name[256], driver[256], opencl[64], opencl_c[64];
    char type[16];
    unsigned compute_units, clock;
    uint64_t global_memory, local_memory, max_buffer;
    char fp_config[160];
    char pci[32], uuid[40];
    bool unified_memory, layered, emulated_fma, usable, is_default;
    unsigned order, same_as;
    char reason[256], hint[256];
};

/* Returns ${info} as the library shows it. Its texts are those of ${info}. */
struct weft_device device_public(const struct device_info *info);

/* Lists OpenCL devices, and the CPU backend last, in ${devices} (the caller frees it) and
 * ${count}. Queries the drivers, but does not compute: a device that is listed as usable may
 * still fail later. A device with a query that fails is not usable, and device->reason says why.
 * ${note}, if not NULL, is set: its message says why OpenCL has no device, or which platforms have
 * none, and is empty otherwise; its hint says what usually helps; its status is WEFT_BAD_DEVICE if
 * a platform failed, or if there are platforms but no device, and WEFT_OK otherwise. Fails with
 * WEFT_NO_MEMORY. */
enum weft_status devices_list(struct device_info **devices, size_t *count, struct weft_error *note,
                              struct weft_error *error);

/* Stores in ${found} the device of ${devices} that ${selector} names, if it is usable. ${devices}
 * and ${note}: of devices_list. Fails with WEFT_BAD_DEVICE and WEFT_USAGE, as backend_open. */
enum weft_status device_choose_listed(const struct device_info *devices, size_t count,
                                      const char *selector, const struct weft_error *note,
                                      const struct device_info **found, struct weft_error *error);

/* Stores in ${device} the device that ${selector} names, as backend_open chooses it, without
 * opening it: of "auto", the first one that it tries. Of a card that a selector matches under
 * several platforms, it is the one with the preferred driver. Only "cpu" and "auto" choose the
 * CPU backend. ${notice}, if not NULL, is set: its message says why "auto" does not choose
 * another device, or is empty; its status is WEFT_BAD_DEVICE if there is, or may be, such a
 * device, and WEFT_OK otherwise. Fails as backend_open. */
enum weft_status device_choose(const char *selector, struct device_info *device,
                               struct weft_error *notice, struct weft_error *error);

/* Returns whether an OpenCL device was lost in this process (weft_device_lost). */
bool device_lost(void);

/* Empties the cache of compiled OpenCL programs ($XDG_CACHE_HOME/weft). ${removed}, if not NULL,
 * is set to the number of programs. Fails with WEFT_FAILED if no cache folder is known. */
enum weft_status program_cache_clear(size_t *removed, struct weft_error *error);

#endif

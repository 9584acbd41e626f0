/* device.h: the devices of this machine. */
#ifndef WEFT_DEVICE_H
#define WEFT_DEVICE_H

#include "weft/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

WEFT_BEGIN

#define WEFT_NO_INDEX 0xffffffffu /* of the CPU backend, which no number selects */

/* What is known of a device. Texts are empty and numbers 0 if the device does not report them. */
struct weft_device {
    bool builtin;         /* the CPU backend, not an OpenCL device */
    unsigned index;       /* among the OpenCL devices, or WEFT_NO_INDEX */
    unsigned platform;    /* index of its platform */
    unsigned in_platform; /* index among the devices of its platform */
    char platform_name[128], name[256], driver[256], opencl[64], opencl_c[64];
    char type[16]; /* cpu, gpu, accelerator, custom, builtin; unknown if the driver tells none */
    unsigned compute_units, clock;        /* clock: the highest, in MHz */
    uint64_t global_memory, local_memory; /* bytes */
    uint64_t max_buffer;                  /* bytes of the largest buffer; 0: any */
    char fp_config[160];                  /* words separated by spaces: "denorm inf_nan fma" */
    char pci[32], uuid[40];               /* "0000:3b:00.0", 32 hexadecimal digits */
    bool unified_memory;                  /* its memory is the host's: a CPU, an integrated GPU */
    bool layered;      /* its driver uses another API for GPUs, as OpenCLOn12 and clvk do */
    bool emulated_fma; /* a GPU or accelerator that computes fma in software, which is slow */
    bool usable;       /* weft can compute on it */
    bool is_default;   /* the device that the selector "auto" chooses: that of order 1 */
    unsigned order;    /* its place among those that "auto" tries, from 1 on; 0: not usable */
    unsigned same_as;  /* index of the same card with a preferred driver, or WEFT_NO_INDEX */
    char reason[256];  /* why it is not usable, or why it has its place in the order */
    char hint[256];    /* how an emulated fma may be avoided, or empty */
};

/* The order in which "auto" tries the devices: GPUs, accelerators, CPU devices, the CPU backend,
 * and then GPUs and accelerators with an emulated fma (those that do not report CL_FP_FMA), which
 * are slower than a CPU. Within each: native before layered drivers, then memory of its own before
 * the host's (not of CPUs), then compute units times clock, then the driver of the maker before
 * Mesa's. A card is known under two platforms by its PCI address, or else by its UUID. */

/* Lists OpenCL devices, and the CPU backend last, in ${devices} (the caller frees it) and
 * ${count}. Queries the drivers, but does not compute: a device that is listed as usable may
 * still fail later. A device with a query that fails is not usable, and device->reason says why.
 * ${note}, if not NULL, is set: its message says why OpenCL has no device, or which platforms have
 * none, and is empty otherwise; its hint says what usually helps; its status is WEFT_BAD_DEVICE if
 * a platform failed, or if there are platforms but no device, and WEFT_OK otherwise. Fails with
 * WEFT_FAILED without memory. */
WEFT_API enum weft_status weft_devices_list(struct weft_device **devices, size_t *count,
                                            struct weft_error *note, struct weft_error *error);

/* Stores in ${device} the device that ${selector} names, as weft_backend_open chooses it, without
 * opening it: of "auto", the first one that it tries. Of a card that a selector matches under
 * several platforms, it is the one with the preferred driver. Only "cpu" and "auto" choose the
 * CPU backend. ${notice}, if not NULL, is set: its message says why "auto" does not choose
 * another device, or is empty; its status is WEFT_BAD_DEVICE if there is, or may be, such a
 * device, and WEFT_OK otherwise. Fails as weft_backend_open. */
WEFT_API enum weft_status weft_device_choose(const char *selector, struct weft_device *device,
                                             struct weft_error *notice, struct weft_error *error);

/* Returns whether an OpenCL device was lost in this process: a call of its driver has failed as
 * after a watchdog that ended a kernel, or after a crash. From then on weft makes no call for the
 * device, since any may wait for ever: a backend on it fails with WEFT_BAD_DEVICE, and its objects
 * of the driver are not released. The driver's own exit handlers may wait, too: a program prints
 * its messages, and ends with _exit. */
WEFT_API bool weft_device_lost(void);

/* Empties the cache of compiled OpenCL programs ($XDG_CACHE_HOME/weft). ${removed}, if not NULL,
 * is set to the number of programs. Fails with WEFT_FAILED if no cache folder is known. */
WEFT_API enum weft_status weft_cache_clear(size_t *removed, struct weft_error *error);

WEFT_END

#endif

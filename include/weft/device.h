/* device.h: the devices of this machine. */
#ifndef WEFT_DEVICE_H
#define WEFT_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "weft/error.h"

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

WEFT_END

#endif

/* device.h: the devices of this machine. */
#ifndef WEFT_BACKEND_DEVICE_H
#define WEFT_BACKEND_DEVICE_H

#include "base/error.h"
#include "weft/device.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Lists OpenCL devices, and the CPU backend last, in ${devices} (the caller frees it) and
 * ${count}. Queries the drivers, but does not compute: a device that is listed as usable may
 * still fail later. A device with a query that fails is not usable, and device->reason says why.
 * ${note}, if not NULL, is set: its message says why OpenCL has no device, or which platforms have
 * none, and is empty otherwise; its hint says what usually helps; its status is WEFT_BAD_DEVICE if
 * a platform failed, or if there are platforms but no device, and WEFT_OK otherwise. Fails with
 * WEFT_FAILED without memory. */
enum weft_status devices_list(struct weft_device **devices, size_t *count, struct weft_error *note,
                              struct weft_error *error);

/* Stores in ${device} the device that ${selector} names, as backend_open chooses it, without
 * opening it: of "auto", the first one that it tries. Of a card that a selector matches under
 * several platforms, it is the one with the preferred driver. Only "cpu" and "auto" choose the
 * CPU backend. ${notice}, if not NULL, is set: its message says why "auto" does not choose
 * another device, or is empty; its status is WEFT_BAD_DEVICE if there is, or may be, such a
 * device, and WEFT_OK otherwise. Fails as backend_open. */
enum weft_status device_choose(const char *selector, struct weft_device *device,
                               struct weft_error *notice, struct weft_error *error);

/* Returns whether an OpenCL device was lost in this process: a call of its driver has failed as
 * after a watchdog that ended a kernel, or after a crash. From then on weft makes no call for the
 * device, since any may wait for ever: a backend on it fails with WEFT_BAD_DEVICE, and its objects
 * of the driver are not released. The driver's own exit handlers may wait, too: a program prints
 * its messages, and ends with _exit. */
bool device_lost(void);

/* Empties the cache of compiled OpenCL programs ($XDG_CACHE_HOME/weft). ${removed}, if not NULL,
 * is set to the number of programs. Fails with WEFT_FAILED if no cache folder is known. */
enum weft_status program_cache_clear(size_t *removed, struct weft_error *error);

#endif

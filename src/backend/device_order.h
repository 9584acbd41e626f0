/* device_order.h: the order in which the selector "auto" tries the devices. */
#ifndef WEFT_BACKEND_DEVICE_ORDER_H
#define WEFT_BACKEND_DEVICE_ORDER_H

#include "backend/device.h"

/* Sets order, same_as, is_default, and the reason of each usable device. ${devices}: OpenCL
 * devices, device i with index i, and the CPU backend last. */
void device_order_set(struct device_info *devices, size_t count);

/* Returns whether "auto" prefers ${a} to ${b}, or would if both were usable. */
bool device_order_before(const struct device_info *devices, const struct device_info *a,
                         const struct device_info *b);

/* Returns the device with the order ${place}, from 1 on. NULL: there are fewer usable devices. */
const struct device_info *device_order_at(const struct device_info *devices, size_t count,
                                          unsigned place);

/* Returns the first usable OpenCL device in the order. NULL: there is none. */
const struct device_info *device_order_opencl(const struct device_info *devices, size_t count);

#endif

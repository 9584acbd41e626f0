/* devices.h: the OpenCL devices of this machine. */
#ifndef WEFT_OPENCL_DEVICES_H
#define WEFT_OPENCL_DEVICES_H

#include "backend/backend.h"
#include "backend/device.h"
#include "backend/opencl/cl.h"

/* The entries list and loader_version of struct opencl_api. */
enum weft_status opencl_devices_list(struct device_info **devices, size_t *count,
                                     struct weft_error *note, struct weft_error *error);
void opencl_loader_version(char *text, size_t size);

/* Stores the identifier of ${device}, which opencl_devices_list described. Fails with
 * WEFT_BAD_DEVICE if it is gone. */
enum weft_status opencl_device_find(const struct device_info *device, cl_device_id *id,
                                    struct weft_error *error);

/* Stores the mapping that suits a device: WEFT_MAPPING_CPU for a CPU whose compiler makes
 * vector instructions of float16. A compiler that splits vectors (rusticl on llvmpipe reports a
 * width of 1) needs minutes for such kernels, and runs kernels of single lanes ten times faster. */
enum weft_status opencl_best_mapping(cl_device_id id, const struct device_info *device,
                                     enum weft_mapping *mapping, struct weft_error *error);

#endif

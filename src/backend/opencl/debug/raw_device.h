/* raw_device.h: the entries of struct debug_api for a device without a network. */
#ifndef WEFT_BACKEND_OPENCL_DEBUG_RAW_DEVICE_H
#define WEFT_BACKEND_OPENCL_DEBUG_RAW_DEVICE_H

#include "backend/opencl/debug/debug.h"

enum weft_status raw_device_open(const struct weft_device *device, struct raw_device **raw,
                                 struct weft_error *error);
void raw_device_close(struct raw_device *raw);
enum weft_status raw_device_transfer(struct raw_device *raw, const void *from, size_t size,
                                     void *to, struct weft_error *error);
enum weft_status raw_device_build(struct raw_device *raw,
                                  const struct weft_backend_options *options,
                                  struct weft_error *error);
enum weft_status raw_device_arithmetic(struct raw_device *raw, const uint32_t *in, size_t count,
                                       bool vectors, uint32_t *out, struct weft_error *error);
enum weft_status raw_device_record(const struct raw_device *raw, enum weft_operation operation,
                                   const uint32_t *in, size_t count, bool vectors,
                                   struct record *record, struct weft_error *error);

#endif

/* peak.h: the device's peak of fused multiply-adds. */
#ifndef WEFT_OPENCL_PEAK_H
#define WEFT_OPENCL_PEAK_H

#include "weft/backend.h"
#include "weft/profile.h"

/* The entry peak of struct backend_ops. */
enum weft_status opencl_peak(struct weft_backend *backend, struct weft_peak *peak,
                             struct weft_error *error);

#endif

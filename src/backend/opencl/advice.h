/* advice.h: what usually helps where OpenCL has no device. */
#ifndef WEFT_OPENCL_ADVICE_H
#define WEFT_OPENCL_ADVICE_H

#include "backend/device.h"

/* Sets the hint of ${note}: what helps if the platforms ${names} (a list in one text, empty if
 * there is no platform, or ${failed}: their query has failed) have no device, and which variables
 * are set that hide drivers or devices. */
void opencl_advise(const char *names, bool failed, struct weft_error *note);

/* Sets the hint of ${device}, whose fma is emulated, if its driver has an option against that. */
void opencl_advise_fma(struct device_info *device);

#endif

/* division.h: the device's own division and root, which the kernels of the cpu mapping use where
 * the device promises that both are correctly rounded and a check confirms it. They take less time
 * than those of cl/numerics.h, and have the same bits. */
#ifndef WEFT_OPENCL_DIVISION_H
#define WEFT_OPENCL_DIVISION_H

#include "backend/backend.h"

struct opencl_backend;

/* What the compiler is given so that weft_device_div and weft_device_sqrt are the device's own. */
#define OPENCL_DIVISION_OPTIONS "-cl-fp32-correctly-rounded-divide-sqrt -DDEVICE_DIVISION=1 "

/* Returns whether ${device} reports CL_FP_CORRECTLY_ROUNDED_DIVIDE_SQRT. */
bool opencl_division_promised(const struct device_info *device);

/* Runs probe_division of cl->program (cl/probe.cl). Stores whether all results are right, and logs
 * the first that is not. */
enum weft_status opencl_division_check(struct opencl_backend *cl, bool *right,
                                       struct weft_error *error);

#endif

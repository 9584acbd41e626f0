/* sub_device.h: a part of a CPU device, for --threads. */
#ifndef WEFT_OPENCL_SUB_DEVICE_H
#define WEFT_OPENCL_SUB_DEVICE_H

struct opencl_backend;

/* Replaces cl->device, if it is a CPU with more than ${units} compute units, by a sub-device of so
 * many. If the driver has none, logs the reason and changes nothing. 0 units: all. */
void opencl_sub_device_make(struct opencl_backend *cl, unsigned units);

/* Ends the use of the sub-device, if there is one. If it is lost, cl->whole is lost, too. */
void opencl_sub_device_finish(struct opencl_backend *cl);

#endif

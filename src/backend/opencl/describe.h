/* describe.h: what the driver of a device reports. */
#ifndef WEFT_OPENCL_DESCRIBE_H
#define WEFT_OPENCL_DESCRIBE_H

#include "backend/device.h"
#include "backend/opencl/cl.h"

/* Describes ${id} in ${device}, all of whose texts are empty, and says whether weft can use it. A
 * query that fails makes it unusable, and is the reason. */
void opencl_describe(cl_device_id id, cl_platform_id platform, struct device_info *device);

/* Stores the name of ${platform} in ${name}, or "platform N" if the query fails, whose code it
 * returns. */
cl_int opencl_platform_name(cl_platform_id platform, unsigned number, char name[128]);

#endif

/* vendors.h: the files of OpenCL's loader that name the libraries of drivers. */
#ifndef WEFT_OPENCL_VENDORS_H
#define WEFT_OPENCL_VENDORS_H

#include "base/text.h"

/* Adds to ${text} the files that the loader reads, "/etc/OpenCL/vendors: a.icd, b.icd", or nothing
 * if there are none, or it finds drivers in another way. */
void opencl_vendors_add(struct text *text);

#endif

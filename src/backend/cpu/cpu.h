/* cpu.h: the CPU backend for the rest of weft. */
#ifndef WEFT_CPU_CPU_H
#define WEFT_CPU_CPU_H

#include "backend/ops.h"

/* Opens the CPU backend. Fails with WEFT_NO_MEMORY without memory. */
enum weft_status cpu_open(const struct backend_request *request, struct backend **backend,
                          struct weft_error *error);

/* Describes the processor as a device. */
void cpu_describe(struct device_info *device, unsigned threads);

#endif

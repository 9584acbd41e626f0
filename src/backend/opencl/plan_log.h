/* plan_log.h: logs a device and the plan for a network. */
#ifndef WEFT_OPENCL_PLAN_LOG_H
#define WEFT_OPENCL_PLAN_LOG_H

struct opencl_backend;

void opencl_log_device(const struct opencl_backend *cl);

/* Logs the groups of layers, their kernels, and the chains. */
void opencl_log_plan(const struct opencl_backend *cl);

#endif

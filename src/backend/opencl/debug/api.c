/* api.c: the table of debug.h, with OpenCL. */
#include "backend/opencl/debug/record.h"
#include "backend/opencl/debug/replicas.h"

static const struct debug_api api = {
    .raw_device = &raw_device_ops,
    .replicas = &replicas_ops,
    .record_result = record_result,
    .read_partials = record_partials,
};

const struct debug_api *const debug_api = &api;

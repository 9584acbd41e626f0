/* api.c: the table of debug.h, with OpenCL. */
#include "backend/opencl/debug/raw_device.h"
#include "backend/opencl/debug/record.h"
#include "backend/opencl/debug/replicas.h"

static const struct debug_api api = {
    .raw_device = {.open = raw_device_open,
                   .close = raw_device_close,
                   .transfer = raw_device_transfer,
                   .build = raw_device_build,
                   .arithmetic = raw_device_arithmetic,
                   .record = raw_device_record},
    .replicas = {.open = replicas_open,
                 .close = replicas_close,
                 .backend = replicas_backend,
                 .begin = replicas_begin,
                 .restart = replicas_restart,
                 .train = replicas_train,
                 .compare = replicas_compare,
                 .check = replicas_check},
    .record_result = record_result,
};

const struct debug_api *const debug_api = &api;

/* ops.c: the table by which the rest of weft reaches OpenCL. */
#include "backend/opencl/opencl.h"
#include "backend/opencl_ops.h"

static const struct opencl_api ops = {
    .list = opencl_list,
    .open = opencl_open,
    .record_result = opencl_record_result,
    .cache_clear = opencl_cache_clear,
    .loader_version = opencl_loader_version,
    .bare = &opencl_bare_ops,
    .crowd = &opencl_crowd_ops,
};

const struct opencl_api *const opencl_api = &ops;

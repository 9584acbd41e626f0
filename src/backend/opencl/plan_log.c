/* plan_log.c: what --verbose tells of a device and of the plan for a network. */
#include "backend/opencl/plan_log.h"
#include "backend/log.h"
#include "backend/opencl/state.h"

#include <stdio.h>

void opencl_log_device(const struct opencl_backend *cl) {
    const struct device_info *device = &cl->base.device;
    log_write(&cl->base.log,
              "opencl: device %u:%u %s (%s), driver %s, OpenCL %s, OpenCL C %s, %u compute "
              "units, mapping %s",
              device->platform, device->in_platform, device->name, device->platform_name,
              device->driver, device->opencl, device->opencl_c, device->compute_units,
              cl->mapping == WEFT_MAPPING_GPU ? "gpu" : "cpu");
}

static bool has_group(const struct opencl_kernel *kernel, size_t group) {
    for (size_t c = 0; c < kernel->count; c++) {
        if (kernel->calls[c].group == group) {
            return true;
        }
    }
    return false;
}

/* "opencl: plan: chain: linear_forward+batch_norm_channel_forward, from fc1 on" */
static void log_chains(const struct opencl_backend *cl) {
    for (size_t i = 0; i < cl->launch_count; i++) {
        const struct opencl_kernel *kernel = cl->launches[i].kernel;
        const struct opencl_group *group = &cl->groups.list[kernel->calls[0].group];
        if (kernel->loop != LOOP_APART) {
            log_write(&cl->base.log, "opencl: plan: chain: %s, from %s on", cl->launches[i].name,
                      cl->base.network->layers[group->main].name);
        }
    }
}

/* "opencl: plan: conv1 + max_pool2d2: fused, conv2d_pool.cl, kernels: 4" */
static void log_group(const struct opencl_backend *cl, size_t index) {
    const struct opencl_group *group = &cl->groups.list[index];
    size_t length = 0, kernels = 0;
    char names[512] = "";
    for (size_t layer = group->first; layer < group->end && length < sizeof names; layer++) {
        length += (size_t)snprintf(names + length, sizeof names - length, "%s%s",
                                   layer > group->first ? " + " : "",
                                   cl->base.network->layers[layer].name);
    }
    for (size_t k = 0; k < cl->launch_count; k++) {
        kernels += has_group(cl->launches[k].kernel, index);
    }
    if (group->layer->file == NULL) {
        log_write(&cl->base.log, "opencl: plan: %s: nothing to compute", names);
    } else {
        log_write(&cl->base.log, "opencl: plan: %s:%s %s, kernels: %zu", names,
                  group->end - group->first > 1 ? " fused," : "", group->layer->file, kernels);
    }
}

void opencl_log_plan(const struct opencl_backend *cl) {
    if (cl->base.log.write == NULL) {
        return;
    }
    for (size_t i = 0; i < cl->groups.count; i++) {
        log_group(cl, i);
    }
    log_chains(cl);
}

/* log.c: messages about the device, its compiler and the plan. */
#include "backend/opencl/log.h"
#include "backend/opencl/state.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void opencl_log_device(const struct opencl_backend *cl) {
    const struct weft_device *device = &cl->base.device;
    log_write(&cl->base.log,
              "opencl: device %u:%u %s (%s), driver %s, OpenCL %s, OpenCL C %s, %u compute "
              "units, mapping %s",
              device->platform, device->in_platform, device->name, device->platform_name,
              device->driver, device->opencl, device->opencl_c, device->compute_units,
              cl->mapping == WEFT_MAPPING_GPU ? "gpu" : "cpu");
}

char *opencl_build_log(cl_program program, cl_device_id device) {
    size_t size = 0;
    char *text;
    clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    text = calloc(size + 1, 1);
    if (text != NULL && size > 0) {
        clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, size, text, NULL);
    }
    return text;
}

void opencl_log_build(const struct weft_log *log, const char *what, cl_program program,
                      cl_device_id device, const char *flags, double seconds) {
    char *text;
    if (log->write == NULL) {
        return;
    }
    log_write(log, "opencl: %s: built in %.3f s, options \"%s\"", what, seconds, flags);
    text = opencl_build_log(program, device);
    if (text != NULL) {
        size_t end = strlen(text);
        while (end > 0 && (text[end - 1] == '\n' || text[end - 1] == ' ')) {
            text[--end] = '\0';
        }
        if (end > 0) {
            log_write(log, "opencl: %s: build log:\n%s", what, text);
        }
    }
    free(text);
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

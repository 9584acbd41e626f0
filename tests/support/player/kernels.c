/* kernels.c: kernels, and the work-groups that a device can launch. */
#include "player.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static cl_kernel CL_API_CALL create_kernel(cl_program program, const char *name, cl_int *code) {
    const struct player_object *from = player_object_find(program);
    cl_kernel kernel = player_real->clCreateKernel(program, name, code);
    if (kernel != NULL && from != NULL && from->device != NULL) {
        struct player_object *object = player_object_add(kernel, from->device);
        object->text = strdup(name);
        object->from_binary = from->from_binary;
    }
    return kernel;
}

/* Returns the most work-items that a group of the kernel may have. */
static size_t group_limit(const struct player_object *kernel) {
    const struct player_traits *traits = &kernel->device->traits;
    long limit = 0, least;
    player_real->clGetKernelWorkGroupInfo((cl_kernel)(uintptr_t)kernel->handle,
                                          kernel->device->real, CL_KERNEL_WORK_GROUP_SIZE,
                                          sizeof limit, &limit, NULL);
    least = traits->groups > 0 && traits->groups < limit ? traits->groups : limit;
    for (size_t i = 0; i < traits->kernel_count; i++) {
        const struct player_limit *row = &traits->kernels[i];
        if (fnmatch(row->pattern, kernel->text, 0) == 0 && row->value < least) {
            least = row->value;
        }
    }
    return (size_t)least;
}

static cl_int CL_API_CALL get_group_info(cl_kernel kernel, cl_device_id id,
                                         cl_kernel_work_group_info info, size_t size, void *to,
                                         size_t *used) {
    const struct player_object *object = player_object_find(kernel);
    bool played = object != NULL && object->device != NULL;
    if (played && info == CL_KERNEL_WORK_GROUP_SIZE) {
        size_t limit = group_limit(object);
        return player_answer(&limit, sizeof limit, size, to, used);
    }
    /* NULL is right where there is one device. */
    return player_real->clGetKernelWorkGroupInfo(kernel, player_real_device(id), info, size, to,
                                                 used);
}

/* Returns the code with which a launch in groups of ${local} fails. */
static cl_int check_group(const struct player_object *kernel, cl_uint dimensions,
                          const size_t *local) {
    size_t items[3] = {0}, product = 1;
    player_items(kernel->device, items);
    for (cl_uint i = 0; i < dimensions && i < 3; i++) {
        if (local[i] > items[i]) {
            return CL_INVALID_WORK_ITEM_SIZE;
        }
        product *= local[i];
    }
    return product > group_limit(kernel) ? CL_INVALID_WORK_GROUP_SIZE : CL_SUCCESS;
}

static cl_int CL_API_CALL enqueue_kernel(cl_command_queue queue, cl_kernel kernel,
                                         cl_uint dimensions, const size_t *offset,
                                         const size_t *global, const size_t *local,
                                         cl_uint num_events, const cl_event *events,
                                         cl_event *event) {
    const struct player_object *object = player_object_find(kernel);
    if (object != NULL && object->device != NULL && local != NULL) {
        cl_int code = check_group(object, dimensions, local);
        if (code != CL_SUCCESS) {
            return code;
        }
    }
    return player_real->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local,
                                               num_events, events, event);
}

void player_kernels_install(cl_icd_dispatch *dispatch) {
    dispatch->clCreateKernel = create_kernel;
    dispatch->clGetKernelWorkGroupInfo = get_group_info;
    dispatch->clEnqueueNDRangeKernel = enqueue_kernel;
}

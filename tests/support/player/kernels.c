/* kernels.c: kernels, and the work-groups that a device can launch. */
#include "player.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

static cl_kernel CL_API_CALL create_kernel(cl_program program, const char *name, cl_int *code) {
    const struct player_object *from = player_object_find(program);
    cl_kernel kernel;
    if (from != NULL && from->device != NULL && from->from_binary &&
        fnmatch(from->device->traits.stale, name, 0) == 0) {
        if (code != NULL) {
            *code = CL_INVALID_KERNEL_NAME;
        }
        return NULL;
    }
    kernel = player_real->clCreateKernel(program, name, code);
    if (kernel != NULL && from != NULL && from->device != NULL) {
        struct player_object *object = player_object_add(kernel, from->device);
        object->text = strdup(name);
        object->from_binary = from->from_binary;
    } else {
        player_object_forget(kernel);
    }
    return kernel;
}

/* Returns the most work-items that a group of the kernel may have. */
static size_t group_limit(const struct player_object *kernel) {
    const struct player_traits *traits = &kernel->device->traits;
    long limit = 0, least;
    cl_kernel object;
    memcpy(&object, &kernel->handle, sizeof object);
    player_real->clGetKernelWorkGroupInfo(object, kernel->device->real, CL_KERNEL_WORK_GROUP_SIZE,
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
    if (played && info == CL_KERNEL_PREFERRED_WORK_GROUP_SIZE_MULTIPLE &&
        object->device->traits.preferred > 0) {
        size_t preferred = (size_t)object->device->traits.preferred;
        return player_answer(&preferred, sizeof preferred, size, to, used);
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

static cl_int CL_API_CALL set_argument(cl_kernel kernel, cl_uint index, size_t size,
                                       const void *value) {
    struct player_object *object = player_object_find(kernel);
    cl_int code = player_begin(player_owner(kernel), "clSetKernelArg", false);
    if (code == CL_SUCCESS && object != NULL && index < PLAYER_ARGUMENTS) {
        object->buffers[index] = NULL;
        if (value != NULL && size == sizeof(cl_mem)) {
            memcpy(&object->buffers[index], value, size); /* or a number, which is no buffer */
        }
    }
    return code != CL_SUCCESS ? code : player_real->clSetKernelArg(kernel, index, size, value);
}

/* Returns the code with which a launch fails. */
static cl_int check_launch(const struct player_object *kernel, cl_uint dimensions,
                           const size_t *local) {
    cl_int code = player_begin(kernel->device, "clEnqueueNDRangeKernel", false);
    if (code == CL_SUCCESS && kernel->text != NULL && player_fails(kernel->text)) {
        code = CL_MEM_OBJECT_ALLOCATION_FAILURE;
    }
    if (code == CL_SUCCESS && local != NULL) {
        code = check_group(kernel, dimensions, local);
    }
    for (size_t i = 0; i < PLAYER_ARGUMENTS && code == CL_SUCCESS; i++) {
        code = player_use(kernel->device, kernel->buffers[i]);
    }
    return code;
}

static cl_int CL_API_CALL enqueue_kernel(cl_command_queue queue, cl_kernel kernel,
                                         cl_uint dimensions, const size_t *offset,
                                         const size_t *global, const size_t *local,
                                         cl_uint num_events, const cl_event *events,
                                         cl_event *event) {
    struct player_object *object = player_object_find(kernel);
    size_t items = 1;
    cl_int code;
    if (object == NULL || object->device == NULL) {
        return player_real->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local,
                                                   num_events, events, event);
    }
    code = check_launch(object, dimensions, local);
    if (code == CL_SUCCESS) {
        struct player_command command = {
            .queue = queue, .buffers = object->buffers, .buffer_count = PLAYER_ARGUMENTS};
        player_order_begin(&command, num_events, events, event);
        code = player_real->clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local,
                                                   command.count, command.list, command.event);
        code = player_order_end(&command, code, false);
    }
    if (code != CL_SUCCESS) {
        return code;
    }
    for (cl_uint i = 0; i < dimensions; i++) {
        items *= global[i];
    }
    player_time_launch(object, items, event != NULL ? *event : NULL);
    return CL_SUCCESS;
}

void player_kernels_install(cl_icd_dispatch *dispatch) {
    dispatch->clCreateKernel = create_kernel;
    dispatch->clSetKernelArg = set_argument;
    dispatch->clGetKernelWorkGroupInfo = get_group_info;
    dispatch->clEnqueueNDRangeKernel = enqueue_kernel;
}

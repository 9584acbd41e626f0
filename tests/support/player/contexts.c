/* contexts.c: contexts and queues belong to a device that is played, or to a real one. */
#include "player.h"

#include <string.h>

enum { MAX_DEVICES = 64, MAX_PROPERTIES = 32 };

static cl_context CL_API_CALL create_context(const cl_context_properties *properties,
                                             cl_uint num_devices, const cl_device_id *ids,
                                             void(CL_CALLBACK *notify)(const char *, const void *,
                                                                       size_t, void *),
                                             void *user_data, cl_int *code) {
    cl_context_properties real_properties[MAX_PROPERTIES + 1] = {0};
    cl_device_id real_ids[MAX_DEVICES];
    cl_context context;
    if (ids == NULL || num_devices > MAX_DEVICES) {
        return player_real->clCreateContext(properties, num_devices, ids, notify, user_data, code);
    }
    for (cl_uint i = 0; i < num_devices; i++) {
        real_ids[i] = player_real_device(ids[i]);
    }
    for (int i = 0; properties != NULL && properties[i] != 0 && i + 1 < MAX_PROPERTIES; i += 2) {
        real_properties[i] = properties[i];
        real_properties[i + 1] = properties[i + 1];
        if (properties[i] == CL_CONTEXT_PLATFORM) {
            cl_platform_id platform;
            memcpy(&platform, &properties[i + 1], sizeof platform);
            real_properties[i + 1] = (cl_context_properties)player_real_platform(platform);
        }
    }
    context = player_real->clCreateContext(properties != NULL ? real_properties : NULL, num_devices,
                                           real_ids, notify, user_data, code);
    if (context != NULL) {
        player_object_add(context, player_device_of(ids[0]));
    }
    return context;
}

static cl_int CL_API_CALL get_context_info(cl_context context, cl_context_info info, size_t size,
                                           void *to, size_t *used) {
    struct player_device *device = player_owner(context);
    if (device != NULL && info == CL_CONTEXT_DEVICES) {
        return player_answer(&device, sizeof device, size, to, used);
    }
    return player_real->clGetContextInfo(context, info, size, to, used);
}

static cl_command_queue CL_API_CALL create_queue(cl_context context, cl_device_id id,
                                                 cl_command_queue_properties properties,
                                                 cl_int *code) {
    struct player_device *device = player_device_of(id);
    cl_command_queue queue;
    if (device != NULL && device->traits.unordered) {
        properties |= CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE;
    }
    queue = player_real->clCreateCommandQueue(context, player_real_device(id), properties, code);
    if (queue != NULL) {
        player_object_add(queue, device);
    }
    return queue;
}

static cl_int CL_API_CALL get_queue_info(cl_command_queue queue, cl_command_queue_info info,
                                         size_t size, void *to, size_t *used) {
    struct player_device *device = player_owner(queue);
    if (device != NULL && info == CL_QUEUE_DEVICE) {
        return player_answer(&device, sizeof device, size, to, used);
    }
    return player_real->clGetCommandQueueInfo(queue, info, size, to, used);
}

void player_contexts_install(cl_icd_dispatch *dispatch) {
    dispatch->clCreateContext = create_context;
    dispatch->clGetContextInfo = get_context_info;
    dispatch->clCreateCommandQueue = create_queue;
    dispatch->clGetCommandQueueInfo = get_queue_info;
}

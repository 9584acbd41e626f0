/* commands.c: transfers, and calls that wait for the device. Kernels are in kernels.c. */
#include "player.h"

#include <string.h>

/* Begins a command that uses ${buffer}. */
static cl_int begin(cl_command_queue queue, cl_mem buffer, const char *name, bool waits) {
    struct player_device *device = player_owner(queue);
    cl_int code = player_begin(device, name, waits);
    if (code == CL_SUCCESS) {
        code = player_use(device, buffer);
    }
    return code;
}

/* Ends a command with its ${code}: after a wait the device may turn out to be lost. */
static cl_int end(struct player_device *device, cl_int code, bool waits) {
    if (code == CL_SUCCESS && device != NULL && waits) {
        player_time_wait(device);
        if (atomic_load(&device->lost)) {
            return player_begin(device, "", true);
        }
    }
    return code;
}

/* Returns whether the driver's call waits: a command that is held back does not. */
static cl_bool waits_itself(const struct player_command *command, cl_bool blocking) {
    return blocking && command->event == command->callers;
}

static cl_int CL_API_CALL read_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                      size_t offset, size_t size, void *to, cl_uint num_events,
                                      const cl_event *events, cl_event *event) {
    const void *buffers[] = {buffer};
    struct player_command command = {.queue = queue, .buffers = buffers, .buffer_count = 1};
    cl_int code = begin(queue, buffer, "clEnqueueReadBuffer", blocking);
    if (code == CL_SUCCESS) {
        player_order_begin(&command, num_events, events, event);
        code = player_real->clEnqueueReadBuffer(queue, buffer, waits_itself(&command, blocking),
                                                offset, size, to, command.count, command.list,
                                                command.event);
        code = player_order_end(&command, code, blocking);
    }
    return end(player_owner(queue), code, blocking);
}

/* Counts a write that does not wait. Returns whether it is the one that is lost, or that brings
 * what the write two before it has brought; stores its code. */
static bool is_faulty(cl_command_queue queue, cl_mem buffer, size_t size, cl_event *event,
                      cl_int *code) {
    struct player_device *device = player_owner(queue);
    const struct player_traits *traits = device != NULL ? &device->traits : NULL;
    long number;
    if (traits == NULL || (traits->lostwrite == 0 && traits->oldwrite == 0)) {
        return false;
    }
    *code = CL_SUCCESS;
    number = ++device->writes;
    cl_mem old = device->written[number % 2].buffer;
    size_t old_size = device->written[number % 2].size;
    device->written[number % 2].buffer = buffer;
    device->written[number % 2].size = size;
    if (number == traits->oldwrite && old != NULL) {
        *code = player_real->clEnqueueCopyBuffer(queue, old, buffer, 0, 0,
                                                 size < old_size ? size : old_size, 0, NULL, event);
    } else if (number == traits->lostwrite || number == traits->oldwrite) {
        *code = player_real->clEnqueueMarkerWithWaitList(queue, 0, NULL, event);
    }
    return number == traits->lostwrite || number == traits->oldwrite;
}

static cl_int CL_API_CALL write_buffer(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                       size_t offset, size_t size, const void *from,
                                       cl_uint num_events, const cl_event *events,
                                       cl_event *event) {
    const void *buffers[] = {buffer};
    struct player_command command = {.queue = queue, .buffers = buffers, .buffer_count = 1};
    cl_int code = begin(queue, buffer, "clEnqueueWriteBuffer", blocking);
    if (code == CL_SUCCESS && !blocking && is_faulty(queue, buffer, size, event, &code)) {
        return code;
    }
    if (code == CL_SUCCESS) {
        player_order_begin(&command, num_events, events, event);
        code = player_real->clEnqueueWriteBuffer(queue, buffer, waits_itself(&command, blocking),
                                                 offset, size, from, command.count, command.list,
                                                 command.event);
        code = player_order_end(&command, code, blocking);
    }
    if (code == CL_SUCCESS && event != NULL && player_owner(queue) != NULL) {
        player_object_add(*event, player_owner(queue));
    }
    return end(player_owner(queue), code, blocking);
}

static cl_int CL_API_CALL fill_buffer(cl_command_queue queue, cl_mem buffer, const void *pattern,
                                      size_t pattern_size, size_t offset, size_t size,
                                      cl_uint num_events, const cl_event *events, cl_event *event) {
    static const cl_uint wrong = 0x7fc0dead; /* no number */
    const struct player_device *device = player_owner(queue);
    const void *buffers[] = {buffer};
    struct player_command command = {.queue = queue, .buffers = buffers, .buffer_count = 1};
    cl_int code = begin(queue, buffer, "clEnqueueFillBuffer", false);
    if (code != CL_SUCCESS) {
        return code;
    }
    if (device != NULL && device->traits.badfill && pattern_size <= sizeof wrong) {
        pattern = &wrong;
    }
    player_order_begin(&command, num_events, events, event);
    code = player_real->clEnqueueFillBuffer(queue, buffer, pattern, pattern_size, offset, size,
                                            command.count, command.list, command.event);
    return player_order_end(&command, code, false);
}

static cl_int CL_API_CALL copy_buffer(cl_command_queue queue, cl_mem from, cl_mem to,
                                      size_t from_offset, size_t to_offset, size_t size,
                                      cl_uint num_events, const cl_event *events, cl_event *event) {
    const void *buffers[] = {from, to};
    struct player_command command = {.queue = queue, .buffers = buffers, .buffer_count = 2};
    cl_int code = begin(queue, from, "clEnqueueCopyBuffer", false);
    if (code == CL_SUCCESS) {
        code = player_use(player_owner(queue), to);
    }
    if (code != CL_SUCCESS) {
        return code;
    }
    player_order_begin(&command, num_events, events, event);
    code = player_real->clEnqueueCopyBuffer(queue, from, to, from_offset, to_offset, size,
                                            command.count, command.list, command.event);
    return player_order_end(&command, code, false);
}

static cl_int CL_API_CALL enqueue_marker(cl_command_queue queue, cl_uint num_events,
                                         const cl_event *events, cl_event *event) {
    cl_int code = begin(queue, NULL, "clEnqueueMarkerWithWaitList", false);
    if (code != CL_SUCCESS) {
        return code;
    }
    code = player_real->clEnqueueMarkerWithWaitList(queue, num_events, events, event);
    if (code == CL_SUCCESS && event != NULL && player_owner(queue) != NULL) {
        player_object_add(*event, player_owner(queue));
    }
    return code;
}

static cl_int CL_API_CALL flush(cl_command_queue queue) {
    struct player_device *device = player_owner(queue);
    cl_int code = player_begin(device, "clFlush", false);
    if (device != NULL) {
        player_order_flush(device, queue);
        player_time_flush(device);
    }
    return code != CL_SUCCESS ? code : player_real->clFlush(queue);
}

static cl_int CL_API_CALL finish(cl_command_queue queue) {
    struct player_device *device = player_owner(queue);
    cl_int code = begin(queue, NULL, "clFinish", true);
    player_order_flush(device, queue);
    return end(device, code != CL_SUCCESS ? code : player_real->clFinish(queue), true);
}

static cl_int CL_API_CALL wait_for_events(cl_uint num_events, const cl_event *events) {
    struct player_device *device = num_events > 0 ? player_owner(events[0]) : NULL;
    cl_int code = player_begin(device, "clWaitForEvents", true);
    player_order_flush(device, NULL);
    if (code == CL_SUCCESS) {
        code = player_real->clWaitForEvents(num_events, events);
    }
    return end(device, code, true);
}

void player_commands_install(cl_icd_dispatch *dispatch) {
    dispatch->clEnqueueReadBuffer = read_buffer;
    dispatch->clEnqueueWriteBuffer = write_buffer;
    dispatch->clEnqueueFillBuffer = fill_buffer;
    dispatch->clEnqueueCopyBuffer = copy_buffer;
    dispatch->clEnqueueMarkerWithWaitList = enqueue_marker;
    dispatch->clFlush = flush;
    dispatch->clFinish = finish;
    dispatch->clWaitForEvents = wait_for_events;
}

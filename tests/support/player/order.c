/* order.c: when a device begins what is enqueued. "deferred": not before a flush or a wait.
 * "unordered": also in another order, as far as two commands use no buffer in common; the last one
 * that was enqueued begins first. Both are allowed for a queue in order. */
#include "player.h"

#include <stdlib.h>

/* A user's event for which commands of a queue wait. */
struct player_gate {
    cl_command_queue queue;
    cl_event event;
    struct player_gate *next; /* an older one */
};

static bool plays(const struct player_device *device) {
    return device != NULL && (device->traits.deferred || device->traits.unordered);
}

/* Adds a gate to ${command}, but not after another one in a queue in order. */
static void add_gate(struct player_command *command) {
    struct player_device *device = command->device;
    struct player_gate *gate = device->gates;
    cl_context context;
    while (gate != NULL && gate->queue != command->queue) {
        gate = gate->next;
    }
    if (gate != NULL && !device->traits.unordered) {
        return;
    }
    gate = malloc(sizeof *gate);
    if (gate == NULL ||
        player_real->clGetCommandQueueInfo(command->queue, CL_QUEUE_CONTEXT, sizeof context,
                                           &context, NULL) != CL_SUCCESS) {
        abort();
    }
    *gate = (struct player_gate){.queue = command->queue,
                                 .event = player_real->clCreateUserEvent(context, NULL),
                                 .next = device->gates};
    device->gates = gate;
    command->waits[command->count++] = gate->event;
}

void player_order_begin(struct player_command *command, cl_uint num_events, const cl_event *events,
                        cl_event *event) {
    struct player_device *device = command->device = player_owner(command->queue);
    command->event = command->callers = event;
    command->list = events;
    command->count = num_events;
    command->own = NULL;
    if (!plays(device)) {
        return;
    }
    command->event = &command->own;
    command->list = command->waits;
    for (cl_uint i = 0; i < num_events && i < PLAYER_ARGUMENTS - 1; i++) {
        command->waits[i] = events[i];
    }
    pthread_mutex_lock(&device->mutex);
    for (size_t i = 0; device->traits.unordered && i < command->buffer_count; i++) {
        const void *handle = command->buffers[i];
        const struct player_object *buffer = handle != NULL ? player_object_find(handle) : NULL;
        if (buffer != NULL && buffer->last != NULL) {
            command->waits[command->count++] = buffer->last;
        }
    }
    add_gate(command);
    pthread_mutex_unlock(&device->mutex);
    command->list = command->count > 0 ? command->waits : NULL;
}

/* The command is the last one that uses its buffers. */
static void remember(const struct player_command *command) {
    pthread_mutex_lock(&command->device->mutex);
    for (size_t i = 0; i < command->buffer_count; i++) {
        const void *handle = command->buffers[i];
        struct player_object *buffer = handle != NULL ? player_object_find(handle) : NULL;
        if (buffer == NULL || buffer->size == 0) {
            continue;
        }
        if (buffer->last != NULL) {
            player_real->clReleaseEvent(buffer->last);
        }
        buffer->last = command->own;
        player_real->clRetainEvent(command->own);
    }
    pthread_mutex_unlock(&command->device->mutex);
}

cl_int player_order_end(struct player_command *command, cl_int code, bool blocking) {
    if (!plays(command->device)) {
        return code;
    }
    if (code != CL_SUCCESS) {
        player_order_flush(command->device, command->queue);
        return code;
    }
    remember(command);
    if (blocking) {
        player_order_flush(command->device, command->queue);
        code = player_real->clWaitForEvents(1, &command->own);
    }
    if (command->callers != NULL) {
        *command->callers = command->own;
    } else {
        player_real->clReleaseEvent(command->own);
    }
    return code;
}

/* Opens the gates of ${queue}, the newest first. */
void player_order_flush(struct player_device *device, cl_command_queue queue) {
    if (!plays(device)) {
        return;
    }
    pthread_mutex_lock(&device->mutex);
    for (struct player_gate **at = &device->gates; *at != NULL;) {
        struct player_gate *gate = *at;
        if (queue != NULL && gate->queue != queue) {
            at = &gate->next;
            continue;
        }
        *at = gate->next;
        player_real->clSetUserEventStatus(gate->event, CL_COMPLETE);
        player_real->clReleaseEvent(gate->event);
        free(gate);
    }
    pthread_mutex_unlock(&device->mutex);
}

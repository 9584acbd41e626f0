/* memory.c: a device whose memory is used up, which drivers notice early or late. */
#include "player.h"

#include <stdlib.h>
#include <string.h>

/* Takes the bytes of a buffer. Returns false if they are not there. */
static bool take(struct player_device *device, struct player_object *buffer) {
    long used = atomic_fetch_add(&device->used, (long)buffer->size) + (long)buffer->size;
    buffer->used = true;
    return device->traits.free == 0 || used <= device->traits.free;
}

cl_int player_use(struct player_device *device, const void *handle) {
    struct player_object *buffer = handle != NULL ? player_object_find(handle) : NULL;
    if (device == NULL || buffer == NULL || buffer->size == 0 || buffer->used ||
        take(device, buffer)) {
        return CL_SUCCESS;
    }
    if (device->traits.late) {
        player_lose(device, true);
        return CL_SUCCESS;
    }
    return CL_MEM_OBJECT_ALLOCATION_FAILURE;
}

/* A new buffer holds what was there before: no zeros, where fills are wrong, too. */
static cl_mem create_real(cl_context context, const struct player_device *device,
                          cl_mem_flags flags, size_t size, void *host, cl_int *code) {
    void *garbage = device->traits.badfill && host == NULL ? malloc(size) : NULL;
    cl_mem buffer;
    if (garbage == NULL) {
        return player_real->clCreateBuffer(context, flags, size, host, code);
    }
    memset(garbage, 0xfd, size);
    buffer =
        player_real->clCreateBuffer(context, flags | CL_MEM_COPY_HOST_PTR, size, garbage, code);
    free(garbage);
    return buffer;
}

/* The buffer is released for the last time. */
static void forget(struct player_object *buffer) {
    if (buffer->used) {
        atomic_fetch_sub(&buffer->device->used, (long)buffer->size);
        buffer->used = false;
    }
    if (buffer->last != NULL) {
        player_real->clReleaseEvent(buffer->last);
        buffer->last = NULL;
    }
}

static cl_int CL_API_CALL release_buffer(cl_mem buffer) {
    struct player_object *object = player_object_find(buffer);
    cl_uint references = 0;
    if (object != NULL && object->device != NULL) {
        if (object->device->traits.hang_all && atomic_load(&object->device->reported)) {
            player_begin(object->device, "clReleaseMemObject", false);
        }
        player_real->clGetMemObjectInfo(buffer, CL_MEM_REFERENCE_COUNT, sizeof references,
                                        &references, NULL);
        if (references == 1) {
            forget(object);
        }
    }
    return player_real->clReleaseMemObject(buffer);
}

static cl_mem fail(cl_mem buffer, cl_int failure, cl_int *code) {
    if (buffer != NULL) {
        release_buffer(buffer);
    }
    if (code != NULL) {
        *code = failure;
    }
    return NULL;
}

static cl_mem CL_API_CALL create_buffer(cl_context context, cl_mem_flags flags, size_t size,
                                        void *host, cl_int *code) {
    struct player_device *device = player_owner(context);
    struct player_object *object;
    cl_int failure = player_begin(device, "clCreateBuffer", false);
    cl_mem buffer;
    if (device == NULL) {
        buffer = player_real->clCreateBuffer(context, flags, size, host, code);
        player_object_forget(buffer);
        return buffer;
    }
    if (failure == CL_SUCCESS && device->traits.maxalloc > 0 &&
        size > (size_t)device->traits.maxalloc) {
        failure = CL_INVALID_BUFFER_SIZE;
    }
    if (failure != CL_SUCCESS) {
        return fail(NULL, failure, code);
    }
    buffer = create_real(context, device, flags, size, host, code);
    if (buffer == NULL) {
        return NULL;
    }
    object = player_object_add(buffer, device);
    object->size = size;
    if (!device->traits.firstuse && !device->traits.late && !take(device, object)) {
        return fail(buffer, CL_MEM_OBJECT_ALLOCATION_FAILURE, code);
    }
    return buffer;
}

void player_memory_install(cl_icd_dispatch *dispatch) {
    dispatch->clCreateBuffer = create_buffer;
    dispatch->clReleaseMemObject = release_buffer;
}

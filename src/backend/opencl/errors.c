/* errors.c: OpenCL's error codes by name, and the logs of its compilers. */
#include "backend/opencl/errors.h"

#include <stdio.h>
#include <stdlib.h>

/* clang-format off */
#define CODES(X) \
    X(SUCCESS) X(DEVICE_NOT_FOUND) X(DEVICE_NOT_AVAILABLE) X(COMPILER_NOT_AVAILABLE) \
    X(MEM_OBJECT_ALLOCATION_FAILURE) X(OUT_OF_RESOURCES) X(OUT_OF_HOST_MEMORY) \
    X(PROFILING_INFO_NOT_AVAILABLE) X(MEM_COPY_OVERLAP) X(BUILD_PROGRAM_FAILURE) X(MAP_FAILURE) \
    X(MISALIGNED_SUB_BUFFER_OFFSET) X(EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST) \
    X(COMPILE_PROGRAM_FAILURE) X(LINKER_NOT_AVAILABLE) X(LINK_PROGRAM_FAILURE) X(INVALID_VALUE) \
    X(INVALID_DEVICE_TYPE) X(INVALID_PLATFORM) X(INVALID_DEVICE) X(INVALID_CONTEXT) \
    X(INVALID_QUEUE_PROPERTIES) X(INVALID_COMMAND_QUEUE) X(INVALID_HOST_PTR) \
    X(INVALID_MEM_OBJECT) X(INVALID_BINARY) X(INVALID_BUILD_OPTIONS) X(INVALID_PROGRAM) \
    X(INVALID_PROGRAM_EXECUTABLE) X(INVALID_KERNEL_NAME) X(INVALID_KERNEL_DEFINITION) \
    X(INVALID_KERNEL) X(INVALID_ARG_INDEX) X(INVALID_ARG_VALUE) X(INVALID_ARG_SIZE) \
    X(INVALID_KERNEL_ARGS) X(INVALID_WORK_DIMENSION) X(INVALID_WORK_GROUP_SIZE) \
    X(INVALID_WORK_ITEM_SIZE) X(INVALID_GLOBAL_OFFSET) X(INVALID_EVENT_WAIT_LIST) \
    X(INVALID_EVENT) X(INVALID_OPERATION) X(INVALID_BUFFER_SIZE) X(INVALID_GLOBAL_WORK_SIZE) \
    X(INVALID_PROPERTY) X(INVALID_COMPILER_OPTIONS) X(INVALID_LINKER_OPTIONS) \
    X(INVALID_DEVICE_PARTITION_COUNT)
/* clang-format on */

static const char *name_of(cl_int code) {
#define NAME(name)                                                                                 \
    case CL_##name:                                                                                \
        return "CL_" #name;
    switch (code) {
        CODES(NAME)
    case -1001:
        return "CL_PLATFORM_NOT_FOUND_KHR";
    case OPENCL_ILLEGAL_ACCESS:
        return "CL error -9999 (NVIDIA: illegal access to a buffer)";
    default:
        return NULL;
    }
}

bool opencl_code_is_standard(cl_int code) {
    return code != OPENCL_ILLEGAL_ACCESS && name_of(code) != NULL;
}

const char *opencl_code_name(cl_int code, char text[32]) {
    const char *name = name_of(code);
    if (name == NULL) {
        snprintf(text, 32, "CL error %d", (int)code);
    }
    return name != NULL ? name : text;
}

enum weft_status opencl_check(cl_int code, const char *call, struct weft_error *error) {
    char text[32];
    if (code == CL_SUCCESS) {
        return WEFT_OK;
    }
    return error_set(error, WEFT_BAD_DEVICE, "%s: %s", call, opencl_code_name(code, text));
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

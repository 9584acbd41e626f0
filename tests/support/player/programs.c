/* programs.c: compilers that fail, and binaries. PoCL would compile all kernels again to return a
 * binary, so the binary of a played device is the source, after a line. */
#include "player.h"

#include <stdlib.h>
#include <string.h>

#define BINARY "a program of the player\n"

/* Joins the parts of a source. */
static char *join(cl_uint count, const char **strings, const size_t *lengths) {
    size_t size = 1, used = 0;
    char *text;
    for (cl_uint i = 0; i < count; i++) {
        size += lengths != NULL && lengths[i] > 0 ? lengths[i] : strlen(strings[i]);
    }
    text = malloc(size);
    if (text == NULL) {
        abort();
    }
    for (cl_uint i = 0; i < count; i++) {
        size_t length = lengths != NULL && lengths[i] > 0 ? lengths[i] : strlen(strings[i]);
        memcpy(text + used, strings[i], length);
        used += length;
    }
    text[used] = '\0';
    return text;
}

/* Returns a copy of ${text} that the compiler may contract. */
static char *allow_contraction(const char *text) {
    static const char off[] = "#pragma OPENCL FP_CONTRACT OFF";
    const char *parts[] = {"#pragma clang fp contract(fast)\n", text};
    char *copy = join(2, parts, NULL);
    for (char *at = copy; (at = strstr(at, off)) != NULL;) {
        memset(at, ' ', sizeof off - 1);
    }
    return copy;
}

/* Creates the program of a played device, and takes ${text} over. */
static cl_program create(cl_context context, struct player_device *device, char *text,
                         bool from_binary, cl_int *code) {
    const struct player_traits *traits = &device->traits;
    bool contracts = traits->contracts || (from_binary && traits->stale_contracts);
    char *changed = contracts ? allow_contraction(text) : NULL;
    const char *source = contracts ? changed : text;
    cl_program program = player_real->clCreateProgramWithSource(context, 1, &source, NULL, code);
    struct player_object *object;
    free(changed);
    if (program == NULL) {
        free(text);
        return NULL;
    }
    object = player_object_add(program, device);
    object->text = text;
    object->from_binary = from_binary;
    return program;
}

static cl_program CL_API_CALL create_with_source(cl_context context, cl_uint count,
                                                 const char **strings, const size_t *lengths,
                                                 cl_int *code) {
    struct player_device *device = player_owner(context);
    if (device == NULL) {
        cl_program program =
            player_real->clCreateProgramWithSource(context, count, strings, lengths, code);
        player_object_forget(program);
        return program;
    }
    return create(context, device, join(count, strings, lengths), false, code);
}

static cl_program CL_API_CALL create_with_binary(cl_context context, cl_uint num_devices,
                                                 const cl_device_id *ids, const size_t *lengths,
                                                 const unsigned char **binaries, cl_int *accepted,
                                                 cl_int *code) {
    struct player_device *device = player_owner(context);
    const size_t header = sizeof BINARY - 1;
    const char *binary = (const char *)binaries[0];
    bool intact = lengths[0] > header && memcmp(binary, BINARY, header) == 0;
    if (device == NULL) {
        cl_program program = player_real->clCreateProgramWithBinary(
            context, num_devices, ids, lengths, binaries, accepted, code);
        player_object_forget(program);
        return program;
    }
    if (accepted != NULL) {
        accepted[0] = intact ? CL_SUCCESS : CL_INVALID_BINARY;
    }
    if (!intact) {
        if (code != NULL) {
            *code = CL_INVALID_BINARY;
        }
        return NULL;
    }
    binary += header;
    return create(context, device, join(1, &binary, &(size_t){lengths[0] - header}), true, code);
}

static cl_int CL_API_CALL build(cl_program program, cl_uint num_devices, const cl_device_id *ids,
                                const char *options, void(CL_CALLBACK *notify)(cl_program, void *),
                                void *user_data) {
    struct player_device *device = player_owner(program);
    cl_int code;
    if (device == NULL) {
        return player_real->clBuildProgram(program, num_devices, ids, options, notify, user_data);
    }
    code = player_begin(device, "clBuildProgram", true);
    if (code != CL_SUCCESS) {
        return code;
    }
    if (device->traits.nobuild) {
        return CL_BUILD_PROGRAM_FAILURE;
    }
    return player_real->clBuildProgram(program, 1, &device->real, options, notify, user_data);
}

static cl_int CL_API_CALL get_build_info(cl_program program, cl_device_id id,
                                         cl_program_build_info info, size_t size, void *to,
                                         size_t *used) {
    static const char text[] = "the player's compiler fails";
    struct player_device *device = player_owner(program);
    if (device != NULL && device->traits.nobuild && info == CL_PROGRAM_BUILD_LOG) {
        return player_answer(text, sizeof text, size, to, used);
    }
    return player_real->clGetProgramBuildInfo(program, player_real_device(id), info, size, to,
                                              used);
}

static cl_int answer_binary(const char *source, size_t size, void *to, size_t *used) {
    const size_t header = sizeof BINARY - 1;
    unsigned char *const *binaries = to;
    if (used != NULL) {
        *used = sizeof *binaries;
    }
    if (to != NULL && size < sizeof *binaries) {
        return CL_INVALID_VALUE;
    }
    if (to != NULL && binaries[0] != NULL) {
        memcpy(binaries[0], BINARY, header);
        memcpy(binaries[0] + header, source, strlen(source));
    }
    return CL_SUCCESS;
}

static cl_int CL_API_CALL get_program_info(cl_program program, cl_program_info info, size_t size,
                                           void *to, size_t *used) {
    const struct player_object *object = player_object_find(program);
    if (object == NULL || object->device == NULL) {
        return player_real->clGetProgramInfo(program, info, size, to, used);
    }
    if (info == CL_PROGRAM_DEVICES) {
        return player_answer(&object->device, sizeof object->device, size, to, used);
    }
    if (info == CL_PROGRAM_BINARY_SIZES) {
        size_t bytes =
            object->device->traits.nobinary ? 0 : sizeof BINARY - 1 + strlen(object->text);
        return player_answer(&bytes, sizeof bytes, size, to, used);
    }
    if (info == CL_PROGRAM_BINARIES) {
        return answer_binary(object->text, size, to, used);
    }
    return player_real->clGetProgramInfo(program, info, size, to, used);
}

void player_programs_install(cl_icd_dispatch *dispatch) {
    dispatch->clCreateProgramWithSource = create_with_source;
    dispatch->clCreateProgramWithBinary = create_with_binary;
    dispatch->clBuildProgram = build;
    dispatch->clGetProgramBuildInfo = get_build_info;
    dispatch->clGetProgramInfo = get_program_info;
}

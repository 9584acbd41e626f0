/* layer.c: what the loader calls (CL/cl_layer.h). */
#include "player.h"

#include <string.h>

#define EXPORT __attribute__((visibility("default")))

const cl_icd_dispatch *player_real;

EXPORT CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info param_name,
                                                      size_t param_value_size, void *param_value,
                                                      size_t *param_value_size_ret) {
    static const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    static const char name[] = "weft-player";
    switch (param_name) {
    case CL_LAYER_API_VERSION:
        return player_answer(&version, sizeof version, param_value_size, param_value,
                             param_value_size_ret);
    case CL_LAYER_NAME:
        return player_answer(name, sizeof name, param_value_size, param_value,
                             param_value_size_ret);
    default:
        return CL_INVALID_VALUE;
    }
}

EXPORT CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint num_entries,
                                                   const cl_icd_dispatch *target_dispatch,
                                                   cl_uint *num_entries_ret,
                                                   const cl_icd_dispatch **layer_dispatch_ret) {
    static cl_icd_dispatch dispatch;
    const size_t entries = sizeof dispatch / sizeof(void *);
    if (num_entries < entries) {
        return CL_INVALID_VALUE;
    }
    player_real = target_dispatch;
    memcpy(&dispatch, target_dispatch, sizeof dispatch);
    player_devices_install(&dispatch);
    player_contexts_install(&dispatch);
    player_programs_install(&dispatch);
    player_kernels_install(&dispatch);
    player_commands_install(&dispatch);
    player_memory_install(&dispatch);
    player_release_install(&dispatch);
    player_time_install(&dispatch);
    *num_entries_ret = (cl_uint)entries;
    *layer_dispatch_ret = &dispatch;
    return CL_SUCCESS;
}

cl_int player_answer(const void *value, size_t value_size, size_t size, void *to, size_t *used) {
    if (used != NULL) {
        *used = value_size;
    }
    if (to != NULL && size < value_size) {
        return CL_INVALID_VALUE;
    }
    if (to != NULL) {
        memcpy(to, value, value_size);
    }
    return CL_SUCCESS;
}

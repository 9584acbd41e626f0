/* device_public.c: a device as the library shows it. */
#include "backend/device.h"

struct weft_device device_public(const struct device_info *info) {
    return (struct weft_device){
        .size = sizeof(struct weft_device),
        .builtin = info->builtin,
        .usable = info->usable,
        .is_default = info->is_default,
        .unified_memory = info->unified_memory,
        .layered = info->layered,
        .emulated_fma = info->emulated_fma,
        .index = info->index,
        .platform = info->platform,
        .in_platform = info->in_platform,
        .order = info->order,
        .same_as = info->same_as,
        .compute_units = info->compute_units,
        .clock = info->clock,
        .global_memory = info->global_memory,
        .local_memory = info->local_memory,
        .max_buffer = info->max_buffer,
        .name = info->name,
        .platform_name = info->platform_name,
        .driver = info->driver,
        .opencl = info->opencl,
        .opencl_c = info->opencl_c,
        .type = info->type,
        .fp_config = info->fp_config,
        .pci = info->pci,
        .uuid = info->uuid,
        .reason = info->reason,
        .hint = info->hint,
    };
}

/* rows.c: which layer has which kernels, and how values are shared out over work-items. */
#include "backend/opencl/opencl.h"

static const struct opencl_row *const rows[WEFT_KIND_COUNT] = {
    [WEFT_CONV2D] = &opencl_conv2d,   [WEFT_MAX_POOL2D] = &opencl_max_pool2d,
    [WEFT_RELU] = &opencl_relu,       [WEFT_BATCH_NORM] = &opencl_batch_norm,
    [WEFT_FLATTEN] = &opencl_flatten, [WEFT_LINEAR] = &opencl_linear,
};

const struct opencl_row *opencl_row_of(enum weft_kind kind) {
    return rows[kind];
}

size_t opencl_divisor(size_t n, size_t most) {
    size_t divisor = most < n ? most : n;
    while (n % divisor != 0) {
        divisor--;
    }
    return divisor;
}

size_t opencl_values_per_item(size_t size, enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU ? 1 : opencl_divisor(size, 128);
}

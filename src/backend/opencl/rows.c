/* rows.c: which layer has which kernels, and how values are shared out over work-items. */
#include "backend/opencl/opencl.h"

#define LAYER(KIND, name) [WEFT_KIND_##KIND] = &opencl_##name,
static const struct opencl_row *const rows[WEFT_KIND_COUNT] = {
#include "network/layers.def"
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

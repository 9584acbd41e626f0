/* debug.c: the part of debug.h that needs no OpenCL: what a record holds. */
#include "backend/opencl/debug/debug.h"
#include "backend/lanes.h"

#include <stdlib.h>
#include <string.h>

const enum backend_array state_arrays[STATE_ARRAYS + 1] = {
    ARRAY_PARAMETERS, ARRAY_BUFFERS, ARRAY_MOMENTS, ARRAY_SECOND_MOMENTS, ARRAY_GRADIENTS};

void record_finish(struct record *record) {
    for (size_t i = 0; i < record->buffer_count; i++) {
        free(record->buffers[i].bytes);
    }
    free(record->source);
    free(record->log);
    *record = (struct record){0};
}

void record_place(const struct tensor_ref *ref, size_t images, const float *values,
                  unsigned char *bytes) {
    size_t size = ref->count, lanes = lanes_shards(images) * CPU_LANES;
    if (!ref->is_activation) {
        memcpy(bytes + ref->offset * sizeof *values, values, size * sizeof *values);
        return;
    }
    for (size_t image = 0; image < (ref->activation.gradient ? lanes : images); image++) {
        for (size_t i = 0; i < size; i++) {
            size_t at = (image / CPU_LANES * size + i) * CPU_LANES + image % CPU_LANES;
            const float value = image < images ? values[image * size + i] : 0.0f;
            memcpy(bytes + at * sizeof value, &value, sizeof value);
        }
    }
}

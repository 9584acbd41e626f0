/* record_finish.c: what a record holds, whatever device it is of. */
#include "backend/lanes.h"
#include "backend/opencl/debug/record.h"
#include "backend/ops.h"

#include <stdlib.h>
#include <string.h>

void record_finish(struct record *record) {
    for (size_t i = 0; i < record->buffer_count; i++) {
        free(record->buffers[i].bytes);
    }
    free(record->source);
    free(record->log);
    *record = (struct record){0};
}

void record_place(const struct weft_backend *backend, const struct tensor_ref *target,
                  const float *values, unsigned char *bytes) {
    size_t count = backend->last_count, size = target->count;
    size_t lanes = lanes_shards(count) * CPU_LANES;
    if (!target->is_place) {
        memcpy(bytes + target->offset * sizeof *values, values, size * sizeof *values);
        return;
    }
    for (size_t image = 0; image < (target->place.gradient ? lanes : count); image++) {
        for (size_t i = 0; i < size; i++) {
            size_t at = (image / CPU_LANES * size + i) * CPU_LANES + image % CPU_LANES;
            const float value = image < count ? values[image * size + i] : 0.0f;
            memcpy(bytes + at * sizeof value, &value, sizeof value);
        }
    }
}

/* record.c: what a record holds, whatever device it is of. */
#include "backend/record.h"
#include "backend/lanes.h"

#include <stdlib.h>
#include <string.h>

void weft_record_finish(struct weft_record *record) {
    for (size_t i = 0; i < record->buffer_count; i++) {
        free(record->buffers[i].bytes);
    }
    free(record->source);
    free(record->log);
    *record = (struct weft_record){0};
}

void weft_record_place(const struct weft_backend *backend, const struct weft_target *target,
                       const float *values, unsigned char *bytes) {
    size_t count = backend->last_count, size = target->count;
    size_t lanes = weft_shards(count) * WEFT_LANES;
    if (!target->is_place) {
        memcpy(bytes + target->offset * sizeof *values, values, size * sizeof *values);
        return;
    }
    for (size_t image = 0; image < (target->place.gradient ? lanes : count); image++) {
        for (size_t i = 0; i < size; i++) {
            size_t at = (image / WEFT_LANES * size + i) * WEFT_LANES + image % WEFT_LANES;
            const float value = image < count ? values[image * size + i] : 0.0f;
            memcpy(bytes + at * sizeof value, &value, sizeof value);
        }
    }
}

/* gradient_sum.c: whether a wrong gradient is a wrong sum: Adam's kernel adds the gradients of the
 * shards, for the parameters of every layer. */
#include "verify/gradient_sum.h"

#include <stdlib.h>
#include <string.h>

#include "numerics.h"

/* Returns whether parameter ${p} of ${gradients}, as it is after the launch, is the sum of its
 * shards in ${record}. */
static bool is_sum(const struct record *record, const unsigned char *gradients, size_t p) {
    const struct record_buffer *partials = &record->buffers[record->partials - 1];
    size_t row = record->buffers[record->gradients - 1].size;
    float total = 0.0f, value;
    for (size_t shard = 0; shard < record->shards; shard++) {
        memcpy(&value, partials->bytes + shard * row + p * sizeof value, sizeof value);
        total += value;
    }
    memcpy(&value, gradients + p * sizeof value, sizeof value);
    return weft_as_uint(value) == weft_as_uint(weft_clean(weft_clean(total) * record->scale));
}

/* Returns whether ${record} is one launch of Adam's kernel, complete. */
static bool is_complete(const struct record *record) {
    return record->launch_count == 1 && !record->full && record->partials > 0 &&
           record->gradients > 0 &&
           record->shards * record->buffers[record->gradients - 1].size <=
               record->buffers[record->partials - 1].size;
}

bool verify_gradient_sum_is_wrong(const struct verify_piece *piece,
                                  const struct verify_setup *setup,
                                  const struct weft_verify_difference *found) {
    struct record record = {.kernels = setup->options.kernels, .adam = true, .step = piece->step};
    const struct debug_options debug = {.record = &record};
    const struct verify_setup recording = {.options = setup->options, .debug = &debug};
    struct weft_error ignored = {0};
    struct weft_verify_difference again = {.differing = 0};
    struct weft_backend *device = NULL;
    struct tensor_ref ref;
    unsigned char *gradients = NULL;
    char digest[65];
    int buffer = 0;
    bool wrong = false;
    if (setup->debug != NULL || !tensor_ref_find(piece->network, found->name, &ref) ||
        ref.is_activation || ref.array != WEFT_ARRAY_GRADIENTS) {
        return false; /* not a gradient of parameters, or one with a flipped bit */
    }
    if (verify_open(piece->network, &recording, &device, &ignored) == WEFT_OK &&
        piece->run(piece, device, &again, digest, &ignored) == WEFT_OK && is_complete(&record) &&
        debug_api->record_result(device, &ref, &buffer, &gradients, &ignored) == WEFT_OK) {
        for (size_t i = 0; i < ref.count && !wrong; i++) {
            wrong = !is_sum(&record, gradients, ref.offset + i);
        }
    }
    free(gradients);
    weft_backend_close(device);
    record_finish(&record);
    return wrong;
}

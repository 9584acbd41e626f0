/* gradient_sum.c: whether the shards' gradients of a step were right, and only their sum is not: Adam's kernel makes it, in whichever layer it shows. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/lanes.h"
#include "numerics.h"

/* The launch of Adam's kernel: what it was given. */
struct join {
    const struct record_buffer *partials, *gradients;
    float scale;
    int32_t count; /* images */
};

/* Its first two arguments are buffers: the shards' gradients, and their sum; the first two numbers behind: scale and count. */
static bool read_launch(const struct record *record, struct join *join) {
    const struct record_launch *launch = &record->launches[0];
    size_t number = 2;
    if (record->launch_count != 1 || record->full) {
        return false;
    }
    while (number < launch->count && launch->arguments[number].buffer >= 0) {
        number++;
    }
    if (number + 1 >= launch->count || launch->arguments[0].buffer < 0 ||
        launch->arguments[1].buffer < 0) {
        return false;
    }
    join->partials = &record->buffers[launch->arguments[0].buffer];
    join->gradients = &record->buffers[launch->arguments[1].buffer];
    memcpy(&join->scale, launch->arguments[number].bytes, sizeof join->scale);
    memcpy(&join->count, launch->arguments[number + 1].bytes, sizeof join->count);
    return join->count > 0 &&
           lanes_shards((size_t)join->count) * join->gradients->size <= join->partials->size;
}

/* Whether parameter ${p} of ${got} is the sum of its shards. */
static bool is_joined(const struct join *join, const unsigned char *got, size_t p) {
    size_t shards = lanes_shards((size_t)join->count);
    float total = 0.0f, value;
    for (size_t shard = 0; shard < shards; shard++) {
        memcpy(&value, join->partials->bytes + shard * join->gradients->size + p * sizeof value,
               sizeof value);
        total += value;
    }
    memcpy(&value, got + p * sizeof value, sizeof value);
    return weft_as_uint(value) == weft_as_uint(weft_clean(weft_clean(total) * join->scale));
}

void verify_joined(const struct verify_piece *piece, const struct verify_setup *options,
                   struct weft_verify_difference *found) {
    struct weft_error ignored = {0};
    struct record *record = NULL;
    struct debug_options debug = {.wait = false};
    struct verify_setup how = *options;
    struct weft_verify_difference now = {.differing = 0};
    struct weft_backend *device = NULL;
    struct tensor_ref target;
    struct join join;
    unsigned char *got = NULL;
    char digest[65];
    int buffer = 0;
    if (!tensor_ref_find(piece->network, found->name, &target) || target.is_activation ||
        target.array != WEFT_ARRAY_GRADIENTS || options->debug != NULL ||
        (record = calloc(1, sizeof *record)) == NULL) {
        return; /* no gradient, or one with a bit that was flipped */
    }
    record->kernels = options->options.kernels;
    record->adam = true;
    record->step = piece->step;
    debug.record = record;
    how.debug = &debug;
    if (verify_open(piece->network, &how, &device, &ignored) == WEFT_OK &&
        piece->run(piece, device, &now, digest, &ignored) == WEFT_OK &&
        read_launch(record, &join) &&
        debug_api->record_result(device, &target, &buffer, &got, &ignored) == WEFT_OK) {
        for (size_t i = 0; i < target.count; i++) {
            if (!is_joined(&join, got, target.offset + i)) {
                snprintf(found->layer, sizeof found->layer, "adam");
            }
        }
    }
    free(got);
    weft_backend_close(device);
    record_finish(record);
    free(record);
}

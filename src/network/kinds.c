/* kinds.c: the table of the known layers. */
#include "network/layer.h"

#include <string.h>

const struct layer_kind *const layer_kinds[WEFT_KIND_COUNT] = {
    [WEFT_CONV2D] = &layer_conv2d,         /* cross-correlation with learnt kernels */
    [WEFT_MAX_POOL2D] = &layer_max_pool2d, /* the largest of each window */
    [WEFT_RELU] = &layer_relu,             /* x > 0 ? x : 0 */
    [WEFT_BATCH_NORM] = &layer_batch_norm, /* mean 0, deviation 1, then a learnt line */
    [WEFT_FLATTEN] = &layer_flatten,       /* channels, rows, columns become one dimension */
    [WEFT_LINEAR] = &layer_linear,         /* a learnt matrix and a bias */
};

enum weft_kind kind_find(const char *name) {
    int kind = 0;
    while (kind < WEFT_KIND_COUNT && strcmp(layer_kinds[kind]->name, name) != 0) {
        kind++;
    }
    return (enum weft_kind)kind;
}

const char *weft_kind_name(enum weft_kind kind) {
    return layer_kinds[kind]->name;
}

uint64_t weft_layer_flop(const struct weft_layer *layer) {
    const struct layer_kind *kind = layer_kinds[layer->kind];
    return kind->flop != NULL ? kind->flop(layer) : 0;
}

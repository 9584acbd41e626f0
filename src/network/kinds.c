/* kinds.c: the tables that layers.def makes. */
#include "network/layer.h"

#include <string.h>

#define LAYER(KIND, name) [WEFT_KIND_##KIND] = &layer_##name,
const struct layer_kind *const layer_kinds[WEFT_KIND_COUNT] = {
#include "network/layers.def"
};

#define LAYER(KIND, name) [WEFT_KIND_##KIND] = #name,
static const char *const names[WEFT_KIND_COUNT] = {
#include "network/layers.def"
};

#define LAYER(KIND, name) +1
_Static_assert(0
#include "network/layers.def"
                   == WEFT_KIND_COUNT,
               "enum weft_kind and layers.def have the same kinds");

enum weft_kind kind_find(const char *name) {
    int kind = 0;
    while (kind < WEFT_KIND_COUNT && strcmp(names[kind], name) != 0) {
        kind++;
    }
    return (enum weft_kind)kind;
}

const char *weft_kind_name(enum weft_kind kind) {
    return names[kind];
}

uint64_t weft_layer_flop(const struct weft_layer *layer) {
    const struct layer_kind *kind = layer_kinds[layer->kind];
    return kind->flop != NULL ? kind->flop(layer) : 0;
}

/* kinds.c: the tables that layers.def makes. */
#include "network/layer.h"

#include <stdlib.h>
#include <string.h>

#define LAYER(KIND, name) [LAYER_KIND_##KIND] = &layer_##name,
const struct layer_kind *const layer_kinds[LAYER_KIND_COUNT] = {
#include "network/layers.def"
};

#define LAYER(KIND, name) [LAYER_KIND_##KIND] = #name,
static const char *const names[LAYER_KIND_COUNT] = {
#include "network/layers.def"
};

#define LAYER(KIND, name) +1
_Static_assert(0
#include "network/layers.def"
                   == LAYER_KIND_COUNT,
               "enum layer_kind_id and layers.def have the same kinds");

enum layer_kind_id kind_find(const char *name) {
    int kind = 0;
    while (kind < LAYER_KIND_COUNT && strcmp(names[kind], name) != 0) {
        kind++;
    }
    return (enum layer_kind_id)kind;
}

/* Of quotients by 143, the values of a channel, 1 in 7 differs from the product with the rounded
 * reciprocal, so that weft verify sees the difference. With 3 x 14 x 11, it is 1 in 70. 13 outputs
 * leave a tile of the last layer with fewer of them than the others. */
char *kind_example(enum layer_kind_id kind) {
    /* What a kind reads that reads several tensors: the network's input, and one that layer b
     * reads, too. */
    static const char several[] =
        "{\"kind\": \"conv2d\", \"name\": \"a\", \"out_channels\": 3, \"kernel_size\": 1}, "
        "{\"kind\": \"relu\", \"name\": \"b\"}, ";
    const bool joins = layer_kinds[kind]->join != NULL;
    const char *example = layer_kinds[kind]->example;
    const char *comma = example[0] != '\0' ? ", " : "";
    struct weft_network *network = NULL;
    /* The layer before flatten, or after flatten if it refuses an image. */
    for (int flat = 0; flat < 2; flat++) {
        struct text text = {0};
        enum weft_status status = WEFT_OK;
        char *json;
        text_add(&text,
                 "{\"input\": [3, 13, 11], \"layers\": [%s{\"kind\": \"%s\"%s%s%s}, %s"
                 "{\"kind\": \"linear\", \"out_features\": 13}]}",
                 joins  ? several
                 : flat ? "{\"kind\": \"flatten\"}, "
                        : "",
                 names[kind], joins ? ", \"inputs\": [\"input\", \"a\", \"b\", \"a\"]" : "", comma,
                 example, flat ? "" : "{\"kind\": \"flatten\"}, ");
        json = text_take(&text);
        if (json != NULL && !flat) {
            status = network_create(json, &network, NULL);
            network_destroy(network);
        }
        if (status == WEFT_OK) {
            return json;
        }
        free(json);
        if (status != WEFT_BAD_FILE) {
            return NULL; /* no memory */
        }
    }
    return NULL;
}

const char *layer_kind_name(enum layer_kind_id kind) {
    return names[kind];
}

size_t *layer_outputs(struct network_layer *layer) {
    size_t offset = layer_kinds[layer->kind]->outputs;
    return offset != 0 ? (size_t *)(void *)((char *)layer + offset) : NULL;
}

uint64_t layer_flop(const struct network_layer *layer) {
    const struct layer_kind *kind = layer_kinds[layer->kind];
    return kind->flop != NULL ? kind->flop(layer) : 0;
}

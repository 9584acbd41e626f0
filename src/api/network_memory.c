/* network_memory.c: the public function for the plan of a network's memory. */
#include "api/api.h"
#include "backend/lanes.h"
#include "network/lifetimes.h"
#include "weft/network.h"

#include <stdlib.h>

/* A tensor and its name, to which it points. */
struct planned {
    struct weft_memory_tensor tensor;
    char name[LIFETIME_NAME];
};

/* Makes the result for ${count} tensors: pointers to them, and after these the tensors. */
static enum weft_status make_plan(size_t count, const struct weft_memory_tensor ***list,
                                  struct planned **planned, struct weft_error *error) {
    const size_t pointers = (count + 1) / 2 * 2; /* the tensors are aligned to 8 bytes */
    *list = calloc(1, pointers * sizeof **list + count * sizeof **planned);
    *planned = (void *)(*list + (*list != NULL ? pointers : 0));
    return *list != NULL ? WEFT_OK : error_set(error, WEFT_NO_MEMORY, "no memory for a plan");
}

static enum weft_status list_tensors(const struct weft_network *network,
                                     const struct lifetimes *lifetimes, size_t batch,
                                     const struct weft_memory_tensor ***list, size_t *count,
                                     struct weft_error *error) {
    struct planned *planned;
    size_t found = 0;
    for (size_t i = 0; i < lifetimes->count; i++) {
        found += lifetimes->tensors[i].slot != LIFETIME_NO_SLOT;
    }
    TRY(make_plan(found, list, &planned, error));
    for (size_t i = 0; i < lifetimes->count; i++) {
        const struct lifetime *life = &lifetimes->tensors[i];
        if (life->slot != LIFETIME_NO_SLOT) {
            lifetimes_name(network, i, planned->name);
            planned->tensor = (struct weft_memory_tensor){
                .size = sizeof planned->tensor,
                .name = planned->name,
                .bytes = (uint64_t)lanes_shards(batch) * CPU_LANES * sizeof(float) * life->size,
                .begin = life->begin,
                .end = life->end,
                .slot = life->slot};
            (*list)[(*count)++] = &planned++->tensor;
        }
    }
    return WEFT_OK;
}

enum weft_status weft_network_memory(const struct weft_network *network, size_t batch,
                                     bool forward_only, const struct weft_memory_tensor ***tensors,
                                     size_t *count, struct weft_error *error) {
    struct lifetimes lifetimes = {.count = 0};
    enum weft_status status;
    API_BEGIN;
    API_CREATES(tensors);
    API_NOT_NULL(count);
    *count = 0;
    API_NOT_NULL(network);
    API_REQUIRE(batch >= 1 && batch <= API_BATCH_MAX, "batch is %zu: it must be 1 to %d", batch,
                API_BATCH_MAX);
    TRY_OR(done, lifetimes_init(network, &lifetimes, error));
    lifetimes_of_layers(&lifetimes, network, forward_only);
    TRY_OR(done, lifetimes_share(&lifetimes, false, error));
    status = list_tensors(network, &lifetimes, batch, tensors, count, error);
done:
    lifetimes_finish(&lifetimes);
    return status;
}

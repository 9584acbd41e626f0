/* room.c: whether a network fits into the memory of a device. */
#include "backend/opencl/room.h"
#include "backend/opencl/state.h"
#include "os/host.h"

#include <stdio.h>

/* The buffers of a network. */
struct total {
    uint64_t bytes, largest;
};

static void add(struct total *total, uint64_t floats, unsigned buffers) {
    const uint64_t bytes = (floats * sizeof(cl_float) + 63) / 64 * 64;
    total->bytes += buffers * bytes;
    total->largest = bytes > total->largest ? bytes : total->largest;
}

/* Returns what opencl_memory_init allocates for batches of ${shards} x 16 images, and the smallest
 * portions of images on the host, if there are any. */
static struct total total_of(const struct opencl_backend *cl, uint64_t shards) {
    const struct weft_network *network = cl->base.network;
    const uint64_t lanes = shards * CPU_LANES, parameters = opencl_padded(network->parameter_count);
    struct total total = {0};
    for (size_t slot = 0; slot < cl->lifetimes.slot_count; slot++) {
        add(&total, cl->lifetimes.slots[slot] * lanes, 1);
    }
    for (size_t i = 0; i < cl->groups.count; i++) {
        const struct opencl_group *group = &cl->groups.list[i];
        const struct network_layer *layer = &network->layers[group->main];
        if (group->layer->file != NULL && group->layer->scratch != NULL) {
            add(&total,
                group->layer->scratch(layer, cl->groups.mapping, (size_t)shards) / sizeof(cl_float),
                1);
        }
    }
    add(&total, opencl_padded(network->buffer_count), 1);
    add(&total, parameters, cl->base.forward_only ? 1 : 4);
    add(&total, cl->base.forward_only ? 0 : shards * parameters, 1);
    add(&total, lanes, 2); /* losses, predictions */
    if (cl->portions.queue != NULL) {
        add(&total, lanes * shape_size(network->input) / sizeof(cl_float), 2);
        add(&total, lanes * sizeof(cl_ushort) / sizeof(cl_float), 2);
    }
    return total;
}

static bool fits(const struct opencl_backend *cl, uint64_t shards, uint64_t more) {
    const struct total total = total_of(cl, shards);
    return total.bytes + more <= cl->room.memory && total.largest <= cl->room.buffer;
}

/* Adds the largest batch that fits next to ${more} bytes of other buffers. */
static enum weft_status hint(const struct opencl_backend *cl, uint64_t more,
                             struct weft_error *error) {
    uint64_t below = 0, above = lanes_shards(cl->base.batch); /* ${below} fits, ${above} may not */
    while (below + 1 < above) {
        const uint64_t middle = (below + above) / 2;
        *(fits(cl, middle, more) ? &below : &above) = middle;
    }
    return below > 0 ? error_hint(error, "a smaller batch needs less: batch %u fits",
                                  (unsigned)(below * CPU_LANES))
                     : error_hint(error, "no batch fits: use a smaller network or fewer "
                                         "images, or another device");
}

static enum weft_status fail(const struct opencl_backend *cl, uint64_t needed, const char *what,
                             uint64_t more, struct weft_error *error) {
    error_set(error, WEFT_BAD_DEVICE,
              "memory of the device: %.1f MB are needed for %s, at batch %zu, but %s %.1f MB",
              1e-6 * (double)needed, what, cl->base.batch,
              cl->room.shared ? "the device shares the host's memory, of which are free"
                              : "the device has",
              1e-6 * (double)cl->room.memory);
    return hint(cl, more, error);
}

static enum weft_status fail_buffer(const struct opencl_backend *cl, uint64_t bytes,
                                    const char *what, struct weft_error *error) {
    error_set(error, WEFT_BAD_DEVICE,
              "memory of the device: a buffer of %.1f MB is needed for %s, at batch %zu, but the "
              "device allows %.1f MB for one",
              1e-6 * (double)bytes, what, cl->base.batch, 1e-6 * (double)cl->room.buffer);
    return hint(cl, 0, error);
}

/* Stores what there is. A device that shares the host's memory has no more than is free there. */
static void measure(struct opencl_backend *cl) {
    const struct device_info *device = &cl->base.device;
    const uint64_t memory = device->global_memory > 0 ? device->global_memory : UINT64_MAX;
    const uint64_t free = device->unified_memory ? os_free_memory() : 0;
    cl->room.shared = free > 0 && free < memory;
    cl->room.memory = cl->room.shared ? free : memory;
    cl->room.buffer =
        device->max_buffer > 0 && device->max_buffer < SIZE_MAX ? device->max_buffer : SIZE_MAX;
}

enum weft_status opencl_room_check(struct opencl_backend *cl, struct weft_error *error) {
    const struct total total = total_of(cl, lanes_shards(cl->base.batch));
    measure(cl);
    if (total.largest > cl->room.buffer) {
        return fail_buffer(cl, total.largest, "a tensor", error);
    }
    return total.bytes <= cl->room.memory ? WEFT_OK
                                          : fail(cl, total.bytes, "the network", 0, error);
}

enum weft_status opencl_room_for(const struct opencl_backend *cl, uint64_t bytes, const char *what,
                                 struct weft_error *error) {
    const uint64_t needed = cl->buffer_bytes + bytes;
    uint64_t network;
    if (bytes > cl->room.buffer) {
        return fail_buffer(cl, bytes, what, error);
    }
    if (needed <= cl->room.memory) {
        return WEFT_OK;
    }
    network = total_of(cl, lanes_shards(cl->base.batch)).bytes;
    return fail(cl, needed, what, needed > network ? needed - network : 0, error);
}

void opencl_room_hint(const struct opencl_backend *cl, struct weft_error *error) {
    const struct total total = total_of(cl, lanes_shards(cl->base.batch));
    error_hint(error, "the network needs %.1f MB at batch %zu; a smaller batch needs less",
               1e-6 * (double)total.bytes, cl->base.batch);
}

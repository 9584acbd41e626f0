/* profile.c: the entries of a profile, and the functions of measure.h. */
#include "backend/profile.h"
#include "backend/measure.h"
#include "backend/ops.h"
#include "base/try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum weft_status profile_create(struct backend *backend, size_t count, struct weft_error *error) {
    struct profile *profile = calloc(1, sizeof *profile + count * sizeof profile->entries[0]);
    if (profile == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a profile");
    }
    profile->count = count;
    backend->profile = profile;
    return WEFT_OK;
}

void profile_name(struct profile_entry *entry, const char *name, const struct weft_network *network,
                  size_t first, size_t end) {
    size_t length = 0;
    snprintf(entry->name, sizeof entry->name, "%s", name);
    for (size_t i = first; i < end; i++) {
        size_t room = sizeof entry->layers - length;
        /* a space, the name and a zero; names that do not fit are omitted */
        if (strlen(network->layers[i].name) + 2 <= room) {
            length += (size_t)snprintf(entry->layers + length, room, "%s%s", length > 0 ? " " : "",
                                       network->layers[i].name);
        }
    }
}

void profile_add(struct profile_entry *entry, double seconds, uint64_t flop, uint64_t bytes) {
    entry->launches++;
    entry->seconds += seconds;
    entry->flop += flop;
    entry->bytes += bytes;
}

uint64_t profile_activation_bytes(const struct weft_network *network, size_t index, size_t count) {
    return (uint64_t)shape_size(activation_shape(network, index)) * count * sizeof(float);
}

uint64_t profile_parameter_bytes(const struct weft_network *network, size_t layer) {
    const struct network_layer *of = &network->layers[layer];
    uint64_t bytes = 0;
    for (size_t i = of->first_tensor; i < of->first_tensor + of->tensors; i++) {
        bytes += network->tensors[i].trained ? network->tensors[i].count * sizeof(float) : 0;
    }
    return bytes;
}

enum weft_status backend_profile_start(struct backend *backend, struct weft_error *error) {
    backend_profile_stop(backend);
    watch_begin(&backend->watch, 0);
    return backend->ops->profile_start(backend, error);
}

static enum weft_status collect(struct backend *backend, struct weft_error *error) {
    return backend->ops->profile_collect != NULL ? backend->ops->profile_collect(backend, error)
                                                 : WEFT_OK;
}

enum weft_status backend_profile_read(struct backend *backend, struct profile_entry **entries,
                                      size_t *count, struct weft_error *error) {
    const struct profile *profile = backend->profile;
    *entries = NULL;
    *count = 0;
    if (profile == NULL) {
        return error_set(error, WEFT_USAGE, "the profile was not started");
    }
    TRY(collect(backend, error));
    *entries = calloc(profile->count + 1, sizeof **entries);
    if (*entries == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a profile");
    }
    for (size_t i = 0; i < profile->count; i++) {
        if (profile->entries[i].launches > 0) {
            (*entries)[(*count)++] = profile->entries[i];
        }
    }
    return WEFT_OK;
}

void backend_profile_stop(struct backend *backend) {
    struct weft_error ignored = {0};
    if (backend->profile != NULL) {
        collect(backend, &ignored); /* launches in the queue refer to the entries */
        free(backend->profile);
        backend->profile = NULL;
    }
}

enum weft_status backend_peak(struct backend *backend, struct fma_peak *peak,
                              struct weft_error *error) {
    *peak = (struct fma_peak){0};
    watch_begin(&backend->watch, 0);
    return backend->ops->peak(backend, peak, error);
}

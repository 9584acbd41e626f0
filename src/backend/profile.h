/* profile.h: what a backend measures of itself. */
#ifndef WEFT_BACKEND_PROFILE_H
#define WEFT_BACKEND_PROFILE_H

#include "backend/backend.h"
#include "backend/measure.h"

/* An entry for each kernel or function that the backend may run, named when profiling starts. */
struct profile {
    size_t count;
    struct profile_entry entries[];
};

/* Makes ${backend}->profile with ${count} entries, all zero. Fails with WEFT_NO_MEMORY without
 * memory. */
enum weft_status profile_create(struct backend *backend, size_t count, struct weft_error *error);

/* Stores ${name} in ${entry}, and the names of layers ${first} .. ${end} - 1 as those that it
 * computes. */
void profile_name(struct profile_entry *entry, const char *name, const struct weft_network *network,
                  size_t first, size_t end);

/* Adds a launch of ${seconds} to ${entry}. */
void profile_add(struct profile_entry *entry, double seconds, uint64_t flop, uint64_t bytes);

/* Returns the bytes of activation ${index} of ${count} images. */
uint64_t profile_activation_bytes(const struct weft_network *network, size_t index, size_t count);

/* Returns the bytes of the parameters of layer ${layer}. */
uint64_t profile_parameter_bytes(const struct weft_network *network, size_t layer);

#endif

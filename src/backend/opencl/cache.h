/* cache.h: compiled programs, kept from one process to the next. */
#ifndef WEFT_OPENCL_CACHE_H
#define WEFT_OPENCL_CACHE_H

#include <stdbool.h>

#include "base/text.h"
#include "weft/error.h"

struct opencl_backend;

/* Returns whether the driver has a cache of its own that is better. */
bool opencl_cache_is_drivers(const struct opencl_backend *cl);

/* Stores the key of the program that is compiled from ${source} with ${flags}: a hash of device,
 * driver, source and flags. */
void opencl_cache_key(const struct opencl_backend *cl, const struct text *source, const char *flags,
                      char key[65]);

/* Makes cl->program from the cache and builds it. Returns false, without a program, if the cache
 * has no intact entry that the driver accepts; a bad entry is removed. */
bool opencl_cache_load(struct opencl_backend *cl, const char *key, const char *flags);

/* Saves cl->program as cl->cache_key. Call it after the kernels have run, since some drivers
 * compile only then. A cache that cannot be written is not an error. */
void opencl_cache_save(struct opencl_backend *cl);

/* The entry cache_clear of struct opencl_api. */
enum weft_status opencl_cache_clear(size_t *removed, struct weft_error *error);

#endif

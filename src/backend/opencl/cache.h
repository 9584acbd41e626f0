/* cache.h: compiled programs, kept from one process to the next. */
#ifndef WEFT_OPENCL_CACHE_H
#define WEFT_OPENCL_CACHE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/text.h"

struct opencl_backend;
struct opencl_program;

/* Makes ${program} from the cache and builds it with ${flags}. Returns false, without a program,
 * if it has to be compiled from ${source}: with ${no_cache} or cl->recompile, if the driver has a
 * better cache of its own, or if there is no intact entry that the driver accepts; a bad entry is
 * removed. Sets program->cache_key to a hash of device, driver, source and flags if there may be an
 * entry, and program->from_cache if the program is that of the entry. */
bool opencl_cache_load(struct opencl_backend *cl, struct opencl_program *program,
                       const struct text *source, const char *flags, bool no_cache);

/* Returns whether ${program} is from the cache, and what the probe computed with it is not what it
 * computed when the entry was made. */
bool opencl_cache_probe_differs(const struct opencl_program *program);

/* Removes the entry that ${program} is from, because ${why}. */
void opencl_cache_reject(struct opencl_backend *cl, const struct opencl_program *program,
                         const char *why);

/* Saves ${program}, unless it is from the cache. Call it after the kernels have run, since some
 * drivers compile only then. A cache that cannot be written is not an error. */
void opencl_cache_save(struct opencl_backend *cl, const struct opencl_program *program);

/* The entry cache_clear of struct opencl_api. */
enum weft_status opencl_cache_clear(size_t *removed, struct weft_error *error);

#endif

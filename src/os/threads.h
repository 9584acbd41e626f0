/* threads.h: a pool of threads that share numbered pieces of work. */
#ifndef WEFT_OS_THREADS_H
#define WEFT_OS_THREADS_H

#include <stddef.h>

struct os_pool;

/* Creates a pool of ${threads}, including the thread of the caller. Returns NULL on failure. */
struct os_pool *os_pool_create(unsigned threads);
void os_pool_destroy(struct os_pool *pool);

/* Calls ${work}(context, i) once for each i in 0 .. count - 1, on any thread, and returns when all
 * calls have returned. */
void os_pool_run(struct os_pool *pool, size_t count, void (*work)(void *context, size_t i),
                 void *context);

#endif

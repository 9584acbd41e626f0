/* threads.h: a pool of threads that share numbered pieces of work, and work on a thread aside. */
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

struct os_task;

/* Calls ${work}(context) on a thread of its own, and returns what to wait for. Where no thread can
 * be made, it calls it at once and returns NULL. */
struct os_task *os_task_start(void (*work)(void *context), void *context);

/* Returns after the call has returned. Harmless on NULL. */
void os_task_wait(struct os_task *task);

#endif

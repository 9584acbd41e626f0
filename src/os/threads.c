/* threads.c: a pool of POSIX threads that share numbered pieces of work.
 *
 * A run is a generation: the caller publishes it, all threads draw numbers from one atomic counter,
 * and the caller returns when the last thread has left the generation. The result does not depend
 * on which thread gets which number: two pieces of work never write to the same place. */
#define _POSIX_C_SOURCE 200809L
#include "os/threads.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

struct os_pool {
    pthread_mutex_t lock;
    pthread_cond_t start, done;
    unsigned long generation; /* protected by lock, as are busy and closing */
    unsigned busy;            /* threads that have not left this generation */
    bool closing;
    void (*work)(void *context, size_t i);
    void *context;
    size_t count;
    atomic_size_t next;
    unsigned thread_count;
    pthread_t threads[];
};

static void draw(struct os_pool *pool) {
    size_t i;
    while ((i = atomic_fetch_add(&pool->next, 1)) < pool->count) {
        pool->work(pool->context, i);
    }
}

static void *thread_main(void *argument) {
    struct os_pool *pool = argument;
    unsigned long seen = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (pool->generation == seen && !pool->closing) {
            pthread_cond_wait(&pool->start, &pool->lock);
        }
        if (pool->closing) {
            break;
        }
        seen = pool->generation;
        pthread_mutex_unlock(&pool->lock);
        draw(pool);
        pthread_mutex_lock(&pool->lock);
        if (--pool->busy == 0) {
            pthread_cond_signal(&pool->done);
        }
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

struct os_pool *os_pool_create(unsigned threads) {
    unsigned others = threads > 1 ? threads - 1 : 0;
    struct os_pool *pool = calloc(1, sizeof *pool + others * sizeof pool->threads[0]);
    if (pool == NULL) {
        return NULL;
    }
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->start, NULL);
    pthread_cond_init(&pool->done, NULL);
    for (unsigned i = 0; i < others; i++) {
        if (pthread_create(&pool->threads[i], NULL, thread_main, pool) != 0) {
            os_pool_destroy(pool);
            return NULL;
        }
        pool->thread_count++;
    }
    return pool;
}

void os_pool_destroy(struct os_pool *pool) {
    if (pool == NULL) {
        return;
    }
    pthread_mutex_lock(&pool->lock);
    pool->closing = true;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->thread_count; i++) {
        pthread_join(pool->threads[i], NULL);
    }
    pthread_cond_destroy(&pool->done);
    pthread_cond_destroy(&pool->start);
    pthread_mutex_destroy(&pool->lock);
    free(pool);
}

void os_pool_run(struct os_pool *pool, size_t count, void (*work)(void *context, size_t i),
                 void *context) {
    pthread_mutex_lock(&pool->lock);
    pool->work = work;
    pool->context = context;
    pool->count = count;
    atomic_store(&pool->next, 0);
    pool->busy = pool->thread_count;
    pool->generation++;
    pthread_cond_broadcast(&pool->start);
    pthread_mutex_unlock(&pool->lock);
    draw(pool);
    pthread_mutex_lock(&pool->lock);
    while (pool->busy != 0) {
        pthread_cond_wait(&pool->done, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
}

/* ---- a thread aside ---- */

struct os_task {
    void (*work)(void *context);
    void *context;
    pthread_t thread;
};

static void *task_main(void *argument) {
    struct os_task *task = argument;
    task->work(task->context);
    return NULL;
}

struct os_task *os_task_start(void (*work)(void *context), void *context) {
    struct os_task *task = malloc(sizeof *task);
    if (task != NULL) {
        *task = (struct os_task){.work = work, .context = context};
        if (pthread_create(&task->thread, NULL, task_main, task) == 0) {
            return task;
        }
    }
    free(task);
    work(context);
    return NULL;
}

void os_task_wait(struct os_task *task) {
    if (task != NULL) {
        pthread_join(task->thread, NULL);
        free(task);
    }
}

/* watch.h: asks the caller, while a backend works, whether it goes on (struct backend_watch). */
#ifndef WEFT_BACKEND_WATCH_H
#define WEFT_BACKEND_WATCH_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "backend/backend.h"

/* The state of a watch. All zero, except ${asked}, before the first call. Work is counted in the
 * units of watch_work. */
struct watch {
    struct backend_watch asked;
    atomic_bool busy;    /* a thread is asking */
    atomic_bool stopped; /* the answer was no, in this call */
    atomic_llong next;   /* milliseconds of a monotonic clock: not asked before then */
    atomic_ullong done;  /* work of this call so far */
    uint64_t step;       /* work of one step or pass of this call */
};

/* The work that takes a slow processor some milliseconds: work is cut into pieces of about this
 * size, and the caller is asked between them. */
#define WATCH_PIECE (UINT64_C(1) << 26)

/* About the operations that a processor computes while it reads or writes a value. */
#define WATCH_ACCESS 8

/* Returns an estimate of the work of ${layer}, for one image and one direction: its floating-point
 * operations, and accesses to memory as the operations that take as long. */
uint64_t watch_work(const struct network_layer *layer);

/* Begins a call, each step of which is ${step} work. */
void watch_begin(struct watch *watch, uint64_t step);

/* Counts ${work} as done. Any thread may call it. */
void watch_add(struct watch *watch, uint64_t work);

/* Asks the caller, if that is due, and returns whether to go on. Any thread may call it. After
 * a false answer it returns false until the next call begins. */
bool watch_go_on(struct watch *watch);

/* Fails with WEFT_INTERRUPTED if the answer was no: "WHAT: interrupted". */
enum weft_status watch_check(struct watch *watch, const char *what, struct weft_error *error);

#endif

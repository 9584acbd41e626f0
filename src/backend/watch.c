/* watch.c: asks the caller, while a backend works, whether it goes on. */
#include "backend/watch.h"

#include "os/host.h"

#define ASK_MS 100 /* minimum of milliseconds between two questions */

uint64_t watch_work(const struct network_layer *layer) {
    uint64_t values = shape_size(layer->input) + shape_size(layer->output);
    return layer_flop(layer) + WATCH_ACCESS * values;
}

void watch_begin(struct watch *watch, uint64_t step) {
    watch->step = step;
    atomic_store(&watch->done, 0);
    atomic_store(&watch->stopped, false);
}

void watch_add(struct watch *watch, uint64_t work) {
    if (watch->asked.go_on != NULL) {
        atomic_fetch_add(&watch->done, work);
    }
}

/* Asks. One thread does so at a time; the others go on meanwhile. */
static void ask(struct watch *watch, long long now) {
    double steps;
    if (atomic_exchange(&watch->busy, true)) {
        return;
    }
    steps = watch->step > 0 ? (double)atomic_load(&watch->done) / (double)watch->step : 0;
    if (!watch->asked.go_on(watch->asked.context, steps)) {
        atomic_store(&watch->stopped, true);
    }
    atomic_store(&watch->next, now + ASK_MS);
    atomic_store(&watch->busy, false);
}

bool watch_go_on(struct watch *watch) {
    long long now;
    if (watch->asked.go_on == NULL) {
        return true;
    }
    now = (long long)(1000 * os_seconds());
    if (now >= atomic_load(&watch->next) && !atomic_load(&watch->stopped)) {
        ask(watch, now);
    }
    return !atomic_load(&watch->stopped);
}

enum weft_status watch_check(struct watch *watch, const char *what, struct weft_error *error) {
    return watch_go_on(watch) ? WEFT_OK
                              : error_set(error, WEFT_INTERRUPTED, "%s: interrupted", what);
}

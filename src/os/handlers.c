/* handlers.c: keeps the signal handlers of the program while foreign code is loaded (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/handlers.h"

#include <signal.h>
#include <stdlib.h>

static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE,  SIGABRT, SIGTRAP,
                              SIGSYS,  SIGHUP, SIGINT, SIGTERM, SIGPIPE, SIGXFSZ};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

struct handlers {
    struct sigaction actions[SIGNALS];
};

void *os_handlers_save(void) {
    struct handlers *saved = calloc(1, sizeof *saved);
    for (int i = 0; saved != NULL && i < SIGNALS; i++) {
        sigaction(signals[i], NULL, &saved->actions[i]);
    }
    return saved;
}

/* A handler with SA_SIGINFO is in another member, which may be the same memory. */
static int is_default(const struct sigaction *action) {
    return (action->sa_flags & (int)SA_SIGINFO) == 0 && action->sa_handler == SIG_DFL;
}

void os_handlers_set(const void *handlers) {
    const struct handlers *saved = handlers;
    for (int i = 0; saved != NULL && i < SIGNALS; i++) {
        if (!is_default(&saved->actions[i])) {
            sigaction(signals[i], &saved->actions[i], NULL);
        }
    }
}

void os_handlers_restore(void *handlers) {
    os_handlers_set(handlers);
    free(handlers);
}

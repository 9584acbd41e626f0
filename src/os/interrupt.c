/* interrupt.c: Ctrl-C and requests to end, as a flag (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/interrupt.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { SIGNALS = 2 };
static const int signals[SIGNALS] = {SIGINT, SIGTERM};

/* Lock-free: a signal handler may set them, and any thread may read them. */
static atomic_int interrupted; /* the signal, or 0 */
static atomic_bool typed;      /* at the terminal */
static atomic_llong first_at;  /* milliseconds of a monotonic clock, at least 1; 0: not yet */

/* A second signal within this time counts as the first: timeout(1) sends it to the process, and
 * then to its group. */
enum { TWICE_MS = 100 };

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000 + 1;
}

/* A second signal, of either kind, ends the program, even one that arrives while this function
 * handles the first. */
static void on_signal(int number, siginfo_t *information, void *context) {
    long long now = milliseconds(), first = 0;
    (void)context;
    if (atomic_compare_exchange_strong(&first_at, &first, now)) {
        atomic_store(&typed, information->si_code > 0); /* sent by the kernel, not by a process */
        atomic_store(&interrupted, number);
    } else if (now - first >= TWICE_MS) {
        signal(number, SIG_DFL);
        raise(number);
    }
}

void os_catch_interrupts(void) {
    struct sigaction action, old;
    if (os_interrupted()) {
        return; /* the next one ends the program */
    }
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESTART | SA_SIGINFO; /* a write that is interrupted continues */
    for (int i = 0; i < SIGNALS; i++) {
        /* An ignored signal stays ignored: a script ignores Ctrl-C for its background processes. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

bool os_interrupted(void) {
    return atomic_load(&interrupted) != 0;
}

bool os_interrupted_alone(void) {
    return os_interrupted() && !atomic_load(&typed);
}

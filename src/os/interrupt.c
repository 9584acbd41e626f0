/* interrupt.c: Ctrl-C, and a polite end from outside, as a flag (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

enum { SIGNALS = 2 };
static const int signals[SIGNALS] = {SIGINT, SIGTERM};

/* Lock-free, so a signal handler may set it, and any thread may read it: the signal, or 0. */
static atomic_int interrupted;
static atomic_bool caught[SIGNALS]; /* others were ignored before, and stay so */

/* The second one ends the program, whichever of them it is: also one that comes while this runs for the first. */
static void note(int number) {
    int before = 0;
    bool first = atomic_compare_exchange_strong(&interrupted, &before, number);
    for (int i = 0; i < SIGNALS; i++) {
        if (atomic_load(&caught[i])) {
            signal(signals[i], SIG_DFL);
        }
    }
    if (!first) {
        raise(number);
    }
}

void weft_os_catch_interrupts(void) {
    struct sigaction action, old;
    if (weft_os_interrupted()) {
        return; /* the next one ends the program */
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESTART; /* a file that is being written is written on */
    for (int i = 0; i < SIGNALS; i++) {
        /* One that is ignored is not meant for this process: in the background of a script that is so for Ctrl-C. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            atomic_store(&caught[i], true);
            sigaction(signals[i], &action, NULL);
        }
    }
}

bool weft_os_interrupted(void) {
    return atomic_load(&interrupted) != 0;
}

bool weft_os_terminated(void) {
    return atomic_load(&interrupted) == SIGTERM;
}

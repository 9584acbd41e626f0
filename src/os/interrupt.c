/* interrupt.c: Ctrl-C as a flag (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

static atomic_int
    interrupted; /* lock-free, so a signal handler may set it, and any thread may read it */

static void note(int number) {
    (void)number;
    atomic_store(&interrupted, 1);
}

void weft_os_catch_interrupts(void) {
    struct sigaction action, old;
    if (sigaction(SIGINT, NULL, &old) == 0 && old.sa_handler == SIG_IGN) {
        return; /* started in the background of a script: Ctrl-C is not meant for this process */
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    sigemptyset(&action.sa_mask);
    /* Reset: the second one finds the default action. Restart: a file that is being written is written on. */
    action.sa_flags = (int)(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, NULL);
}

bool weft_os_interrupted(void) {
    return atomic_load(&interrupted) != 0;
}

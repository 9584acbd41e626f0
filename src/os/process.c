/* process.c: runs this program as a child process, which may hang or crash (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/process.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/host.h"
#include "os/interrupt.h"

#define GRACE 10 /* seconds that a child has to stop after an interrupt */

/* Ends the child when its parent is killed, since a child that hangs would run forever. Only Linux
 * can ensure that. */
static void end_with(pid_t parent) {
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (getppid() != parent) {
        _exit(127);
    }
}

/* Linux reports the path of the program; elsewhere the name is looked up as the shell does. */
static void run_child(pid_t parent, char *const *arguments) {
    end_with(parent);
    execv("/proc/self/exe", arguments);
    execvp(os_program_name(), arguments);
    _exit(127);
}

static bool is_crash(int number) {
    return number == SIGSEGV || number == SIGBUS || number == SIGABRT || number == SIGFPE ||
           number == SIGILL || number == SIGTRAP;
}

/* Waits until ${child} ends; kills it at ${end}, or GRACE seconds after an interrupt. */
static void wait_for(pid_t child, double end, struct os_child *result) {
    const struct timespec nap = {0, 10 * 1000 * 1000};
    double asked = 0; /* when the child was asked to stop; 0: not yet */
    int code;
    for (;;) {
        pid_t ended = waitpid(child, &code, WNOHANG);
        double now = os_seconds();
        if (ended == child) {
            break;
        }
        if (ended < 0 && errno != EINTR) {
            result->signal = -1;
            return;
        }
        if (!result->timed_out && now >= end) {
            result->timed_out = true;
            kill(child, SIGKILL);
        }
        if (asked == 0 && os_interrupted()) {
            asked = now;
            if (os_interrupted_alone()) {
                kill(child, SIGTERM);
            }
        }
        if (asked > 0 && now >= asked + GRACE) {
            kill(child, SIGKILL);
        }
        nanosleep(&nap, NULL);
    }
    result->code = WIFEXITED(code) ? WEXITSTATUS(code) : 0;
    result->signal = WIFSIGNALED(code) ? WTERMSIG(code) : 0;
    result->crashed = is_crash(result->signal);
}

void os_tell_children(const char *name, const char *value) {
    if (value != NULL) {
        setenv(name, value, 1);
    } else {
        unsetenv(name);
    }
}

bool os_is_orphan(void) {
    static pid_t parent;
    if (parent == 0) {
        parent = getppid();
    }
    return getppid() != parent;
}

enum weft_status os_run_self(char *const *arguments, double seconds, struct os_child *result,
                             struct weft_error *error) {
    pid_t parent = getpid(), child;
    *result = (struct os_child){0};
    fflush(NULL); /* otherwise the child would print the buffered text again */
    child = fork();
    if (child < 0) {
        return weft_fail(error, WEFT_FAILED, "cannot start another process: %s", strerror(errno));
    }
    if (child == 0) {
        run_child(parent, arguments);
    }
    wait_for(child, os_seconds() + seconds, result);
    return WEFT_OK;
}

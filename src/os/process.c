/* process.c: interrupts and crashes of this process, and runs of this program as a child process,
 * which may hang or crash (POSIX). */
#define _XOPEN_SOURCE 700 /* sigaltstack, setitimer */
#include "os/process.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/host.h"

/* Signals that a process causes itself. */
enum { CRASHES = 7 };
static const int crashes[CRASHES] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};

static const char *volatile explanation;
static int exit_code;

static void print_explanation(void) {
    const char *text = explanation;
    if (text != NULL && write(STDERR_FILENO, text, strlen(text)) < 0) {
        explanation = NULL; /* stderr is closed */
    }
}

static const char *volatile last_message, *volatile last_output;

/* Writes ${text} unless ${descriptor} has no room: its reader may have stopped. */
static void write_if_ready(int descriptor, const char *text) {
    struct pollfd ready = {.fd = descriptor, .events = POLLOUT};
    if (text != NULL && poll(&ready, 1, 0) == 1 && (ready.revents & POLLOUT) != 0 &&
        write(descriptor, text, strlen(text)) < 0) {
        return; /* there is no other way to report it */
    }
}

static volatile sig_atomic_t running_child; /* its process, or 0 */

/* The handler of os_end_at_interrupts. */
static void end_at_once(int number, siginfo_t *information, void *context) {
    (void)number, (void)information, (void)context;
    if (running_child > 0) {
        kill(running_child, SIGKILL);
    }
    write_if_ready(STDERR_FILENO, last_message);
    write_if_ready(STDOUT_FILENO, last_output);
    _exit(OS_INTERRUPTED_CODE);
}

/* Ctrl-C also ends the compiler that a driver runs as a process of its own, and some drivers abort
 * then: that is no crash, but the interrupt. */
static void end_if_interrupted(void) {
    if (os_signalled()) {
        end_at_once(0, NULL, NULL);
    }
}

/* The default action follows: the process dies by the signal, and may leave a core file. */
static void on_crash(int number) {
    end_if_interrupted();
    print_explanation();
    raise(number);
}

void os_end(int code) {
    _exit(code);
}

void os_abort(void) {
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, SIGABRT);
    signal(SIGABRT, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &only, NULL);
    end_if_interrupted();
    print_explanation();
    raise(SIGABRT);
    _exit(127);
}

/* The handler of a stack overflow needs a stack of its own. Only the main thread has one. */
static void set_handler_stack(void) {
    static char memory[65536]; /* the registers of AVX-512 and AMX alone take 11 KB */
    stack_t stack, old;
    memset(&stack, 0, sizeof stack);
    stack.ss_sp = memory;
    stack.ss_size = sizeof memory;
    if (sigaltstack(NULL, &old) == 0 && (old.ss_flags & (int)SS_DISABLE) != 0) {
        sigaltstack(&stack, NULL);
    }
}

/* Other code, such as a driver, has called exit, perhaps with code 0. */
static void on_exit(void) {
    if (explanation != NULL) {
        fflush(NULL);
        end_if_interrupted();
        print_explanation();
        _exit(exit_code);
    }
}

void os_explain_end(const char *text, int code) {
    static bool registered;
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_crash;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK;
    set_handler_stack();
    explanation = text;
    exit_code = code;
    registered = registered || atexit(on_exit) == 0;
    for (size_t i = 0; i < CRASHES; i++) {
        /* The handler of a sanitizer reports more: it stays. */
        if (sigaction(crashes[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
            sigaction(crashes[i], &action, NULL);
        }
    }
}

/* Lock-free: a signal handler may set them, and any thread may read them. */
static atomic_int interrupted; /* the signal, or 0 */
static atomic_bool typed;      /* at the terminal */
static atomic_llong first_at;  /* milliseconds of a monotonic clock, at least 1; 0: not yet */

/* A second signal within this time counts as the first: timeout(1) sends it to the process, and
 * then to its group. */
enum { TWICE_MS = 100 };

/* Does nothing but interrupt a system call that waits, such as a write to a full pipe. */
static void on_tick(int number) {
    (void)number;
}

enum { TICK_US = 20 * 1000 };

/* A second signal ends the program, even one that arrives while this function handles the first.
 * SIGHUP arrives from the shell and from the kernel, and SIGXCPU every second. The program may wait
 * again after the call that the signal interrupts: a timer interrupts each wait from now on. */
static void on_signal(int number, siginfo_t *information, void *context) {
    long long now = (long long)(1000 * os_seconds()) + 1, first = 0;
    if (atomic_compare_exchange_strong(&first_at, &first, now)) {
        atomic_store(&typed, information->si_code > 0); /* sent by the kernel, not by a process */
        atomic_store(&interrupted, number);
        setitimer(ITIMER_REAL, &(struct itimerval){{0, TICK_US}, {0, TICK_US}}, NULL);
    } else if (now - first >= TWICE_MS && (number == SIGINT || number == SIGTERM)) {
        end_at_once(number, information, context);
    }
}

/* Handles the signals of an interrupt by ${handler}. */
static void handle_interrupts(void (*handler)(int, siginfo_t *, void *)) {
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = handler;
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_SIGINFO; /* no SA_RESTART: a call that waits fails */
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* An ignored signal stays ignored: a script ignores Ctrl-C for its background processes,
         * and nohup ignores SIGHUP. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

void os_end_at_interrupts(const char *message, const char *output) {
    last_message = message;
    last_output = output;
    handle_interrupts(end_at_once);
}

void os_catch_interrupts(void) {
    struct sigaction action;
    if (os_signalled()) {
        return; /* the next one ends the program */
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = on_tick;
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    handle_interrupts(on_signal);
}

bool os_signalled(void) {
    return atomic_load(&interrupted) != 0;
}

void os_forget_interrupt(void) {
    atomic_store(&interrupted, 0);
}

bool os_interrupted_alone(void) {
    return os_interrupted() && !atomic_load(&typed);
}

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
    bool found = false;
    for (int i = 0; i < CRASHES; i++) {
        found = found || number == crashes[i];
    }
    return found;
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
        return error_set(error, WEFT_FAILED, "cannot start another process: %s", strerror(errno));
    }
    if (child == 0) {
        run_child(parent, arguments);
    }
    running_child = child;
    wait_for(child, os_seconds() + seconds, result);
    running_child = 0;
    return WEFT_OK;
}

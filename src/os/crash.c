/* crash.c: explains a crash, or a call of exit by other code (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *volatile explanation;
static int exit_code;

static void print_explanation(void) {
    const char *text = explanation;
    if (text != NULL && write(STDERR_FILENO, text, strlen(text)) < 0) {
        explanation = NULL; /* stderr is closed */
    }
}

/* The default action follows: the process dies by the signal, and may leave a core file. */
static void on_crash(int number) {
    print_explanation();
    raise(number);
}

/* Other code, such as a driver, has called exit, perhaps with code 0. */
static void on_exit(void) {
    if (explanation != NULL) {
        fflush(NULL);
        print_explanation();
        _exit(exit_code);
    }
}

void os_explain_end(const char *text, int code) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    static bool registered;
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_crash;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
    explanation = text;
    exit_code = code;
    registered = registered || atexit(on_exit) == 0;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* The handler of a sanitizer reports more: it stays. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

/* crash.c: an end that the program did not mean is not silent (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *volatile explanation;
static int exit_code;

static void tell(void) {
    const char *text = explanation;
    if (text != NULL && write(STDERR_FILENO, text, strlen(text)) < 0) {
        explanation = NULL; /* nobody is left to tell */
    }
}

/* The system's own way to end it comes behind this one, and keeps its core file. */
static void on_crash(int number) {
    tell();
    raise(number);
}

/* Somebody has called exit, who may have said 0. */
static void on_exit_of_others(void) {
    if (explanation != NULL) {
        fflush(NULL);
        tell();
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
    registered = registered || atexit(on_exit_of_others) == 0;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* A sanitizer's own one tells more. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

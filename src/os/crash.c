/* crash.c: a crash is not silent (POSIX). */
#define _POSIX_C_SOURCE 200809L
#include "os/os.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char *volatile explanation;

/* The system's own way to end it comes behind this one, and keeps its core file. */
static void explain(int number) {
    const char *text = explanation;
    if (text != NULL && write(STDERR_FILENO, text, strlen(text)) < 0) {
        explanation = NULL; /* nobody is left to tell */
    }
    raise(number);
}

void weft_os_explain_crash(const char *text) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
    struct sigaction action, old;
    memset(&action, 0, sizeof action);
    action.sa_handler = explain;
    sigemptyset(&action.sa_mask);
    action.sa_flags = (int)SA_RESETHAND | SA_NODEFER;
    explanation = text;
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        /* A sanitizer's own one tells more. */
        if (sigaction(signals[i], NULL, &old) == 0 && old.sa_handler == SIG_DFL) {
            sigaction(signals[i], &action, NULL);
        }
    }
}

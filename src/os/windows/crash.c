/* crash.c: explains a crash, or a call of exit by other code (Windows). */
#include "os/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static const char *volatile explanation;
static int exit_code;

static void print_explanation(void) {
    const char *text = explanation;
    DWORD written;
    if (text != NULL) {
        WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)strlen(text), &written, NULL);
    }
}

/* The default action follows. */
static LONG WINAPI on_crash(EXCEPTION_POINTERS *exception) {
    (void)exception;
    print_explanation();
    return EXCEPTION_CONTINUE_SEARCH;
}

/* Other code, such as a driver, has called exit, perhaps with code 0. */
static void on_exit(void) {
    if (explanation != NULL) {
        fflush(NULL);
        print_explanation();
        _Exit(exit_code);
    }
}

void os_explain_end(const char *text, int code) {
    static bool registered;
    explanation = text;
    exit_code = code;
    registered = registered || atexit(on_exit) == 0;
    SetUnhandledExceptionFilter(on_crash);
}

/* crash.c: an end that the program did not mean is not silent (Windows). */
#include "os/process.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static const char *volatile explanation;
static int exit_code;

static void tell(void) {
    const char *text = explanation;
    DWORD written;
    if (text != NULL) {
        WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)strlen(text), &written, NULL);
    }
}

/* The system's own way to end it comes behind this one. */
static LONG WINAPI on_crash(EXCEPTION_POINTERS *exception) {
    (void)exception;
    tell();
    return EXCEPTION_CONTINUE_SEARCH;
}

/* Somebody has called exit, who may have said 0. */
static void on_exit_of_others(void) {
    if (explanation != NULL) {
        fflush(NULL);
        tell();
        _Exit(exit_code);
    }
}

void os_explain_end(const char *text, int code) {
    static bool registered;
    explanation = text;
    exit_code = code;
    registered = registered || atexit(on_exit_of_others) == 0;
    SetUnhandledExceptionFilter(on_crash);
}

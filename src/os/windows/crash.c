/* crash.c: a crash is not silent (Windows). */
#include "os/os.h"

#include <string.h>
#include <windows.h>

static const char *volatile explanation;

static LONG WINAPI explain(EXCEPTION_POINTERS *exception) {
    const char *text = explanation;
    DWORD written;
    (void)exception;
    if (text != NULL) {
        WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)strlen(text), &written, NULL);
    }
    return EXCEPTION_CONTINUE_SEARCH; /* the system's own way to end it comes behind */
}

void weft_os_explain_crash(const char *text) {
    explanation = text;
    SetUnhandledExceptionFilter(explain);
}

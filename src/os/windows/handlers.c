/* handlers.c: keeps the handler of crashes of the program while foreign code is loaded
 * (Windows). */
#include "os/handlers.h"

#include <stdlib.h>
#include <windows.h>

void *os_handlers_save(void) {
    LPTOP_LEVEL_EXCEPTION_FILTER *saved = malloc(sizeof *saved);
    if (saved != NULL) {
        *saved = SetUnhandledExceptionFilter(NULL);
        SetUnhandledExceptionFilter(*saved);
    }
    return saved;
}

void os_handlers_set(const void *handlers) {
    const LPTOP_LEVEL_EXCEPTION_FILTER *saved = handlers;
    if (saved != NULL && *saved != NULL) {
        SetUnhandledExceptionFilter(*saved);
    }
}

void os_handlers_restore(void *handlers) {
    os_handlers_set(handlers);
    free(handlers);
}

/* process.c: interrupts and crashes of this process, and runs of this program as a child process,
 * which may hang or crash (Windows). */
#include "os/process.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <windows.h>

static const char *volatile explanation;
static const char *volatile last_message, *volatile last_output; /* of an interrupt */
static int exit_code;

static void write_text(DWORD stream, const char *text) {
    DWORD written;
    WriteFile(GetStdHandle(stream), text, (DWORD)strlen(text), &written, NULL);
}

static void print_explanation(void) {
    const char *text = os_signalled() ? last_message : explanation;
    if (text != NULL) {
        write_text(STD_ERROR_HANDLE, text);
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
        _Exit(os_signalled() ? OS_INTERRUPTED_CODE : exit_code);
    }
}

/* The handler needs a part of the stack after an overflow. */
void os_explain_end(const char *text, int code) {
    static bool registered;
    ULONG kept = 65536;
    explanation = text;
    exit_code = code;
    registered = registered || atexit(on_exit) == 0;
    SetUnhandledExceptionFilter(on_crash);
    SetThreadStackGuarantee(&kept);
}

/* _exit would call the drivers' libraries. */
void os_end(int code) {
    TerminateProcess(GetCurrentProcess(), (UINT)code);
    abort();
}

void os_abort(void) {
    print_explanation();
    _exit(3); /* as abort does */
}

static BOOL WINAPI end_at_once(DWORD event) {
    if (event != CTRL_C_EVENT) {
        return FALSE;
    }
    write_text(STD_ERROR_HANDLE, last_message);
    write_text(STD_OUTPUT_HANDLE, last_output);
    os_end(OS_INTERRUPTED_CODE);
}

void os_end_at_interrupts(const char *message, const char *output) {
    last_message = message;
    last_output = output;
    SetConsoleCtrlHandler(end_at_once, TRUE);
}

/* A handler of the console runs in its own thread. */
static atomic_int interrupted;

/* Returns TRUE if the event has been handled. A second Ctrl-C ends the program. */
static BOOL WINAPI on_event(DWORD event) {
    return event == CTRL_C_EVENT && atomic_exchange(&interrupted, 1) == 0 ? TRUE
                                                                          : end_at_once(event);
}

void os_catch_interrupts(void) {
    SetConsoleCtrlHandler(end_at_once, FALSE);
    SetConsoleCtrlHandler(on_event, TRUE);
}

bool os_signalled(void) {
    return atomic_load(&interrupted) != 0;
}

void os_forget_interrupt(void) {
    atomic_store(&interrupted, 0);
}

/* All processes of a console get its Ctrl-C, and Windows has no request to end from outside. */
bool os_interrupted_alone(void) {
    return false;
}

/* Appends ${argument} to ${line} so that the main function of the child receives it unchanged: in
 * quotation marks, with a backslash before a quotation mark, and with doubled backslashes before
 * one. Returns false if it does not fit. */
static bool append_quoted(char *line, size_t room, const char *argument) {
    size_t at = strlen(line), backslashes = 0;
    if (at + 2 * strlen(argument) + 4 > room) {
        return false;
    }
    if (at > 0) {
        line[at++] = ' ';
    }
    line[at++] = '"';
    for (; *argument != '\0'; argument++) {
        if (*argument == '"') {
            memset(line + at, '\\', backslashes + 1);
            at += backslashes + 1;
        }
        backslashes = *argument == '\\' ? backslashes + 1 : 0;
        line[at++] = *argument;
    }
    memset(line + at, '\\', backslashes);
    at += backslashes;
    line[at++] = '"';
    line[at] = '\0';
    return true;
}

/* A program that crashes ends with the number of an exception, which is above any exit code. */
static void wait_for(HANDLE child, double seconds, struct os_child *result) {
    DWORD code = 0;
    if (WaitForSingleObject(child, (DWORD)(seconds < 4e6 ? seconds * 1000.0 : 4e9)) ==
        WAIT_TIMEOUT) {
        result->timed_out = true;
        TerminateProcess(child, 1);
        WaitForSingleObject(child, INFINITE);
    }
    GetExitCodeProcess(child, &code);
    if (code >= 0xC0000000) {
        result->signal = (int)(code & 0xffff);
        result->crashed = code != STATUS_CONTROL_C_EXIT;
    } else {
        result->code = (int)code;
    }
}

void os_tell_children(const char *name, const char *value) {
    _putenv_s(name, value != NULL ? value : ""); /* an empty value removes it */
}

/* Windows does not report it. */
bool os_is_orphan(void) {
    return false;
}

enum weft_status os_run_self(char *const *arguments, double seconds, struct os_child *result,
                             struct weft_error *error) {
    char program[4096], line[32768] = "";
    STARTUPINFOA startup = {.cb = sizeof startup};
    PROCESS_INFORMATION child;
    DWORD length = GetModuleFileNameA(NULL, program, sizeof program);
    bool fits = length > 0 && length < sizeof program;
    *result = (struct os_child){0};
    for (size_t i = 0; fits && arguments[i] != NULL; i++) {
        fits = append_quoted(line, sizeof line, arguments[i]);
    }
    fflush(NULL);
    if (!fits ||
        !CreateProcessA(program, line, NULL, NULL, TRUE, 0, NULL, NULL, &startup, &child)) {
        return error_set(error, WEFT_FAILED, "cannot start another process: error %lu of Windows",
                         (unsigned long)GetLastError());
    }
    CloseHandle(child.hThread);
    wait_for(child.hProcess, seconds, result);
    CloseHandle(child.hProcess);
    return WEFT_OK;
}

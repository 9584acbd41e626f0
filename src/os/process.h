/* process.h: the ends of this process, and runs of this program as a child process. */
#ifndef WEFT_OS_PROCESS_H
#define WEFT_OS_PROCESS_H

#include <stdbool.h>

#include "base/error.h"

/* The exit code of a program that an interrupt ended, as shells have it. */
#define OS_INTERRUPTED_CODE 130

/* The end of a child process. */
struct os_child {
    int code;       /* its exit code */
    int signal;     /* the signal that ended it, or 0 */
    bool timed_out; /* os_run_self killed it */
    bool crashed;   /* the signal was caused by the child itself */
};

/* Keeps argv[0], for systems that do not report the path of the running program. */
void os_remember_program(const char *name);

/* Returns the remembered name, for a command line that can be pasted; "weft" if there is none. */
const char *os_program_name(void);

/* Runs this program with ${arguments} (the first is its name, NULL ends them) and with the streams
 * of this process, and waits for its end. Kills it after ${seconds}, and also if it does not stop
 * after this process was interrupted. */
enum weft_status os_run_self(char *const *arguments, double seconds, struct os_child *result,
                             struct weft_error *error);

/* Sets ${name} in the environment of child processes; with NULL for ${value}, removes it. */
void os_tell_children(const char *name, const char *value);

/* Returns whether the parent process has ended since the first call. */
bool os_is_orphan(void);

/* Prints ${text} to stderr if the process crashes (it still dies by the signal) or if other code
 * calls exit (the process then exits with ${code}). ${text} stays the caller's. NULL ends this, and
 * then main may return. A later call replaces the text. After an interrupt, the process ends as
 * os_end_at_interrupts says. */
void os_explain_end(const char *text, int code);

/* Does what abort() does, but calls no handler that other code has set, and prints the text of
 * os_explain_end last. */
_Noreturn void os_abort(void);

/* Ends the process with ${code}, and calls no exit handler: one of a driver may not return. Streams
 * must be flushed before. */
_Noreturn void os_end(int code);

/* From now on, the signals of os_catch_interrupts end the program with the exit code
 * OS_INTERRUPTED_CODE, after ${message} on stderr and ${output} on stdout, unless a stream has no
 * room for it. Both texts stay the caller's. */
void os_end_at_interrupts(const char *message, const char *output);

/* From now on, Ctrl-C (SIGINT), SIGTERM, SIGHUP (the terminal is gone) and SIGXCPU (the limit of
 * processor time) set a flag instead of ending the program, and a system call that waits fails
 * with EINTR from then on. A second SIGINT or SIGTERM, after any of them, ends the program and its
 * child process at once, as os_end_at_interrupts says, even if it waits for a driver. It is ignored
 * if it arrives immediately: then it was sent to the process and to its group. */
void os_catch_interrupts(void);

/* Returns whether a signal has arrived. The library, which has a copy of the functions of src/os,
 * asks the function of set_interrupted. */
bool os_interrupted(void);

/* Sets the function that os_interrupted asks too. NULL: none. */
void os_ask_interrupted(bool (*ask)(void));

/* Returns whether a signal has arrived that this copy of os_catch_interrupts catches. */
bool os_signalled(void);

/* Makes os_interrupted of this copy return false: the result was there before the signal. */
void os_forget_interrupt(void);

/* Returns whether the signal was sent to this process only. A key typed at a terminal is sent to
 * the child processes too. */
bool os_interrupted_alone(void);

#endif

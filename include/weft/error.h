/* error.h: how libweft reports failures.
 *
 * Every function of libweft that can fail returns an enum weft_status and takes a struct weft_error
 * as its last argument. The library neither prints nor exits: a caller shows the message. */
#ifndef WEFT_ERROR_H
#define WEFT_ERROR_H

#include <stdbool.h>

#if defined(__MINGW32__)
#define WEFT_API                 __declspec(dllexport)
#define WEFT_PRINTF(text, first) __attribute__((format(gnu_printf, text, first)))
#elif defined(__GNUC__)
#define WEFT_API                 __attribute__((visibility("default")))
#define WEFT_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define WEFT_API
#define WEFT_PRINTF(text, first)
#endif

/* Every header has its declarations between these macros, which give them C linkage in C++. */
#ifdef __cplusplus
#define WEFT_BEGIN extern "C" {
#define WEFT_END   }
#else
#define WEFT_BEGIN
#define WEFT_END
#endif

WEFT_BEGIN

/* The result of a function that can fail. The values are the exit codes of the program weft. */
enum weft_status {
    WEFT_OK = 0,
    WEFT_FAILED = 1,       /* the work failed: a training diverged, no memory is left */
    WEFT_USAGE = 2,        /* an argument is invalid */
    WEFT_BAD_FILE = 3,     /* a data or model file is missing or wrong */
    WEFT_BAD_DEVICE = 4,   /* there is no such device, or an OpenCL call failed */
    WEFT_NO_VERDICT = 5,   /* a verification could not be completed */
    WEFT_UNSTABLE = 6,     /* two runs with the same input differ */
    WEFT_INTERRUPTED = 130 /* the caller asked to stop */
};

/* What failed, why, and what helps. Start with all zero: struct weft_error error = {0}. */
struct weft_error {
    enum weft_status status; /* WEFT_OK while nothing has failed */
    char message[4096]; /* "WHAT FAILED: WHY" with the file, layer or call; no newline at the end */
    char hint[1024];    /* what the user can do, or empty */
};

/* Sets ${error} to ${status} and the message formatted from ${format}, and clears the hint. If
 * ${error} holds a failure already, nothing changes: the first cause is kept. ${error} may be NULL.
 * Returns ${status}, so that a caller can write return weft_fail(...).
 *
 * Here and in the next two functions, control characters in strings (%s) are replaced by their
 * numbers, such as \n and \x1b, so that a terminal can show the message. Of the flags of printf
 * there are - and 0, of its conversions d i u x c s p f e g a. */
WEFT_API enum weft_status weft_fail(struct weft_error *error, enum weft_status status,
                                    const char *format, ...) WEFT_PRINTF(3, 4);

/* Puts the text formatted from ${format} and ": " before the message of ${error}, for example
 * "data/model.safetensors: header: not JSON". Returns the status of ${error}. */
WEFT_API enum weft_status weft_error_context(struct weft_error *error, const char *format, ...)
    WEFT_PRINTF(2, 3);

/* Sets the hint of ${error}, unless it has one. Returns the status of ${error}. */
WEFT_API enum weft_status weft_error_hint(struct weft_error *error, const char *format, ...)
    WEFT_PRINTF(2, 3);

/* Sets the function that reading and writing ask whether to stop: when a signal has interrupted a
 * system call that waits, such as a read from a pipe, and between the parts of a large file. When
 * it returns true, they fail with WEFT_INTERRUPTED. NULL (the default): never. It may be called by
 * any thread; set it before other calls. */
WEFT_API void weft_set_interrupted(bool (*interrupted)(void));

WEFT_END

#endif

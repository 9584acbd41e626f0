/* error.h: how libweft says that something failed.
 *
 * Every function of libweft that can fail returns an enum weft_status and takes a struct weft_error
 * as its last argument. The library neither prints nor exits: a caller shows the message. */
#ifndef WEFT_ERROR_H
#define WEFT_ERROR_H

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

/* Every header has its declarations between these: they have the linkage of C in C++ as well. */
#ifdef __cplusplus
#define WEFT_BEGIN extern "C" {
#define WEFT_END   }
#else
#define WEFT_BEGIN
#define WEFT_END
#endif

WEFT_BEGIN

/* The values are the exit codes of the program weft. */
enum weft_status {
    WEFT_OK = 0,
    WEFT_FAILED = 1,       /* the work failed: a training that diverged, no memory left */
    WEFT_USAGE = 2,        /* an argument that makes no sense */
    WEFT_BAD_FILE = 3,     /* a data or model file that is missing or wrong */
    WEFT_BAD_DEVICE = 4,   /* no such device, or an OpenCL call that failed */
    WEFT_NO_VERDICT = 5,   /* it could not be run to its end */
    WEFT_UNSTABLE = 6,     /* two runs of the same thing differ */
    WEFT_INTERRUPTED = 130 /* the caller asked to stop */
};

/* What failed, why, and how to mend it. Start with all zero: struct weft_error error = {0}. */
struct weft_error {
    enum weft_status status; /* WEFT_OK while nothing has failed */
    char message
        [4096];      /* "WHAT FAILED: WHY", no newline at the end, names the file, layer or call */
    char hint[1024]; /* how to mend it, or empty */
};

/* Sets ${error} to ${status} and the message formatted from ${format}; clears the hint.
 * The first cause is kept: where ${error} holds a failure already, nothing changes.
 * ${error} may be NULL. Returns ${status}, so that a caller can write return weft_fail(...). */
WEFT_API enum weft_status weft_fail(struct weft_error *error, enum weft_status status,
                                    const char *format, ...) WEFT_PRINTF(3, 4);

/* Puts the text formatted from ${format} and ": " before the message of ${error}, on the way up:
 * "data/model.safetensors: header: not JSON". Returns the status that ${error} holds. */
WEFT_API enum weft_status weft_error_context(struct weft_error *error, const char *format, ...)
    WEFT_PRINTF(2, 3);

/* Sets the hint of ${error}, unless it has one. Returns the status that ${error} holds. */
WEFT_API enum weft_status weft_error_hint(struct weft_error *error, const char *format, ...)
    WEFT_PRINTF(2, 3);

WEFT_END

#endif

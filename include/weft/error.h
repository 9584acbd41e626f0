/* error.h: how libweft reports failures, and what all of its headers use.
 *
 * A function that can fail returns an enum weft_status and takes a struct weft_error * as its last
 * argument. The library neither prints nor exits: a caller shows the message. */
#ifndef WEFT_ERROR_H
#define WEFT_ERROR_H

#if defined(_WIN32)
#define WEFT_API __declspec(dllexport)
#elif defined(__GNUC__)
#define WEFT_API __attribute__((visibility("default")))
#else
#define WEFT_API
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

/* The result of a function that can fail. */
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

/* What failed, why, and what helps. */
struct weft_error;

WEFT_END

#endif

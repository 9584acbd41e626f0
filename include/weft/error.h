/* error.h: how libweft reports failures, and what all of its headers use.
 *
 * A function that can fail returns an enum weft_status and takes a struct weft_error * as its last
 * argument, which may be NULL. The library neither prints nor exits: a caller shows the message.
 *
 *     struct weft_error *error = weft_error_create();
 *     if (weft_model_load("model.safetensors", &model, error) != WEFT_OK) {
 *         fprintf(stderr, "%s\n", weft_error_message(error));
 *     }
 *
 * Rules that hold everywhere:
 * - What a function makes (NAME_create, _load, _read, _clone, _slice, _open) is the caller's, who
 *   gives it to NAME_destroy (a session: weft_session_close) once. NULL is harmless there. When the
 *   function fails, it stores NULL.
 * - No object takes another one over. What it needs of another, it copies or counts, so objects may
 *   be destroyed in any order.
 * - Pointers to const that a function returns are the object's, and valid until it is destroyed or
 *   changed.
 * - Memory that is not an object (texts, bytes) is freed with weft_free.
 * - Structures for options and results begin with size, which is sizeof the structure. All other
 *   members may be 0. Later versions add members at the end, and take the smaller structures of
 *   programs that were compiled before. */
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

/* The result of a function that can fail. Later versions may add values. */
enum weft_status {
    WEFT_OK = 0,
    WEFT_USAGE,       /* an argument is invalid, or a call comes too early or from another thread */
    WEFT_NO_MEMORY,   /* the host has too little memory */
    WEFT_BAD_FILE,    /* a file, or its content in memory, is missing or wrong */
    WEFT_BAD_DEVICE,  /* there is no such device, it has too little memory, or it failed */
    WEFT_DIVERGED,    /* a loss or a parameter became infinite or NaN */
    WEFT_INTERRUPTED, /* weft_session_cancel was called, or a callback asked to stop */
    WEFT_NO_VERDICT,  /* a verification could not be completed */
    WEFT_UNSTABLE,    /* two runs with the same input differ */
    WEFT_FAILED       /* anything else */
};

/* What failed, why, and what helps. A function that takes one clears it first, so an error object
 * serves for many calls. It is used by one thread at a time. A callback may use that of the call it
 * is in, which sets it again at its end. */
struct weft_error;

/* Returns a new error object, or NULL without memory. */
WEFT_API struct weft_error *weft_error_create(void);
WEFT_API void weft_error_destroy(struct weft_error *error);

/* Returns the status of the last call with ${error}: WEFT_OK unless it failed, or for NULL. */
WEFT_API enum weft_status weft_error_status(const struct weft_error *error);

/* Returns "WHAT FAILED: WHY" with the argument, file, layer or OpenCL call, without a newline at
 * its end; empty if the last call did not fail. Valid until the next call with ${error}. */
WEFT_API const char *weft_error_message(const struct weft_error *error);

/* Returns what can be done about it, or an empty text. Valid as the message. */
WEFT_API const char *weft_error_hint(const struct weft_error *error);

/* Returns a word or two for ${status}: "no memory". */
WEFT_API const char *weft_status_text(enum weft_status status);

/* Frees ${memory} that a function of the library returned. NULL is harmless. */
WEFT_API void weft_free(void *memory);

WEFT_END

#endif

/* guard.c: a strip of known words behind each buffer, for a trial that looks for a kernel that writes where it must not.
 *
 * Without it such a kernel destroys what lies there, and the process crashes long after, somewhere else. */
#include "backend/opencl/debug/debug_run.h"
#include "backend/opencl/debug/hooks.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/opencl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STRIP 65536 /* bytes */
#define WORD  0xa5a5a5a5u
#define MOST  512 /* buffers */

struct opencl_guards {
    size_t count;
    struct {
        cl_mem buffer; /* kept until the end, so that none is checked that is gone */
        size_t size;   /* without the strip */
        char what[80];
    } of[MOST];
    cl_uint strip[STRIP / sizeof(cl_uint)];
};

size_t opencl_guard_room(const struct opencl_backend *cl) {
    return cl->trial != NULL && cl->trial->about != NULL ? STRIP : 0;
}

enum weft_status opencl_guard_add(struct opencl_backend *cl, cl_mem buffer, size_t size,
                                  const char *what, struct weft_error *error) {
    struct opencl_guards *guards = cl->guards;
    cl_uint word = WORD;
    cl_int code;
    if (opencl_guard_room(cl) == 0) {
        return WEFT_OK;
    }
    if (guards == NULL && (cl->guards = guards = calloc(1, sizeof *guards)) == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    if (guards->count == MOST) {
        return WEFT_OK; /* the others are enough */
    }
    code = clEnqueueFillBuffer(cl->queue, buffer, &word, sizeof word, size, STRIP, 0, NULL, NULL);
    if (code == CL_SUCCESS) {
        clRetainMemObject(buffer);
        guards->of[guards->count].buffer = buffer;
        guards->of[guards->count].size = size;
        snprintf(guards->of[guards->count++].what, sizeof guards->of[0].what, "%s", what);
    }
    return opencl_check(code, "clEnqueueFillBuffer", error);
}

enum weft_status opencl_guards_check(struct opencl_backend *cl, const char *kernel,
                                     struct weft_error *error) {
    struct opencl_guards *guards = cl->guards;
    for (size_t i = 0; guards != NULL && i < guards->count; i++) {
        cl_int code = clEnqueueReadBuffer(cl->queue, guards->of[i].buffer, CL_TRUE,
                                          guards->of[i].size, STRIP, guards->strip, 0, NULL, NULL);
        if (code != CL_SUCCESS) {
            return opencl_check(code, "clEnqueueReadBuffer", error);
        }
        for (size_t w = 0; w < STRIP / sizeof(cl_uint); w++) {
            if (guards->strip[w] != WORD) {
                return weft_fail(error, WEFT_BAD_DEVICE, "kernel %s wrote behind the end of %s",
                                 kernel, guards->of[i].what);
            }
        }
    }
    return WEFT_OK;
}

void opencl_guards_finish(struct opencl_backend *cl) {
    for (size_t i = 0; cl->guards != NULL && i < cl->guards->count; i++) {
        clReleaseMemObject(cl->guards->of[i].buffer);
    }
    free(cl->guards);
    cl->guards = NULL;
}

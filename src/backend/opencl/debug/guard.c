/* guard.c: a guard of known words after each buffer, to find a kernel that writes past the end of
 * one.
 *
 * Without it such a kernel destroys other data, and the process crashes much later, in another
 * place. */
#include "backend/opencl/debug/guard.h"
#include "backend/opencl/debug/debug.h"
#include "backend/opencl/fill.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/state.h"
#include "backend/opencl/transfer.h"
#include "base/try.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GUARD       65536 /* bytes */
#define WORD        0xa5a5a5a5u
#define MAX_BUFFERS 512

struct debug_guards {
    size_t count;
    struct {
        cl_mem buffer; /* retained, so that it still exists when it is checked */
        size_t size;   /* without the guard */
        char what[80];
    } of[MAX_BUFFERS];
    cl_uint words[GUARD / sizeof(cl_uint)];
};

size_t debug_guard_size(const struct opencl_backend *cl) {
    return cl->debug != NULL && cl->debug->announce != NULL ? GUARD : 0;
}

enum weft_status debug_guard_add(struct opencl_backend *cl, cl_mem buffer, size_t size,
                                 const char *what, struct weft_error *error) {
    struct debug_guards *guards = cl->guards;
    if (debug_guard_size(cl) == 0) {
        return WEFT_OK;
    }
    if (guards == NULL && (cl->guards = guards = calloc(1, sizeof *guards)) == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    if (guards->count == MAX_BUFFERS) {
        return WEFT_OK; /* the others are enough */
    }
    TRY(opencl_fill(cl, buffer, WORD, size, GUARD, error));
    clRetainMemObject(buffer);
    guards->of[guards->count].buffer = buffer;
    guards->of[guards->count].size = size;
    snprintf(guards->of[guards->count++].what, sizeof guards->of[0].what, "%s", what);
    return WEFT_OK;
}

enum weft_status debug_guards_check(struct opencl_backend *cl, const char *kernel,
                                    struct weft_error *error) {
    struct debug_guards *guards = cl->guards;
    for (size_t i = 0; guards != NULL && i < guards->count; i++) {
        TRY(opencl_read_from(cl->device, cl->queue, guards->of[i].buffer, guards->of[i].size,
                             guards->words, GUARD, error));
        for (size_t w = 0; w < GUARD / sizeof(cl_uint); w++) {
            if (guards->words[w] != WORD) {
                return error_set(error, WEFT_BAD_DEVICE, "kernel %s wrote past the end of %s",
                                 kernel, guards->of[i].what);
            }
        }
    }
    return WEFT_OK;
}

void debug_guards_finish(struct opencl_backend *cl) {
    for (size_t i = 0; cl->guards != NULL && i < cl->guards->count; i++) {
        OPENCL_RELEASE(cl->device, MemObject, cl->guards->of[i].buffer);
    }
    free(cl->guards);
    cl->guards = NULL;
}

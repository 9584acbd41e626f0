/* pass_size.c: how many images a pass of an evaluation has. A long pass costs few waits for the
 * device, but the caller is not asked before it ends. */
#include "backend/ops.h"

/* Seconds of a pass. */
#define SHORT  0.05 /* the next one may be ${GROWTH} times as large */
#define LONG   0.4  /* the next one is smaller, and takes about ${TARGET} */
#define TARGET 0.1
#define GROWTH 8

size_t backend_pass_size(const struct backend *backend, size_t batch) {
    const size_t batches = backend->pass_size / batch;
    return batches > 1 ? batches * batch : batch;
}

void backend_pass_took(struct backend *backend, size_t images, double seconds) {
    if (seconds < SHORT && images > backend->pass_size / GROWTH) {
        backend->pass_size = images < SIZE_MAX / GROWTH ? GROWTH * images : SIZE_MAX;
    } else if (seconds > LONG) {
        backend->pass_size = (size_t)((double)images * TARGET / seconds);
    }
}

/* handlers.c: keeps the signal handlers of the program while a driver may set its own. */
#include "backend/opencl/handlers.h"
#include "os/handlers.h"

#include <stdlib.h>

#define FIRST_CALLS 2 /* a training and an evaluation */

void opencl_handlers_open(struct opencl_handlers *handlers) {
    handlers->saved = os_handlers_save();
}

void opencl_handlers_call(struct opencl_handlers *handlers) {
    opencl_handlers_finish(handlers); /* the program may have changed them since the call before */
    if (handlers->calls < FIRST_CALLS) {
        handlers->calls++;
        handlers->saved = os_handlers_save();
    }
}

void opencl_handlers_again(const struct opencl_handlers *handlers) {
    os_handlers_set(handlers->saved);
}

void opencl_handlers_end(struct opencl_handlers *handlers) {
    os_handlers_restore(handlers->saved);
    handlers->saved = NULL;
}

void opencl_handlers_finish(struct opencl_handlers *handlers) {
    free(handlers->saved);
    handlers->saved = NULL;
}

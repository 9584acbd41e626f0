/* handlers.h: keeps the signal handlers of the program while a driver may set its own: during
 * opening, and in the first calls, in which drivers compile kernels. Later ones are left alone: the
 * program may change its handlers while a backend works. */
#ifndef WEFT_OPENCL_HANDLERS_H
#define WEFT_OPENCL_HANDLERS_H

struct opencl_handlers {
    void *saved;    /* of os_handlers_save; or NULL */
    unsigned calls; /* that have been counted */
};

/* Remembers the handlers of the program, before the device is opened. */
void opencl_handlers_open(struct opencl_handlers *handlers);

/* Remembers them at the beginning of a training, an evaluation or a propagation, if it is one of
 * the first. */
void opencl_handlers_call(struct opencl_handlers *handlers);

/* Sets the remembered ones again, if there are any: after calls in which the
 * driver may have replaced them, and before those in which it computes or compiles. */
void opencl_handlers_again(const struct opencl_handlers *handlers);

/* Sets them again, and forgets them: after opening. */
void opencl_handlers_end(struct opencl_handlers *handlers);

/* Forgets them. */
void opencl_handlers_finish(struct opencl_handlers *handlers);

#endif

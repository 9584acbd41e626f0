/* debug_run.h: other ways to run the same thing on an OpenCL device, for weft_verify. None of them changes a right result. */
#ifndef WEFT_BACKEND_TRIAL_H
#define WEFT_BACKEND_TRIAL_H

#include "backend/tensor_ref.h"

struct record;

struct weft_trial {
    bool wait;         /* for each kernel before the next is enqueued */
    bool other_groups; /* work-groups of other sizes, where a kernel allows it */
    uint64_t flip;     /* in this step (from 1) since the parameters were written; 0: never */
    struct tensor_ref target;
    size_t element; /* of the target: a bit of it is flipped, as soon as it has been computed */
    unsigned bit;   /* 0: the lowest */
    struct record *record; /* keeps the launches that it wants; NULL: none */
    /* Told of the compiler, and of each kernel before its launch; or NULL. With it there are guards behind the buffers. */
    void (*about)(void *context, const char *what);
    void *context; /* of about */
};

#endif

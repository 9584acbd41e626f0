/* try.h: how a function stops at the first failure.
 *
 * A function that owns nothing returns at once:
 *
 *     TRY(model_read(path, &model, error));
 *
 * A function that owns something has a variable ${status}, and a label before the lines that free:
 *
 *     TRY_OR(done, model_read(path, &model, error));
 *     TRY_OR(done, model_check(model, error));
 * done:
 *     model_destroy(model);
 *     return status; */
#ifndef WEFT_BASE_TRY_H
#define WEFT_BASE_TRY_H

#include "base/error.h"

/* Returns the status of ${call} from this function unless it is WEFT_OK. */
#define TRY(call)                                                                                  \
    do {                                                                                           \
        const enum weft_status try_status = (call);                                                \
        if (try_status != WEFT_OK) {                                                               \
            return try_status;                                                                     \
        }                                                                                          \
    } while (0)

/* Stores the status of ${call} in ${status}, and goes to ${label} unless it is WEFT_OK. */
#define TRY_OR(label, call)                                                                        \
    do {                                                                                           \
        status = (call);                                                                           \
        if (status != WEFT_OK) {                                                                   \
            goto label;                                                                            \
        }                                                                                          \
    } while (0)

#endif

/* analyzer.h: tells clang-tidy's analyzer, which sees one file at a time, that the status of a
 * failure is never WEFT_OK. tools/test includes it before every file except src/base/error.c, which
 * defines these functions. */
#ifndef WEFT_ANALYZER_H
#define WEFT_ANALYZER_H

#include "base/error.h"

static inline enum weft_status weft_never_ok(enum weft_status status) {
    if (status == WEFT_OK) {
        __builtin_unreachable();
    }
    return status;
}

#define error_set(...)     weft_never_ok(error_set(__VA_ARGS__))
#define error_context(...) weft_never_ok(error_context(__VA_ARGS__))
#define error_hint(...)    weft_never_ok(error_hint(__VA_ARGS__))

#endif

/* nearest.h: which of several words a mistyped one may mean. */
#ifndef WEFT_BASE_NEAREST_H
#define WEFT_BASE_NEAREST_H

#include <stddef.h>

#include "base/error.h"

/* Returns the number of edits (insert, delete or replace a letter, swap two neighbours) from ${a}
 * to ${b}; only the first 64 letters count, and not the case of ASCII letters. */
size_t nearest_distance(const char *a, const char *b);

/* Returns the candidate nearest to ${word} if it is close enough for a typing error, else NULL.
 * ${next}(context, i) returns candidate i, NULL after the last. */
const char *nearest_find(const char *word, const char *(*next)(const void *context, size_t index),
                         const void *context);

/* Adds the hint "did you mean ...?" to ${error} if there is such a candidate. */
void nearest_hint(const char *word, const char *(*next)(const void *context, size_t index),
                  const void *context, struct weft_error *error);

#endif

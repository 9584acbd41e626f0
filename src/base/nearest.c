/* nearest.c: which of several words a mistyped one may mean. */
#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

#include "base/least.h"

#define LETTERS 64

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool equal(char a, char b) {
    return lower(a) == lower(b);
}

size_t nearest_distance(const char *a, const char *b) {
    /* [i][j]: the distance of the first i letters of a from the first j of b. */
    size_t table[LETTERS + 1][LETTERS + 1];
    size_t rows = least(strlen(a), LETTERS), columns = least(strlen(b), LETTERS);
    for (size_t i = 0; i <= rows; i++) {
        for (size_t j = 0; j <= columns; j++) {
            if (i == 0 || j == 0) {
                table[i][j] = i + j;
                continue;
            }
            table[i][j] = table[i - 1][j - 1] + !equal(a[i - 1], b[j - 1]);
            table[i][j] = least(table[i][j], least(table[i - 1][j], table[i][j - 1]) + 1);
            if (i > 1 && j > 1 && equal(a[i - 1], b[j - 2]) && equal(a[i - 2], b[j - 1])) {
                table[i][j] = least(table[i][j], table[i - 2][j - 2] + 1);
            }
        }
    }
    return table[rows][columns];
}

const char *nearest_find(const char *word, const char *(*next)(const void *context, size_t index),
                         const void *context) {
    /* A third of the letters may be wrong, and at least one letter. */
    size_t limit = strlen(word) / 3 + (strlen(word) < 3), least = limit + 1;
    const char *nearest = NULL, *candidate;
    for (size_t i = 0; strlen(word) <= LETTERS && (candidate = next(context, i)) != NULL; i++) {
        size_t distance = nearest_distance(word, candidate);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

void nearest_hint(const char *word, const char *(*next)(const void *context, size_t index),
                  const void *context, struct weft_error *error) {
    const char *nearest = nearest_find(word, next, context);
    if (nearest != NULL) {
        error_hint(error, "did you mean %s?", nearest);
    }
}

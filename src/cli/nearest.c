/* nearest.c: suggestions for a mistyped word. */
#include "cli/nearest.h"

#include <string.h>

#define LETTERS 64

static size_t smallest(size_t a, size_t b, size_t c) {
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

size_t cli_nearest_distance(const char *a, const char *b) {
    /* Rows i - 2, i - 1 and i of the table whose cell (i, j) is the distance of the first i letters
     * of a from the first j of b. */
    size_t older[LETTERS + 1] = {0}, old[LETTERS + 1], now[LETTERS + 1];
    size_t rows = strlen(a) < LETTERS ? strlen(a) : LETTERS;
    size_t columns = strlen(b) < LETTERS ? strlen(b) : LETTERS;
    for (size_t j = 0; j <= columns; j++) {
        old[j] = j;
    }
    for (size_t i = 1; i <= rows; i++) {
        now[0] = i;
        for (size_t j = 1; j <= columns; j++) {
            now[j] =
                smallest(old[j] + 1, now[j - 1] + 1, old[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                older[j - 2] + 1 < now[j]) {
                now[j] = older[j - 2] + 1;
            }
        }
        memcpy(older, old, sizeof older);
        memcpy(old, now, sizeof old);
    }
    return old[columns];
}

const char *cli_nearest_find(const char *word,
                             const char *(*next)(const void *context, size_t index),
                             const void *context) {
    /* A third of the letters may be wrong, and at least one letter. */
    size_t limit = strlen(word) / 3 + (strlen(word) < 3), least = limit + 1;
    const char *nearest = NULL, *candidate;
    for (size_t i = 0; (candidate = next(context, i)) != NULL; i++) {
        size_t distance = cli_nearest_distance(word, candidate);
        if (distance < least) {
            least = distance;
            nearest = candidate;
        }
    }
    return nearest;
}

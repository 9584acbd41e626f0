/* numbers.c: floating-point numbers in the fewest digits that read back to the same bits. */
#include "base/numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

/* Whole numbers of few digits look like it: %g would print 300 as 3e+02. */
static bool is_small_whole(double value, char text[32]) {
    bool small = fabs(value) < 1e9 && value == floor(value);
    if (small) {
        snprintf(text, 32, "%.0f", value);
    }
    return small;
}

char *number_float(float value, char text[32]) {
    /* Nine digits tell all float32 apart, seventeen all doubles. */
    if (is_small_whole((double)value, text)) {
        return text;
    }
    for (int digits = 1; digits <= 9; digits++) {
        snprintf(text, 32, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value) {
            break;
        }
    }
    return text;
}

char *number_double(double value, char text[32]) {
    if (is_small_whole(value, text)) {
        return text;
    }
    for (int digits = 1; digits <= 17; digits++) {
        snprintf(text, 32, "%.*g", digits, value);
        if (strtod(text, NULL) == value) {
            break;
        }
    }
    return text;
}

double number_microseconds(double seconds) {
    return round(seconds * 1e6) / 1e6;
}

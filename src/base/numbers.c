/* numbers.c: floating-point numbers in the fewest digits that read back to the same bits. */
#include "base/numbers.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

char *number_point(char *text) {
    static const char others[] = "0123456789+-e";
    char *point = text + strspn(text, others);
    size_t length = strcspn(point, others);
    if (length > 0) {
        *point = '.';
        memmove(point + 1, point + length, strlen(point + length) + 1);
    }
    return text;
}

/* Writes ${value} in the fewest digits, at most ${max_digits}, that read back as it. A float is
 * read back as readers do it: to double first, then to float. */
static char *print(double value, bool is_float, int max_digits, char text[32]) {
    /* Small integers are written in full: %g would print 300 as 3e+02. */
    if (fabs(value) < 1e9 && value == floor(value)) {
        snprintf(text, 32, "%.0f", value);
        return text;
    }
    for (int digits = 1; digits <= max_digits; digits++) {
        double back;
        snprintf(text, 32, "%.*g", digits, value);
        back = strtod(text, NULL);
        if (is_float ? (float)back == (float)value : back == value) {
            break;
        }
    }
    return isfinite(value) ? number_point(text) : text;
}

/* 9 digits tell all floats apart, 17 all doubles. */
char *number_float(float value, char text[32]) {
    return print((double)value, true, 9, text);
}

char *number_double(double value, char text[32]) {
    return print(value, false, 17, text);
}

char *number_python(float value, char text[32]) {
    number_float(value, text);
    return strspn(text, "-0123456789") == strlen(text) ? strcat(text, ".0") : text;
}

double number_microseconds(double seconds) {
    return round(seconds * 1e6) / 1e6;
}

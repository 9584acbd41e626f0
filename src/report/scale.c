/* scale.c: grey images in another size: means over areas. */
#include "report/scale.h"

/* The part of an old axis that a new pixel covers: the old pixels first .. last, the outer ones in
 * part. */
struct span {
    size_t first, last;
    double from, to;
};

static struct span cover(size_t i, size_t new_size, size_t old_size) {
    struct span span = {.from = (double)i * (double)old_size / (double)new_size,
                        .to = (double)(i + 1) * (double)old_size / (double)new_size};
    span.first = (size_t)span.from;
    span.last = (size_t)span.to;
    /* An end between two old pixels does not belong to the second one. */
    if (span.last >= old_size || (double)span.last >= span.to) {
        span.last = span.last > span.first ? span.last - 1 : span.first;
    }
    return span;
}

/* Returns the part of old pixel ${i} that is in ${span}. */
static double weight(const struct span *span, size_t i) {
    double from = (double)i > span->from ? (double)i : span->from;
    double to = (double)(i + 1) < span->to ? (double)(i + 1) : span->to;
    return to > from ? to - from : 0;
}

static double mean(const float *floats, const uint8_t *bytes, size_t width, const struct span *x,
                   const struct span *y) {
    double sum = 0, area = 0;
    for (size_t row = y->first; row <= y->last; row++) {
        for (size_t column = x->first; column <= x->last; column++) {
            double share = weight(y, row) * weight(x, column);
            size_t i = row * width + column;
            sum += share * (floats != NULL ? (double)floats[i] : (double)bytes[i]);
            area += share;
        }
    }
    return area > 0 ? sum / area : 0;
}

void scale_floats(const float *from, size_t width, size_t height, float *to, size_t columns,
                  size_t rows) {
    for (size_t i = 0; i < rows * columns; i++) {
        struct span x = cover(i % columns, columns, width), y = cover(i / columns, rows, height);
        to[i] = (float)mean(from, NULL, width, &x, &y);
    }
}

void scale_bytes(const uint8_t *from, size_t width, size_t height, uint8_t *to, size_t columns,
                 size_t rows) {
    for (size_t i = 0; i < rows * columns; i++) {
        struct span x = cover(i % columns, columns, width), y = cover(i / columns, rows, height);
        to[i] = (uint8_t)(mean(NULL, from, width, &x, &y) + 0.5);
    }
}

/* compare.h: compares two arrays of values, or two model files. */
#ifndef WEFT_COMPARE_COMPARE_H
#define WEFT_COMPARE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "weft/compare.h"

struct difference {
    size_t count, differing; /* elements, and those whose bits differ */
    size_t first;            /* index of the first that differs; count if none does */
    double largest;          /* maximum of |a - b|; infinite if one of the two is a NaN */
    uint64_t largest_ulp;    /* maximum distance in ulp */
};

/* Returns the number of steps between neighbouring float32 from ${a} to ${b}: 0 for zeros of both
 * signs and for two NaN; UINT32_MAX if one of them is a NaN. */
uint32_t ulp_distance(float a, float b);

/* Compares the bits of ${count} floats: -0 and +0 differ, and so do NaN with different bits. */
struct difference difference_find(const float *a, const float *b, size_t count);

/* weft_compare_files: ${comparison} is set as a whole, and the caller has checked the arguments. */
enum weft_status
compare_files(const char *a, const char *b,
              bool (*tensor)(void *context, const struct weft_tensor_comparison *comparison),
              void *context, struct weft_comparison *comparison, struct weft_error *error);

#endif

/* difference.c: counts and measures the elements in which two arrays differ. */
#include "compare/compare.h"

#include <math.h>

#include "numerics.h"

/* Returns an integer in the order of the floats: those of neighbours differ by 1; both zeros are
 * 0. */
static int64_t in_order(float value) {
    uint32_t bits = weft_as_uint(value);
    int64_t magnitude = bits & 0x7fffffffu;
    return bits >> 31 != 0 ? -magnitude : magnitude;
}

uint32_t ulp_distance(float a, float b) {
    int64_t distance = in_order(a) - in_order(b);
    if (isnan(a) || isnan(b)) {
        return isnan(a) && isnan(b) ? 0 : UINT32_MAX;
    }
    return (uint32_t)(distance < 0 ? -distance : distance);
}

struct difference difference_find(const float *a, const float *b, size_t count) {
    struct difference found = {.count = count, .first = count};
    for (size_t i = 0; i < count; i++) {
        uint64_t ulp;
        double distance;
        if (weft_as_uint(a[i]) == weft_as_uint(b[i])) {
            continue;
        }
        ulp = ulp_distance(a[i], b[i]);
        distance = fabs((double)a[i] - (double)b[i]);
        found.first = found.differing == 0 ? i : found.first;
        found.differing++;
        found.largest_ulp = ulp > found.largest_ulp ? ulp : found.largest_ulp;
        if (!(distance <= found.largest)) {
            found.largest = isnan(distance) ? HUGE_VAL : distance;
        }
    }
    return found;
}

/* compare.c: the public functions that compare arrays and model files. */
#include "compare/compare.h"

#include "api/api.h"
#include "weft/compare.h"

uint32_t weft_compare_ulp(float a, float b) {
    return ulp_distance(a, b);
}

enum weft_status weft_compare_values(const float *a, const float *b, size_t count,
                                     struct weft_difference *difference, struct weft_error *error) {
    struct weft_difference found;
    struct difference result;
    API_BEGIN;
    API_NOT_NULL(a);
    API_NOT_NULL(b);
    API_NOT_NULL(difference);
    API_REQUIRE(count <= SIZE_MAX / sizeof *a, "count is %zu: no array is that large", count);
    API_STRUCTURE(found, difference, largest_ulp);
    result = difference_find(a, b, count);
    found.count = result.count;
    found.differing = result.differing;
    found.first = result.first;
    found.largest = result.largest;
    found.largest_ulp = result.largest_ulp;
    api_structure_write(difference, &found, sizeof found);
    return WEFT_OK;
}

enum weft_status
weft_compare_files(const char *a, const char *b,
                   bool (*tensor)(void *context, const struct weft_tensor_comparison *comparison),
                   void *context, struct weft_comparison *comparison, struct weft_error *error) {
    struct weft_comparison found;
    struct weft_error failure = {.status = WEFT_OK};
    enum weft_status status;
    API_BEGIN;
    API_NOT_NULL(a);
    API_NOT_NULL(b);
    API_NOT_NULL(comparison);
    API_STRUCTURE(found, comparison, undigested_b);
    status = compare_files(a, b, tensor, context, &found, &failure);
    *error = failure; /* the callback may have used it */
    TRY(status);
    api_structure_write(comparison, &found, sizeof found);
    return WEFT_OK;
}

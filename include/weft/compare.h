/* compare.h: compares two arrays of values, or two model files. */
#ifndef WEFT_COMPARE_H
#define WEFT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

struct weft_difference {
    size_t count, differing; /* elements, and those whose bits differ */
    size_t first;            /* index of the first that differs; count if none does */
    double largest;          /* maximum of |a - b|; infinite if one of the two is a NaN */
    uint64_t largest_ulp;    /* maximum distance in ulp */
};

/* Returns the number of steps between neighbouring float32 from ${a} to ${b}: 0 for zeros of both
 * signs and for two NaN; UINT32_MAX if one of them is a NaN. */
WEFT_API uint32_t weft_ulp_distance(float a, float b);

/* Compares the bits of ${count} floats: -0 and +0 differ, and so do NaN with different bits. */
WEFT_API struct weft_difference weft_difference_find(const float *a, const float *b, size_t count);

/* One tensor of two files. Its texts are valid during the callback. */
struct weft_tensor_comparison {
    const char *name;
    /* Why its elements were not compared ("only in A"), so that all count as different; or NULL. */
    const char *problem;
    bool floats; /* F32. The distances of other types are 0, except that I64 has ${largest}. */
    struct weft_difference difference;
};

struct weft_comparison {
    size_t tensors, different; /* all, and those that differ */
    char metadata[96];         /* names of metadata that differ, as "weft.options", or empty */
    bool other_data;           /* both files record the data of their training, and it differs */
    bool undigested[2];        /* an earlier weft wrote A, B, without a digest of its content */
};

/* Compares the safetensors files (or run folders) ${a} and ${b} tensor by tensor, and calls
 * ${report} for each: those of A first, in the order of the file. Fails with WEFT_BAD_FILE for a
 * file that cannot be read, and with the status of ${report} unless that is WEFT_OK. */
WEFT_API enum weft_status
weft_compare(const char *a, const char *b,
             enum weft_status (*report)(void *context, const struct weft_tensor_comparison *tensor,
                                        struct weft_error *error),
             void *context, struct weft_comparison *comparison, struct weft_error *error);

WEFT_END

#endif

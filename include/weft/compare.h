/* compare.h: compares two arrays of values, or two model files, bit by bit. Not included by
 * weft.h. */
#ifndef WEFT_COMPARE_H
#define WEFT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

/* How two arrays of floats differ. */
struct weft_difference {
    size_t size;
    size_t count;         /* elements */
    size_t differing;     /* elements whose bits differ */
    size_t first;         /* index of the first that differs; count if none does */
    double largest;       /* maximum of |a - b|; infinite if one of the two is a NaN */
    uint64_t largest_ulp; /* maximum of weft_compare_ulp */
};

/* Returns the number of steps between neighbouring float32 from ${a} to ${b}: 0 for zeros of both
 * signs and for two NaN; UINT32_MAX if one of them is a NaN. */
WEFT_API uint32_t weft_compare_ulp(float a, float b);

/* Compares the bits of the ${count} floats ${a} and ${b}: -0 and +0 differ, and so do NaN with
 * different bits. */
WEFT_API enum weft_status weft_compare_values(const float *a, const float *b, size_t count,
                                              struct weft_difference *difference,
                                              struct weft_error *error);

/* One tensor of two files, during the callback. */
struct weft_tensor_comparison {
    size_t size;
    const char *name;
    const char *problem; /* why its elements were not compared, so that all differ; or NULL */
    bool floats;         /* F32. Of other types the distances are 0, except largest of I64 */
    size_t count;        /* as in struct weft_difference, like the next four */
    size_t differing, first;
    double largest;
    uint64_t largest_ulp;
};

/* How two files differ. */
struct weft_comparison {
    size_t size;
    size_t tensors;    /* in at least one of the files */
    size_t different;  /* tensors that differ */
    char metadata[96]; /* names of metadata that differ, such as "weft.options", or empty */
    bool other_data;   /* both files record the data of their training, and it differs */
    bool undigested_a; /* an earlier weft wrote file a, without a digest of its content */
    bool undigested_b;
};

/* Compares the model files (or run folders) ${a} and ${b} tensor by tensor, and calls ${tensor}
 * with ${context} for each: those of ${a} first, in the order of the file. ${tensor} may be NULL;
 * it returns false to stop with WEFT_INTERRUPTED. Files with other tensors are compared, too. Fails
 * with WEFT_BAD_FILE for a file that cannot be read. */
WEFT_API enum weft_status
weft_compare_files(const char *a, const char *b,
                   bool (*tensor)(void *context, const struct weft_tensor_comparison *comparison),
                   void *context, struct weft_comparison *comparison, struct weft_error *error);

WEFT_END

#endif

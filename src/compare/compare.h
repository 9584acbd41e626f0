/* compare.h: compares two arrays of values, or two model files. */
#ifndef WEFT_COMPARE_COMPARE_H
#define WEFT_COMPARE_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

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

/* One tensor of two files. Its texts are valid during the callback. */
struct tensor_comparison {
    const char *name;
    /* Why its elements were not compared ("only in A"), so that all count as different; or NULL. */
    const char *problem;
    bool floats; /* F32. The distances of other types are 0, except that I64 has ${largest}. */
    struct difference difference;
};

struct file_comparison {
    size_t tensors, different; /* all, and those that differ */
    char metadata[96];         /* names of metadata that differ, as "weft.options", or empty */
    bool other_data;           /* both files record the data of their training, and it differs */
    bool undigested[2];        /* an earlier weft wrote A, B, without a digest of its content */
};

/* Compares the safetensors files (or run folders) ${a} and ${b} tensor by tensor, and calls
 * ${report} for each: those of A first, in the order of the file. Fails with WEFT_BAD_FILE for a
 * file that cannot be read, and with the status of ${report} unless that is WEFT_OK. */
enum weft_status
compare_files(const char *a, const char *b,
              enum weft_status (*report)(void *context, const struct tensor_comparison *tensor,
                                         struct weft_error *error),
              void *context, struct file_comparison *comparison, struct weft_error *error);

#endif

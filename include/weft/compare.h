/* compare.h: how values differ: two arrays, or two model files. */
#ifndef WEFT_COMPARE_H
#define WEFT_COMPARE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

WEFT_BEGIN

struct weft_difference {
    size_t count, differing; /* elements, and those with other bits */
    size_t first;            /* the first that differs; count where none does */
    double largest;          /* the largest |a - b|; infinite where one of the two is no number */
    uint64_t largest_ulp;    /* the largest distance in ulp */
};

/* Returns how many steps between neighbouring float32 lie between ${a} and ${b}: 0 for zeros of both signs and for two NaN; UINT32_MAX
 * where only one of them is a NaN. */
WEFT_API uint32_t weft_ulp_distance(float a, float b);

/* Compares ${count} floats, -0 and +0 being different, as are NaN of different bits. */
WEFT_API struct weft_difference weft_difference_find(const float *a, const float *b, size_t count);

/* One tensor of two files. */
struct weft_tensor_comparison {
    const char *name; /* the texts live during the callback */
    const char
        *problem; /* why its elements were not compared ("only in A"): then all differ; or NULL */
    bool floats;  /* F32; the distances of other types are 0, of I64 without ulp */
    struct weft_difference difference;
};

struct weft_comparison {
    size_t tensors, different; /* all, and those that differ */
    char metadata[64];         /* what of the files' making differs: "weft.options", or empty */
};

/* Compares the safetensors files (or run folders) ${a} and ${b} tensor by tensor; ${report} is told of each, those of A first, in the
 * order of their bytes. Fails with WEFT_BAD_FILE for a file that can not be read, and with whatever ${report} returns but WEFT_OK. */
WEFT_API enum weft_status
weft_compare(const char *a, const char *b,
             enum weft_status (*report)(void *context, const struct weft_tensor_comparison *tensor,
                                        struct weft_error *error),
             void *context, struct weft_comparison *comparison, struct weft_error *error);

/* The verdict of one device, as weft verify --json prints it. Texts are empty where the line has none. */
struct weft_fleet_verdict {
    char source[512]; /* the file */
    size_t line;
    char host[256], device[256], driver[256], place[32], result[32], hash[65], options[1024];
    unsigned contract;
};

struct weft_fleet {
    size_t count;
    struct weft_fleet_verdict *verdicts;
};

/* Adds the verdicts in the JSON lines of ${path} to ${fleet} (start with all zero; free with weft_fleet_finish). Fails with WEFT_BAD_FILE for a
 * file that is no JSON Lines, or has none. */
WEFT_API enum weft_status weft_fleet_read(const char *path, struct weft_fleet *fleet,
                                          struct weft_error *error);
WEFT_API void weft_fleet_finish(struct weft_fleet *fleet);

WEFT_END

#endif

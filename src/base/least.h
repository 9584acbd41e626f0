/* least.h: the lesser of two numbers. */
#ifndef WEFT_BASE_LEAST_H
#define WEFT_BASE_LEAST_H

#include <stddef.h>
#include <stdint.h>

/* One of them must fit a size_t. */
static inline size_t least(uint64_t a, uint64_t b) {
    return (size_t)(a < b ? a : b);
}

#endif

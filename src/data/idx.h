/* idx.h: IDX files, the format of MNIST: an array of numbers with one to four dimensions.
 *
 * A file is 2 zero bytes, the type of the numbers, the number of dimensions, each dimension in 4
 * bytes (big-endian), and the content (big-endian), with the last dimension running fastest. */
#ifndef WEFT_DATA_IDX_H
#define WEFT_DATA_IDX_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { IDX_DIMENSIONS = 4 }; /* maximum */

/* The types of numbers that are read. */
enum { IDX_UINT8 = 0x08, IDX_INT8 = 0x09, IDX_INT16 = 0x0b, IDX_INT32 = 0x0c };

/* What a file must have: unsigned bytes of three or four dimensions, or integers of one. */
enum idx_content { IDX_IMAGES, IDX_LABELS };

struct idx {
    unsigned count;                    /* of dimensions */
    size_t dimensions[IDX_DIMENSIONS]; /* 1 for dimensions that the file does not have */
    size_t size;                       /* product of the dimensions */
    size_t width;                      /* bytes of a number */
    uint8_t type;                      /* of the numbers */
    uint8_t *bytes;                    /* size x width */
};

/* Reads the file ${path}, plain or gzip. It must have ${content}, no dimension that is 0, and
 * nothing after its content. Memory grows with the content of the file, not with the size in its
 * header. The caller frees ${idx} with idx_finish. Fails with WEFT_BAD_FILE, and with
 * WEFT_NO_MEMORY without memory; the message names the file, and ${idx} is then empty. */
enum weft_status idx_read(const char *path, enum idx_content content, struct idx *idx,
                          struct weft_error *error);

/* Returns number ${i} of ${idx}. */
int64_t idx_number(const struct idx *idx, size_t i);

/* Frees what ${idx} holds. Harmless on all zero. */
void idx_finish(struct idx *idx);

#endif

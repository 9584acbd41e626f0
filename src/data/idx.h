/* idx.h: IDX files, the format of MNIST: an array of bytes with one to three dimensions.
 *
 * A file is 2 zero bytes, the type (here 8: unsigned bytes), the number of dimensions, each
 * dimension in 4 bytes (big-endian), and the content, with the last dimension running fastest. */
#ifndef WEFT_DATA_IDX_H
#define WEFT_DATA_IDX_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { IDX_DIMENSIONS = 3 }; /* maximum */

/* The types of content. */
enum { IDX_UINT8 = 0x08, IDX_INT8 = 0x09, IDX_INT16 = 0x0b, IDX_INT32 = 0x0c };

struct idx {
    size_t dimensions[IDX_DIMENSIONS]; /* 1 for dimensions that the file does not have */
    size_t size;                       /* product of the dimensions */
    uint8_t *bytes;                    /* size */
};

/* Reads the file ${path}, plain or gzip. It must have ${count} dimensions (1 to IDX_DIMENSIONS),
 * none of them 0, and nothing after its content. Memory grows with the content of the file, not
 * with the size in its header. The caller frees ${idx} with idx_finish. Fails with WEFT_BAD_FILE,
 * and with WEFT_NO_MEMORY without memory; the message names the file, and ${idx} is then empty. */
enum weft_status idx_read(const char *path, unsigned count, struct idx *idx,
                          struct weft_error *error);

/* Frees what ${idx} holds. Harmless on all zero. */
void idx_finish(struct idx *idx);

#endif

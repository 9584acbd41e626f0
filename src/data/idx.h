/* idx.h: IDX files, the format of MNIST: a block of bytes with one to three dimensions.
 *
 *   2 bytes 0 | type, here 8: unsigned bytes | number of dimensions | the dimensions, 4 bytes each, big-endian | content,
 *   the last dimension running fastest */
#ifndef WEFT_IDX_H
#define WEFT_IDX_H

#include <stddef.h>
#include <stdint.h>

#include "base/sha256.h"
#include "weft/error.h"

enum { IDX_DIMENSIONS = 3 /* at most */ };

struct idx {
    size_t dimensions[IDX_DIMENSIONS]; /* those that the file does not have are 1 */
    size_t size;                       /* product of the dimensions */
    uint8_t *bytes;                    /* size */
};

/* Reads the file ${path}, plain or gzip, which must have ${count} dimensions (1 to IDX_DIMENSIONS), none of them 0, and nothing
 * behind its content. ${sha256}, if not NULL, receives the hash of the unpacked file. Memory grows with what is really in the
 * file, not with what its header says. Frees nothing that ${idx} held before; the caller frees with idx_finish.
 * Fails with WEFT_BAD_FILE, and WEFT_FAILED without memory; the message names the file, and ${idx} is then empty. */
enum weft_status idx_read(const char *path, unsigned count, struct idx *idx,
                          char sha256[SHA256_HEX], struct weft_error *error);

/* Frees what ${idx} holds. All zero is harmless. */
void idx_finish(struct idx *idx);

#endif

/* unpack.h: reads a file and unpacks it if it is a gzip file. */
#ifndef WEFT_DATA_UNPACK_H
#define WEFT_DATA_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct unpack;

enum { UNPACK_FREE = 64 << 20, UNPACK_RATIO = 100 };

/* Opens the file ${path}. Its first bytes decide whether it is a gzip file, not its name. Stores a
 * reader in ${opened}, which uses ${path}, and which unpack_close frees. Fails with WEFT_BAD_FILE,
 * and with WEFT_NO_MEMORY without memory; the message names the file. */
enum weft_status unpack_open(const char *path, struct unpack **opened, struct weft_error *error);

/* Reads up to ${size} bytes into ${bytes} and stores their number in ${got}: less than ${size} only
 * at the end of the file, and 0 from then on. When the end is reached, the complete file has been
 * checked: a gzip file that is truncated, damaged, or followed by other bytes fails with
 * WEFT_BAD_FILE and a message that names the file. So does one that unpacks to more than
 * UNPACK_FREE bytes, and to more than UNPACK_RATIO times its size: images do not compress like
 * that, but a small file could take all memory. */
enum weft_status unpack_read(struct unpack *reader, void *bytes, size_t size, size_t *got,
                             struct weft_error *error);

/* Returns whether the file is a gzip file. */
bool unpack_is_packed(const struct unpack *reader);

/* Closes ${reader}. */
void unpack_close(struct unpack *reader);

#endif

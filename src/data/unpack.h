/* unpack.h: a file as the bytes that it stands for: gzip unpacked, anything else as it is. */
#ifndef WEFT_UNPACK_H
#define WEFT_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

struct unpack;

/* Opens the file ${path}; its first bytes tell gzip, whatever its name. Stores a reader in ${reader}, which
 * unpack_close frees. Fails with WEFT_BAD_FILE, and WEFT_FAILED without memory; the message names the file. */
enum weft_status unpack_open(const char *path, struct unpack **reader, struct weft_error *error);

/* Reads up to ${size} bytes into ${bytes} and stores in ${got} how many there were: fewer than ${size} only at the
 * end, and there 0 from then on. The end is only reached when the whole file has been checked: a gzip file that is cut off, damaged, or
 * followed by other bytes is a failure, WEFT_BAD_FILE, with a message that names the file. */
enum weft_status unpack_read(struct unpack *reader, void *bytes, size_t size, size_t *got,
                             struct weft_error *error);

/* Closes ${reader}. NULL is harmless. */
void unpack_close(struct unpack *reader);

#endif

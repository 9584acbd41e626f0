/* hash.h: the SHA-256 of many bytes, which an interrupt ends. */
#ifndef WEFT_DATA_HASH_H
#define WEFT_DATA_HASH_H

#include "base/error.h"
#include "base/sha256.h"

/* Adds ${size} ${bytes}, which may be many, to ${hash}. Fails with WEFT_INTERRUPTED. */
enum weft_status hash_add(struct sha256_ctx *hash, const void *bytes, size_t size,
                          struct weft_error *error);

#endif

/* hash.c: the SHA-256 of many bytes, which an interrupt ends. */
#include "data/hash.h"

#include "os/process.h"

#define ADD_BYTES ((size_t)1 << 24) /* hashed in some hundredths of a second */

enum weft_status hash_add(struct sha256_ctx *hash, const void *bytes, size_t size,
                          struct weft_error *error) {
    for (size_t begin = 0; begin < size; begin += ADD_BYTES) {
        const size_t left = size - begin;
        sha256_add(hash, (const unsigned char *)bytes + begin, left < ADD_BYTES ? left : ADD_BYTES);
        if (os_interrupted()) {
            return error_set(error, WEFT_INTERRUPTED, "interrupted");
        }
    }
    return WEFT_OK;
}

/* sha256.h: SHA-256, as FIPS 180-4 defines it: what tells that a data or model file is the one it should be. */
#ifndef WEFT_SHA256_H
#define WEFT_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { WEFT_SHA256_BYTES = 32, WEFT_SHA256_HEX = 65 /* 64 digits and a zero */ };

/* A hash of bytes that come piece by piece. */
struct weft_sha256 {
    uint32_t state[8];
    uint64_t size;     /* bytes so far */
    uint8_t block[64]; /* the first size % 64 hold what does not fill a block yet */
};

/* Makes ${hash} the hash of no bytes. */
void weft_sha256_init(struct weft_sha256 *hash);

/* Adds ${size} ${bytes}; any sizes give the same hash as all bytes at once. */
void weft_sha256_update(struct weft_sha256 *hash, const void *bytes, size_t size);

/* Ends ${hash} and writes it into ${digest}. Afterwards only weft_sha256_init makes ${hash} usable again. */
void weft_sha256_final(struct weft_sha256 *hash, uint8_t digest[WEFT_SHA256_BYTES]);

/* The same as weft_sha256_final, in lower-case hexadecimal digits and a zero. */
void weft_sha256_final_hex(struct weft_sha256 *hash, char hex[WEFT_SHA256_HEX]);

/* Writes the hash of ${size} ${bytes} into ${hex}, as weft_sha256_final_hex. */
void weft_sha256_hex(const void *bytes, size_t size, char hex[WEFT_SHA256_HEX]);

#endif

/* sha256.h: SHA-256, as FIPS 180-4 defines it: what tells that a data or model file is the one it should be. */
#ifndef WEFT_SHA256_H
#define WEFT_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX = 65 /* 64 digits and a zero */ };

/* A hash of bytes that come piece by piece. */
struct sha256 {
    uint32_t state[8];
    uint64_t size;     /* bytes so far */
    uint8_t block[64]; /* the first size % 64 hold what does not fill a block yet */
};

/* Makes ${hash} the hash of no bytes. */
void sha256_init(struct sha256 *hash);

/* Adds ${size} ${bytes}; any sizes give the same hash as all bytes at once. */
void sha256_update(struct sha256 *hash, const void *bytes, size_t size);

/* Ends ${hash} and writes it into ${digest}. Afterwards only sha256_init makes ${hash} usable again. */
void sha256_final(struct sha256 *hash, uint8_t digest[SHA256_BYTES]);

/* The same as sha256_final, in lower-case hexadecimal digits and a zero. */
void sha256_final_hex(struct sha256 *hash, char hex[SHA256_HEX]);

/* Writes the hash of ${size} ${bytes} into ${hex}, as sha256_final_hex. */
void sha256_hex(const void *bytes, size_t size, char hex[SHA256_HEX]);

#endif

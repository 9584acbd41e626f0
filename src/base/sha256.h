/* sha256.h: SHA-256, as FIPS 180-4 defines it, to identify data and model files. */
#ifndef WEFT_BASE_SHA256_H
#define WEFT_BASE_SHA256_H

#include <stddef.h>
#include <stdint.h>

enum { SHA256_BYTES = 32, SHA256_HEX = 65 /* 64 digits and a zero */ };

/* The hash of bytes that are added in pieces. */
struct sha256 {
    uint32_t state[8];
    uint64_t size;     /* bytes so far */
    uint8_t block[64]; /* the first size % 64 bytes are an incomplete block */
};

/* Sets ${hash} to the hash of no bytes. */
void sha256_init(struct sha256 *hash);

/* Adds ${size} ${bytes}. The sizes of the pieces do not change the hash. */
void sha256_update(struct sha256 *hash, const void *bytes, size_t size);

/* Finishes ${hash} and stores it in ${digest}. sha256_init makes ${hash} usable again. */
void sha256_final(struct sha256 *hash, uint8_t digest[SHA256_BYTES]);

/* The same, in lower-case hexadecimal digits with a closing zero. */
void sha256_final_hex(struct sha256 *hash, char hex[SHA256_HEX]);

/* Stores the hash of ${size} ${bytes} in ${hex}, as sha256_final_hex does. */
void sha256_hex(const void *bytes, size_t size, char hex[SHA256_HEX]);

#endif

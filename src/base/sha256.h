/* sha256.h: SHA-256 in hexadecimal digits, to identify data and model files. Nettle computes it:
 * sha256_init begins one. */
#ifndef WEFT_BASE_SHA256_H
#define WEFT_BASE_SHA256_H

#include <nettle/sha2.h>
#include <stddef.h>

enum { SHA256_HEX = 65 /* 64 digits and a zero */ };

/* Adds ${size} ${bytes}. */
void sha256_add(struct sha256_ctx *hash, const void *bytes, size_t size);

/* Finishes ${hash} and stores it in ${hex}, in lower-case digits with a closing zero. ${hash} is
 * that of no bytes then. */
void sha256_final_hex(struct sha256_ctx *hash, char hex[SHA256_HEX]);

/* Stores the hash of ${size} ${bytes} in ${hex}, as sha256_final_hex does. */
void sha256_hex(const void *bytes, size_t size, char hex[SHA256_HEX]);

#endif

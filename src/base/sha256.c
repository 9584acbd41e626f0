/* sha256.c: see sha256.h. */
#include "base/sha256.h"

void sha256_add(struct sha256_ctx *hash, const void *bytes, size_t size) {
    sha256_update(hash, size, bytes);
}

void sha256_final_hex(struct sha256_ctx *hash, char hex[SHA256_HEX]) {
    static const char digits[] = "0123456789abcdef";
    uint8_t digest[SHA256_DIGEST_SIZE];
    sha256_digest(hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[SHA256_HEX - 1] = '\0';
}

void sha256_hex(const void *bytes, size_t size, char hex[SHA256_HEX]) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    sha256_update(&hash, size, bytes);
    sha256_final_hex(&hash, hex);
}

/* safetensors_input.h: inputs of the targets that read safetensors files. */
#ifndef SAFETENSORS_INPUT_H
#define SAFETENSORS_INPUT_H

#include "fuzz.h"

#include "base/sha256.h"
#include "data/safetensors_digest.h"

/* Corrects the digest of a file, if it has one, so that changes get past it. */
static inline void correct_digest(char *bytes, size_t size) {
    char *digits = digest_find(bytes, size), hash[SHA256_HEX];
    if (digits != NULL) {
        memset(digits, '0', DIGEST_DIGITS);
        sha256_hex(bytes, size, hash);
        memcpy(digits, hash, DIGEST_DIGITS);
    }
}

/* Makes the bytes of a file from ${input}, and stores their number in ${size}; the caller frees
 * them. The first byte: 1: a header and the values follow as two parts, and the length in front of
 * the header is right; else the file follows as it is; 2: its digest is made right. */
static inline char *safetensors_input(struct input input, size_t *size) {
    uint8_t how = take_byte(&input);
    struct input header = how & 1 ? take_part(&input) : (struct input){0};
    size_t begin = how & 1 ? 8 + header.size : 0;
    char *bytes = allocate(begin + input.size);
    for (size_t i = 0; i < 8 && begin > 0; i++) {
        bytes[i] = (char)(header.size >> 8 * i & 255);
    }
    if (header.size > 0) {
        memcpy(bytes + 8, header.bytes, header.size);
    }
    if (input.size > 0) {
        memcpy(bytes + begin, input.bytes, input.size);
    }
    *size = begin + input.size;
    if (how & 2) {
        correct_digest(bytes, *size);
    }
    return bytes;
}

#endif

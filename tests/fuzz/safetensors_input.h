/* safetensors_input.h: inputs of the targets that read safetensors files. */
#ifndef SAFETENSORS_INPUT_H
#define SAFETENSORS_INPUT_H

#include "fuzz.h"

/* Makes the bytes of a file from ${input}, and stores their number in ${size}; the caller frees
 * them. If the first byte is odd, a header and the values follow as two parts, and the length in
 * front of the header is right. Otherwise the file follows as it is. */
static inline char *safetensors_input(struct input input, size_t *size) {
    bool made = (take_byte(&input) & 1) != 0;
    struct input header = made ? take_part(&input) : (struct input){0};
    size_t begin = made ? 8 + header.size : 0;
    char *bytes = allocate(begin + input.size);
    for (size_t i = 0; made && i < 8; i++) {
        bytes[i] = (char)(header.size >> 8 * i & 255);
    }
    if (header.size > 0) {
        memcpy(bytes + 8, header.bytes, header.size);
    }
    if (input.size > 0) {
        memcpy(bytes + begin, input.bytes, input.size);
    }
    *size = begin + input.size;
    return bytes;
}

#endif

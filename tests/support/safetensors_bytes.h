/* safetensors_bytes.h: right and wrong safetensors files in memory, from the text of their
 * header. */
#ifndef SAFETENSORS_BYTES_H
#define SAFETENSORS_BYTES_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Returns a file with ${header}, in which each ' becomes ", and ${values_size} bytes ${values}
 * (NULL: zeros). Stores its length in ${size}. The caller frees the file. */
static inline char *safetensors_bytes(const char *header, const void *values, size_t values_size,
                                      size_t *size) {
    size_t length = strlen(header);
    char *bytes = calloc(8 + length + values_size, 1);
    for (int i = 0; i < 8; i++) {
        bytes[i] = (char)((uint64_t)length >> 8 * i);
    }
    for (size_t i = 0; i < length; i++) {
        bytes[8 + i] = header[i] == '\'' ? '"' : header[i];
    }
    if (values != NULL) {
        memcpy(bytes + 8 + length, values, values_size);
    }
    *size = 8 + length + values_size;
    return bytes;
}

#endif

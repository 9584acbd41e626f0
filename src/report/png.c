/* png.c: a minimal PNG writer: eight bits of grey, one chunk of pixels. */
#include "report/png.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { PIXELS_MAX = 1 << 28, HEAD = 8 + 25, TAIL = 12 };

static void put_number(uint8_t *to, uint32_t value) {
    for (int i = 0; i < 4; i++) {
        to[i] = (uint8_t)(value >> (24 - 8 * i));
    }
}

/* Writes length, type and checksum around the ${size} bytes at to + 8. Returns the end of the
 * chunk. */
static uint8_t *close_chunk(uint8_t *to, const char *type, size_t size) {
    put_number(to, (uint32_t)size);
    memcpy(to + 4, type, 4);
    put_number(to + 8 + size, (uint32_t)crc32(0, to + 4, (uInt)(size + 4)));
    return to + 12 + size;
}

/* Replaces each row by its differences from the row above, and puts the number of this filter
 * ("up") before it: neighbouring pixels of clothes are similar, so this compresses well. */
static uint8_t *filter(const uint8_t *grey, size_t columns, size_t rows) {
    uint8_t *filtered = malloc((columns + 1) * rows), *to = filtered;
    for (size_t y = 0; filtered != NULL && y < rows; y++) {
        *to++ = 2;
        for (size_t x = 0; x < columns; x++) {
            *to++ = (uint8_t)(grey[y * columns + x] - (y > 0 ? grey[(y - 1) * columns + x] : 0));
        }
    }
    return filtered;
}

enum weft_status report_png_encode(const uint8_t *grey, size_t columns, size_t rows,
                                   uint8_t **bytes, size_t *size, struct weft_error *error) {
    static const uint8_t signature[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    uint8_t *filtered, *to;
    uLongf packed;
    *bytes = NULL;
    if (columns == 0 || rows == 0 || columns > PIXELS_MAX / rows) {
        return error_set(error, WEFT_USAGE, "PNG: a picture of %zu x %zu pixels", columns, rows);
    }
    packed = compressBound((uLong)((columns + 1) * rows));
    filtered = filter(grey, columns, rows);
    *bytes = malloc(HEAD + 12 + packed + TAIL);
    if (filtered == NULL || *bytes == NULL ||
        compress2(*bytes + HEAD + 8, &packed, filtered, (uLong)((columns + 1) * rows), 9) != Z_OK) {
        free(filtered);
        free(*bytes);
        *bytes = NULL;
        return error_set(error, WEFT_NO_MEMORY, "PNG: no memory");
    }
    free(filtered);
    memcpy(*bytes, signature, sizeof signature);
    to = *bytes + sizeof signature;
    put_number(to + 8, (uint32_t)columns);
    put_number(to + 12, (uint32_t)rows);
    memcpy(to + 16, "\x08\0\0\0", 5); /* 8 bits, grey, deflate, filters, not interlaced */
    to = close_chunk(to, "IHDR", 13);
    to = close_chunk(to, "IDAT", packed);
    to = close_chunk(to, "IEND", 0);
    *size = (size_t)(to - *bytes);
    return WEFT_OK;
}

void report_png_base64(FILE *out, const uint8_t *bytes, size_t size) {
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        uint32_t three = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? bytes[i + 2] : 0);
        fputc(letters[three >> 18], out);
        fputc(letters[three >> 12 & 63], out);
        fputc(left > 1 ? letters[three >> 6 & 63] : '=', out);
        fputc(left > 2 ? letters[three & 63] : '=', out);
    }
}

/* png.h: greyscale PNG files in memory, written with zlib alone. */
#ifndef WEFT_REPORT_PNG_H
#define WEFT_REPORT_PNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

/* Encodes ${rows} x ${columns} greys (0 is black) as a PNG file in ${bytes}, which the caller
 * frees. Fails with WEFT_NO_MEMORY without memory, and with WEFT_USAGE for an image without pixels
 * or with more than 2^28. */
enum weft_status report_png_encode(const uint8_t *grey, size_t columns, size_t rows,
                                   uint8_t **bytes, size_t *size, struct weft_error *error);

/* Prints ${bytes} in base64. */
void report_png_base64(FILE *out, const uint8_t *bytes, size_t size);

#endif

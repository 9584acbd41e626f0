/* checksum.c: recognises a set of images. */
#include "weft/data.h"

#include <zlib.h>

#define PIECE (1u << 30) /* bytes that zlib's 32-bit lengths take at once */

static uLong add(uLong sum, const uint8_t *bytes, size_t size) {
    while (size > 0) {
        uInt piece = (uInt)(size < PIECE ? size : PIECE);
        sum = crc32(sum, bytes, piece);
        bytes += piece;
        size -= piece;
    }
    return sum;
}

uint32_t weft_images_checksum(const struct weft_images *images) {
    uLong sum = crc32(0, NULL, 0);
    sum = add(sum, images->pixels, images->count * images->height * images->width);
    return (uint32_t)add(sum, images->labels, images->count);
}

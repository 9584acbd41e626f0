/* png_picture.h: the pixels of a PNG file, as they are. */
#ifndef WEFT_DATA_PNG_PICTURE_H
#define WEFT_DATA_PNG_PICTURE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct png_picture {
    size_t width, height;
    size_t channels; /* 1 for a picture of greys, else 3 */
    uint8_t *pixels; /* height x width x channels */
};

/* Reads the PNG file ${path}, of any colour type and depth: 16 bits are scaled to 8, and
 * transparency and what the file says about brightness are ignored. If ${picture} has a width and a
 * height, and those of the file are others, stores these and no pixels. The caller finishes
 * ${picture}, also after a failure. Fails with WEFT_BAD_FILE, with WEFT_NO_MEMORY, and for every
 * file if weft was built without libpng. */
enum weft_status png_picture_read(const char *path, struct png_picture *picture,
                                  struct weft_error *error);
void png_picture_finish(struct png_picture *picture);

#endif

/* gallery.h: images in a grid, each with a label below it. */
#ifndef WEFT_REPORT_GALLERY_H
#define WEFT_REPORT_GALLERY_H

#include "report/canvas.h"
#include "report/screen.h"

struct gallery {
    const uint8_t *pixels; /* count x height x width; 0 is black */
    size_t count, height, width;
    const char *const *labels; /* count, UTF-8 */
};

/* Draws ${gallery}, 20 images in a row. */
void gallery_draw(struct canvas *canvas, const struct gallery *gallery);

/* Prints ${gallery}, as many images in a row as fit: half-block characters on a screen with colour
 * and UTF-8, else letters as shades. Fails with WEFT_NO_MEMORY without memory. */
enum weft_status gallery_print(FILE *out, const struct screen *screen,
                               const struct gallery *gallery, struct weft_error *error);

#endif

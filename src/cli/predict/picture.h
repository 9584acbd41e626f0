/* picture.h: a picture of a piece of clothing, from a PNG file to an image as those of
 * Fashion-MNIST. */
#ifndef WEFT_CLI_PREDICT_PICTURE_H
#define WEFT_CLI_PREDICT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

struct cli_picture {
    size_t width, height;
    uint8_t *grey; /* height x width; 0 is black */
};

/* picture_read.c: returns whether this program can read PNG files. */
bool cli_picture_can_read(void);

/* Returns the version of libpng at run time, or an empty text without libpng. */
const char *cli_picture_png_version(void);

/* Reads the PNG file ${path} of up to 40 million pixels, of any colour type and depth. Transparent
 * pixels become white, or black if the opaque part is brighter than dark. The caller finishes
 * ${picture}. Fails with WEFT_BAD_FILE, and with WEFT_USAGE if this program has no libpng. */
enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error);
void cli_picture_finish(struct cli_picture *picture);

/* picture_background.c: finds the background of ${grey} (height x width, 0 to 255): a surface that
 * may rise to one side and fall to the corners. Writes it to ${background} (height x width).
 * Returns the largest difference from it that is still background. */
float cli_picture_background(const float *grey, size_t width, size_t height, float *background);

/* Whether to exchange bright and dark: Fashion-MNIST has bright clothes on black. */
enum cli_invert { CLI_INVERT_AUTO, CLI_INVERT_YES, CLI_INVERT_NO };

/* picture_image.c: writes ${picture} into ${image} (rows x columns) as Fashion-MNIST was made: cut
 * to what differs from the background, the longer side scaled to that of the image, sharpened,
 * centred, on a background of 0. A picture of that size is copied, or inverted. Fails with
 * WEFT_FAILED without memory. */
enum weft_status cli_picture_image(const struct cli_picture *picture, enum cli_invert invert,
                                   size_t columns, size_t rows, uint8_t *image,
                                   struct weft_error *error);

#endif

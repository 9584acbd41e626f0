/* picture.h: a picture of a piece of clothing becomes an image as those of Fashion-MNIST. */
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

/* What to do with bright and dark: Fashion-MNIST has bright clothes on black. */
enum cli_invert { CLI_INVERT_AUTO, CLI_INVERT_YES, CLI_INVERT_NO };

/* Whether this program can read PNG files. */
bool cli_picture_can_read(void);

/* The version of libpng that runs; empty without it. */
const char *cli_picture_png_version(void);

/* picture_read.c: reads the PNG file ${path}, of any size up to 40 million pixels, colour and depth. What is transparent becomes
 * white, or black where the opaque part is brighter than dark. The caller frees with cli_picture_finish. Fails with WEFT_BAD_FILE, and
 * with WEFT_USAGE where this program has no libpng. */
enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error);
void cli_picture_finish(struct cli_picture *picture);

/* picture_background.c: finds out what stands behind the clothes in ${grey} (height x width, 0 to 255): a surface that may rise to one
 * side and fall to the corners, written to ${background} (height x width). Returns the largest difference from it
 * that is still background. */
float cli_picture_background(const float *grey, size_t width, size_t height, float *background);

/* picture_image.c: writes ${picture} into ${image} (rows x columns) the way that Fashion-MNIST was made: cut to what differs from
 * the background, the longer side scaled to the image's, sharpened, put into the middle, background 0.
 * A picture that has that size already is taken as it is, but for inversion. */
enum weft_status cli_picture_image(const struct cli_picture *picture, enum cli_invert invert,
                                   size_t columns, size_t rows, uint8_t *image,
                                   struct weft_error *error);

#endif

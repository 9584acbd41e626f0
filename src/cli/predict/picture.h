/* picture.h: a picture, from a PNG file to an image for a network: a photograph of a piece of
 * clothing becomes one as those of Fashion-MNIST; any other picture is scaled. */
#ifndef WEFT_CLI_PREDICT_PICTURE_H
#define WEFT_CLI_PREDICT_PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cli_picture {
    size_t channels, width, height;
    uint8_t *pixels;   /* channels x height x width; 0 is black */
    bool damaged_exif; /* the file has an eXIf chunk that cannot be read */
};

/* picture_read.c: returns whether this program can read PNG files. */
bool cli_picture_can_read(void);

/* Returns the version of libpng at run time, or an empty text without libpng. */
const char *cli_picture_png_version(void);

/* Reads the PNG file ${path} as a photograph, into one channel: a file of up to 1000 million
 * pixels, of any colour type and depth; of an animation, the image for viewers that show no
 * animations, which usually is the first. Scales a picture of more than 4 million pixels down by a
 * whole number. Turns it as its eXIf chunk says. Transparent pixels become white, or black if the
 * opaque part is brighter than dark. The caller finishes ${picture}. Fails with WEFT_BAD_FILE, with
 * WEFT_INTERRUPTED, and with WEFT_USAGE if this program has no libpng. */
enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error);

/* As cli_picture_read, but as the PNG files of data folders are read, into 1 or 3 ${channels}:
 * transparency, orientation, and what the file says about brightness are ignored. */
enum weft_status cli_picture_read_plain(const char *path, size_t channels,
                                        struct cli_picture *picture, struct weft_error *error);
void cli_picture_finish(struct cli_picture *picture);

/* picture_orientation.c: returns the orientation in a block of Exif data, 1 to 8 as TIFF defines
 * them, and 1 without that tag. Returns 0 if the block is damaged. */
int cli_picture_orientation(const uint8_t *exif, size_t size);

/* Turns and mirrors ${picture}, of one channel, which was taken with ${orientation}. Fails with
 * WEFT_NO_MEMORY without memory. */
enum weft_status cli_picture_turn(struct cli_picture *picture, int orientation,
                                  struct weft_error *error);

/* picture_background.c: finds the background of ${grey} (height x width, 0 to 255): a surface that
 * may rise to one side and fall to the corners. Writes it to ${background} (height x width).
 * Returns the largest difference from it that is still background. */
float cli_picture_background(const float *grey, size_t width, size_t height, float *background);

/* Whether to exchange bright and dark: Fashion-MNIST has bright clothes on black. */
enum cli_invert { CLI_INVERT_AUTO, CLI_INVERT_YES, CLI_INVERT_NO };

/* picture_image.c: writes ${picture} into ${image} (rows x columns) as Fashion-MNIST was made: cut
 * to what differs from the background, the longer side scaled to that of the image, sharpened,
 * centred, on a background of 0. A picture of that size is copied, or inverted. Fails with
 * WEFT_NO_MEMORY without memory. */
enum weft_status cli_picture_image(const struct cli_picture *picture, enum cli_invert invert,
                                   size_t columns, size_t rows, uint8_t *image,
                                   struct weft_error *error);

/* Scales each channel of ${picture} to ${image} (channels x rows x columns), and exchanges bright
 * and dark if ${invert}. A picture of that size is copied. */
void cli_picture_scale(const struct cli_picture *picture, bool invert, size_t columns, size_t rows,
                       uint8_t *image);

/* What is in a picture. */
enum cli_content { CLI_CONTENT_SOME, CLI_CONTENT_UNIFORM, CLI_CONTENT_NOISE, CLI_CONTENT_SMALL };

/* picture_content.c: returns what is in ${image} (rows x columns), which was made of ${picture}:
 * the brightness is nearly the same everywhere, neighbouring pixels have nothing in common, or the
 * picture has so few pixels that nothing can be recognised. ${picture} is NULL for an image of the
 * data set. */
enum cli_content cli_picture_content(const struct cli_picture *picture, const uint8_t *image,
                                     size_t columns, size_t rows);

/* The same of an image of ${channels} that was only scaled, for a model of any images: faint
 * images may be usual for it, so only one with equal pixels in each channel is uniform. */
enum cli_content cli_picture_content_plain(const struct cli_picture *picture, const uint8_t *image,
                                           size_t channels, size_t columns, size_t rows);

/* Returns why nothing can be recognised, or NULL for CLI_CONTENT_SOME. */
const char *cli_picture_content_text(enum cli_content content);

#endif

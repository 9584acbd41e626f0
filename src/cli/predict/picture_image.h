/* picture_image.h: a picture of a piece of clothing becomes an image as those of Fashion-MNIST. */
#ifndef WEFT_CLI_PREDICT_PICTURE_IMAGE_H
#define WEFT_CLI_PREDICT_PICTURE_IMAGE_H

#include "cli/predict/picture_read.h"

/* Whether to exchange bright and dark: Fashion-MNIST has bright clothes on black. */
enum cli_invert { CLI_INVERT_AUTO, CLI_INVERT_YES, CLI_INVERT_NO };

/* Writes ${picture} into ${image} (rows x columns) as Fashion-MNIST was made: cut to what differs
 * from the background, the longer side scaled to that of the image, sharpened, centred, on a
 * background of 0. A picture of that size is copied, or inverted. Fails with WEFT_FAILED without
 * memory. */
enum weft_status cli_picture_image(const struct cli_picture *picture, enum cli_invert invert,
                                   size_t columns, size_t rows, uint8_t *image,
                                   struct weft_error *error);

#endif

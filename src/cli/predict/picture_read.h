/* picture_read.h: PNG files as greys. */
#ifndef WEFT_CLI_PREDICT_PICTURE_READ_H
#define WEFT_CLI_PREDICT_PICTURE_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

struct cli_picture {
    size_t width, height;
    uint8_t *grey; /* height x width; 0 is black */
};

/* Returns whether this program can read PNG files. */
bool cli_picture_can_read(void);

/* Returns the version of libpng at run time, or an empty text without libpng. */
const char *cli_picture_png_version(void);

/* Reads the PNG file ${path} of up to 40 million pixels, of any colour type and depth. Transparent
 * pixels become white, or black if the opaque part is brighter than dark. The caller finishes
 * ${picture}. Fails with WEFT_BAD_FILE, and with WEFT_USAGE if this program has no libpng. */
enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error);
void cli_picture_finish(struct cli_picture *picture);

#endif

/* picture_background.h: the background of a picture. */
#ifndef WEFT_CLI_PREDICT_PICTURE_BACKGROUND_H
#define WEFT_CLI_PREDICT_PICTURE_BACKGROUND_H

#include <stddef.h>

/* Finds the background of ${grey} (height x width, 0 to 255): a surface that may rise to one side
 * and fall to the corners. Writes it to ${background} (height x width). Returns the largest
 * difference from it that is still background. */
float cli_picture_background(const float *grey, size_t width, size_t height, float *background);

#endif

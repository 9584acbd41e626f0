/* picture_content.c: pictures in which there is nothing to recognise. */
#include "cli/predict/picture.h"

/* A standard deviation, of 255. The lowest of the 70,000 images of Fashion-MNIST is 16.5. */
#define UNIFORM 8.0

/* Von Neumann's ratio: the mean square of the difference of neighbours, divided by twice the
 * variance. It is 1 for white noise, and 0 where brightness changes slowly. The highest of the
 * 70,000 images is 0.76, the median 0.15. */
#define NOISE 0.8

#define SIDE_MIN 8 /* pixels */

/* Stores the variance and Von Neumann's ratio of ${grey} (height x width). */
static void measure(const uint8_t *grey, size_t width, size_t height, double *variance,
                    double *ratio) {
    double sum = 0, squares = 0, differences = 0, pairs = 0, mean;
    for (size_t i = 0; i < width * height; i++) {
        double value = grey[i];
        sum += value;
        squares += value * value;
        if (i % width + 1 < width) {
            differences += (value - grey[i + 1]) * (value - grey[i + 1]);
            pairs++;
        }
        if (i + width < width * height) {
            differences += (value - grey[i + width]) * (value - grey[i + width]);
            pairs++;
        }
    }
    mean = sum / (double)(width * height);
    *variance = squares / (double)(width * height) - mean * mean;
    *ratio = pairs > 0 && *variance > 0 ? differences / pairs / (2 * *variance) : 0;
}

enum cli_content cli_picture_content(const struct cli_picture *picture, const uint8_t *image,
                                     size_t columns, size_t rows) {
    double variance, ratio;
    measure(image, columns, rows, &variance, &ratio);
    if (variance < UNIFORM * UNIFORM) {
        return CLI_CONTENT_UNIFORM;
    }
    if (ratio > NOISE) {
        return CLI_CONTENT_NOISE;
    }
    if (picture == NULL || (picture->width >= 2 * columns && picture->height >= 2 * rows)) {
        return CLI_CONTENT_SOME;
    }
    if ((picture->width < SIDE_MIN && picture->width < columns) ||
        (picture->height < SIDE_MIN && picture->height < rows)) {
        return CLI_CONTENT_SMALL;
    }
    /* Scaled to about the same size, noise becomes smoother. */
    measure(picture->pixels, picture->width, picture->height, &variance, &ratio);
    return ratio > NOISE ? CLI_CONTENT_NOISE : CLI_CONTENT_SOME;
}

const char *cli_picture_content_text(enum cli_content content) {
    static const char *const texts[] = {
        [CLI_CONTENT_SOME] = NULL,
        [CLI_CONTENT_UNIFORM] = "it has the same brightness everywhere",
        [CLI_CONTENT_NOISE] = "it is noise, without shapes",
        [CLI_CONTENT_SMALL] = "it is smaller than 8 x 8 pixels",
    };
    return texts[content];
}

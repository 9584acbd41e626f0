/* picture_content.c: pictures in which there is nothing to recognise. */
#include "cli/predict/picture.h"

#include <string.h>

/* A standard deviation, of 255. The lowest of the 70,000 images of Fashion-MNIST is 16.5. */
#define UNIFORM 8.0

/* Von Neumann's ratio: the mean square of the difference of neighbours, divided by twice the
 * variance. It is 1 for white noise, and 0 where brightness changes slowly. The highest of the
 * 70,000 images is 0.76, the median 0.15. */
#define NOISE 0.8

#define SIDE_MIN 8 /* pixels */

/* Of fewer pixels than SIDE_NOISE x SIDE_NOISE, the ratio says little about other images than those
 * of Fashion-MNIST. */
#define SIDE_NOISE 16

/* A standard deviation, of 255: in a fainter image, neighbours differ because pixels are whole
 * numbers. Scaled to 28 x 28, white noise of 1000 x 1000 pixels still has about 2. */
#define FAINT 1.5

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

static bool is_small(const struct cli_picture *picture, size_t columns, size_t rows) {
    return (picture->width < SIDE_MIN && picture->width < columns) ||
           (picture->height < SIDE_MIN && picture->height < rows);
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
    if (is_small(picture, columns, rows)) {
        return CLI_CONTENT_SMALL;
    }
    /* Scaled to about the same size, noise becomes smoother. */
    measure(picture->pixels, picture->width, picture->height, &variance, &ratio);
    return ratio > NOISE ? CLI_CONTENT_NOISE : CLI_CONTENT_SOME;
}

/* Returns whether all pixels of each channel are equal. One pixel says nothing about a picture. */
static bool is_constant(const uint8_t *image, size_t channels, size_t area) {
    bool constant = area > 1;
    for (size_t c = 0; constant && c < channels; c++) {
        constant = memcmp(image + c * area, image + c * area + 1, area - 1) == 0;
    }
    return constant;
}

/* Returns whether each channel of ${image} (channels x height x width) is noise. */
static bool is_noise(const uint8_t *image, size_t channels, size_t width, size_t height) {
    bool noise = width * height >= SIDE_NOISE * SIDE_NOISE;
    for (size_t c = 0; noise && c < channels; c++) {
        double variance, ratio;
        measure(image + c * width * height, width, height, &variance, &ratio);
        noise = variance >= FAINT * FAINT && ratio > NOISE;
    }
    return noise;
}

enum cli_content cli_picture_content_plain(const struct cli_picture *picture, const uint8_t *image,
                                           size_t channels, size_t columns, size_t rows) {
    const bool shrunk =
        picture != NULL && picture->width >= 2 * columns && picture->height >= 2 * rows;
    if (is_constant(image, channels, columns * rows)) {
        return CLI_CONTENT_UNIFORM;
    }
    if (picture != NULL && is_small(picture, columns, rows)) {
        return CLI_CONTENT_SMALL;
    }
    if (is_noise(image, channels, columns, rows)) {
        return CLI_CONTENT_NOISE;
    }
    return picture != NULL && !shrunk &&
                   is_noise(picture->pixels, channels, picture->width, picture->height)
               ? CLI_CONTENT_NOISE
               : CLI_CONTENT_SOME;
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

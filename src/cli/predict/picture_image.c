/* picture_image.c: a picture becomes an image as the network knows them.
 *
 * Fashion-MNIST was made from photographs with a bright background: edges of its colour cut off,
 * the longer side scaled to 28, sharpened, centred in 28 x 28, negated, made grey. Here the
 * picture becomes grey first, and the background may be any grey, and brighter on one side than on
 * the other. */
#include "cli/predict/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "report/scale.h"

enum { WORK_MAX = 224 };

/* A picture at working size: so small that noise has become small too. */
struct work {
    float *grey, *background; /* height x width */
    size_t width, height;
    float tolerance; /* a larger difference from the background is content */
};

/* A part of it: columns left .. right - 1, rows top .. bottom - 1. */
struct box {
    size_t left, right, top, bottom;
};

static enum weft_status shrink(const struct cli_picture *picture, struct work *work,
                               struct weft_error *error) {
    size_t longer = picture->width > picture->height ? picture->width : picture->height, area;
    double scale = longer > WORK_MAX ? (double)WORK_MAX / (double)longer : 1;
    uint8_t *small;
    work->width = (size_t)((double)picture->width * scale + 0.5);
    work->height = (size_t)((double)picture->height * scale + 0.5);
    work->width += work->width == 0;
    work->height += work->height == 0;
    area = work->width * work->height;
    small = malloc(area);
    work->grey = calloc(area, sizeof *work->grey);
    work->background = calloc(area, sizeof *work->background);
    if (small == NULL || work->grey == NULL || work->background == NULL) {
        free(small);
        return error_set(error, WEFT_NO_MEMORY, "no memory for a picture");
    }
    scale_bytes(picture->pixels, picture->width, picture->height, small, work->width, work->height);
    for (size_t i = 0; i < area; i++) {
        work->grey[i] = (float)small[i];
    }
    free(small);
    return WEFT_OK;
}

/* Returns whether the clothes are darker than their background, and so have to be inverted. */
static bool is_dark_on_bright(const struct work *work) {
    double sum = 0;
    for (size_t i = 0; i < work->width * work->height; i++) {
        double difference = (double)(work->grey[i] - work->background[i]);
        sum += fabs(difference) > (double)work->tolerance ? difference : 0;
    }
    return sum < 0 || (sum == 0 && work->background[0] > 127);
}

/* Returns whether ${count} pixels from ${first} on, ${stride} apart, are background but for
 * specks. */
static bool is_empty(const struct work *work, size_t first, size_t stride, size_t count) {
    size_t content = 0, specks = work->width + work->height > WORK_MAX ? 1 : 0;
    for (size_t k = 0, i = first; k < count; k++, i += stride) {
        content += fabsf(work->grey[i] - work->background[i]) > work->tolerance;
    }
    return content <= specks;
}

/* Returns the smallest box of all content, or the complete picture if there is none. */
static struct box find_content(const struct work *work) {
    size_t width = work->width, height = work->height;
    struct box box = {0, width, 0, height};
    while (box.left < box.right && is_empty(work, box.left, width, height)) {
        box.left++;
    }
    while (box.right > box.left && is_empty(work, box.right - 1, width, height)) {
        box.right--;
    }
    while (box.top < box.bottom && is_empty(work, box.top * width, 1, width)) {
        box.top++;
    }
    while (box.bottom > box.top && is_empty(work, (box.bottom - 1) * width, 1, width)) {
        box.bottom--;
    }
    if (box.left == box.right || box.top == box.bottom) {
        return (struct box){0, width, 0, height};
    }
    return box;
}

/* Moves each pixel away from the mean of its surroundings, into ${to}: a Gaussian of standard
 * deviation 1 on 3 x 3 pixels, with the pixel's own value beyond the edge. */
static void sharpen(const float *from, float *to, size_t width, size_t height) {
    static const float weights[3] = {0.27406862f, 0.45186276f, 0.27406862f};
    for (size_t i = 0; i < width * height; i++) {
        float mean = 0;
        for (int dy = -1; dy <= 1; dy++) {
            for (int dx = -1; dx <= 1; dx++) {
                bool inside = (dx >= 0 || i % width > 0) && (dx <= 0 || i % width + 1 < width) &&
                              (dy >= 0 || i >= width) && (dy <= 0 || i + width < width * height);
                size_t at = inside ? (size_t)((ptrdiff_t)i + dy * (ptrdiff_t)width + dx) : i;
                mean += weights[dy + 1] * weights[dx + 1] * from[at];
            }
        }
        to[i] = from[i] + (from[i] - mean);
    }
}

/* Replaces each pixel by its distance from the background, scaled so that white remains white.
 * Content darker than the background (the dark sole of a white shoe on grey) counts too. */
static void subtract_background(struct work *work) {
    for (size_t i = 0; i < work->width * work->height; i++) {
        float distance = fabsf(work->grey[i] - work->background[i]);
        float largest = 255 - work->background[i] > 1 ? 255 - work->background[i] : 1;
        work->grey[i] = distance > work->tolerance ? distance * 255 / largest : 0;
    }
}

/* Copies ${part} (height x width) into the centre of ${image}, which is ${around} elsewhere. */
static void centre(const float *part, size_t width, size_t height, size_t columns, size_t rows,
                   uint8_t around, uint8_t *image) {
    size_t left = (columns - width) / 2, top = (rows - height) / 2;
    memset(image, around, columns * rows);
    for (size_t i = 0; i < width * height; i++) {
        float value = part[i] < 0 ? 0 : part[i] > 255 ? 255 : part[i];
        image[(top + i / width) * columns + left + i % width] = (uint8_t)(value + 0.5f);
    }
}

/* Returns ${length} scaled and rounded, from 1 to ${most}. */
static size_t scale_length(size_t length, double scale, size_t most) {
    size_t scaled = (size_t)((double)length * scale + 0.5);
    return scaled < 1 ? 1 : scaled > most ? most : scaled;
}

/* Cuts, scales, sharpens and centres the content. */
static enum weft_status fit(struct work *work, size_t columns, size_t rows, uint8_t *image,
                            struct weft_error *error) {
    struct box box = find_content(work);
    size_t width = box.right - box.left, height = box.bottom - box.top, wide, high;
    double scale = fmin((double)columns / (double)width, (double)rows / (double)height);
    float *cut = malloc(width * height * sizeof *cut);
    float *small = malloc(2 * columns * rows * sizeof *small), *sharp;
    /* Dark clothes that are not to be inverted remain on their own background. */
    bool dark = is_dark_on_bright(work);
    if (cut == NULL || small == NULL) {
        free(cut);
        free(small);
        return error_set(error, WEFT_NO_MEMORY, "no memory for a picture");
    }
    if (!dark) {
        subtract_background(work);
    }
    sharp = small + columns * rows;
    wide = scale_length(width, scale, columns);
    high = scale_length(height, scale, rows);
    for (size_t y = 0; y < height; y++) {
        memcpy(cut + y * width, work->grey + (box.top + y) * work->width + box.left,
               width * sizeof *cut);
    }
    scale_floats(cut, width, height, small, wide, high);
    sharpen(small, sharp, wide, high);
    centre(sharp, wide, high, columns, rows, (uint8_t)(dark ? work->background[0] : 0), image);
    free(cut);
    free(small);
    return WEFT_OK;
}

static void invert_work(struct work *work) {
    for (size_t i = 0; i < work->width * work->height; i++) {
        work->grey[i] = 255 - work->grey[i];
        work->background[i] = 255 - work->background[i];
    }
}

enum weft_status cli_picture_image(const struct cli_picture *picture, enum cli_invert invert,
                                   size_t columns, size_t rows, uint8_t *image,
                                   struct weft_error *error) {
    bool exact = picture->width == columns && picture->height == rows, inverted;
    struct work work = {0};
    enum weft_status status;
    TRY_OR(done, shrink(picture, &work, error));
    work.tolerance = cli_picture_background(work.grey, work.width, work.height, work.background);
    inverted = invert == CLI_INVERT_YES || (invert == CLI_INVERT_AUTO && is_dark_on_bright(&work) &&
                                            (!exact || work.background[0] > 127));
    if (exact) {
        for (size_t i = 0; i < columns * rows; i++) {
            image[i] = (uint8_t)(inverted ? 255 - picture->pixels[i] : picture->pixels[i]);
        }
    } else {
        if (inverted) {
            invert_work(&work);
        }
        TRY_OR(done, fit(&work, columns, rows, image, error));
    }
done:
    free(work.grey);
    free(work.background);
    return status;
}

void cli_picture_scale(const struct cli_picture *picture, bool invert, size_t columns, size_t rows,
                       uint8_t *image) {
    const size_t from = picture->width * picture->height, to = columns * rows;
    for (size_t c = 0; c < picture->channels; c++) {
        scale_bytes(picture->pixels + c * from, picture->width, picture->height, image + c * to,
                    columns, rows);
    }
    for (size_t i = 0; invert && i < picture->channels * to; i++) {
        image[i] = (uint8_t)(255 - image[i]);
    }
}

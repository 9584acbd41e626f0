/* picture_image.c: from a picture to an image as the network knows them.
 *
 * Fashion-MNIST was made from photographs before a bright background: edges of its colour cut off, the longer side scaled to 28,
 * sharpened, put into the middle of 28 x 28, negated, made grey. Here greys come first, and the background may be any grey, and
 * brighter on one side than on the other. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "cli/predict/picture.h"
#include "report/scale.h"

enum { WORK_MAX = 224 };

/* A picture at working size: so small that noise has become small too. */
struct work {
    float *grey, *background; /* height x width */
    size_t width, height;
    float tolerance; /* a difference from the background up to this is none */
};

/* A part of it: columns left .. right - 1, rows top .. bottom - 1. */
struct box {
    size_t left, right, top, bottom;
};

static enum weft_status shrink(const struct cli_picture *picture, struct work *work,
                               struct weft_error *error) {
    size_t longer = picture->width > picture->height ? picture->width : picture->height;
    double scale = longer > WORK_MAX ? (double)WORK_MAX / (double)longer : 1;
    uint8_t *small;
    work->width = (size_t)((double)picture->width * scale + 0.5);
    work->height = (size_t)((double)picture->height * scale + 0.5);
    work->width += work->width == 0;
    work->height += work->height == 0;
    small = malloc(work->width * work->height);
    work->grey = calloc(work->width * work->height, sizeof *work->grey);
    work->background = calloc(work->width * work->height, sizeof *work->background);
    if (small == NULL || work->grey == NULL || work->background == NULL) {
        free(small);
        return weft_fail(error, WEFT_FAILED, "no memory for a picture");
    }
    scale_bytes(picture->grey, picture->width, picture->height, small, work->width, work->height);
    for (size_t i = 0; i < work->width * work->height; i++) {
        work->grey[i] = (float)small[i];
    }
    free(small);
    return WEFT_OK;
}

/* Clothes that are darker than what is behind them have to be inverted. */
static bool is_dark_on_bright(const struct work *work) {
    double sum = 0;
    for (size_t i = 0; i < work->width * work->height; i++) {
        double difference = (double)(work->grey[i] - work->background[i]);
        sum += fabs(difference) > (double)work->tolerance ? difference : 0;
    }
    return sum < 0 || (sum == 0 && work->background[0] > 127);
}

static bool is_content(const struct work *work, size_t x, size_t y) {
    size_t i = y * work->width + x;
    return fabsf(work->grey[i] - work->background[i]) > work->tolerance;
}

/* Pixels of content in row or column ${i}. */
static size_t count_content(const struct work *work, size_t i, bool row) {
    size_t count = 0, length = row ? work->width : work->height;
    for (size_t k = 0; k < length; k++) {
        count += row ? is_content(work, k, i) : is_content(work, i, k);
    }
    return count;
}

/* What is not background, single specks left aside; the whole picture when there is nothing. */
static struct box find_content(const struct work *work) {
    struct box box = {0, work->width, 0, work->height};
    size_t speck = work->width + work->height > WORK_MAX ? 1 : 0;
    while (box.left < box.right && count_content(work, box.left, false) <= speck) {
        box.left++;
    }
    while (box.right > box.left && count_content(work, box.right - 1, false) <= speck) {
        box.right--;
    }
    while (box.top < box.bottom && count_content(work, box.top, true) <= speck) {
        box.top++;
    }
    while (box.bottom > box.top && count_content(work, box.bottom - 1, true) <= speck) {
        box.bottom--;
    }
    if (box.left == box.right || box.top == box.bottom) {
        box = (struct box){0, work->width, 0, work->height};
    }
    return box;
}

/* Moves each pixel away from the mean of its surroundings (a Gaussian of standard deviation 1 on 3 x 3 pixels; beyond the edge its own
 * value), into ${to}. */
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

/* The distance from the background becomes the brightness: black where there is none, white where it can not be larger. Parts that
 * lie on its other side (the dark sole of a white shoe before grey) are parts all the same. */
static void subtract_background(struct work *work) {
    for (size_t i = 0; i < work->width * work->height; i++) {
        float distance = fabsf(work->grey[i] - work->background[i]);
        float most = 255 - work->background[i] > 1 ? 255 - work->background[i] : 1;
        work->grey[i] = distance > work->tolerance ? distance * 255 / most : 0;
    }
}

/* Puts ${part} (height x width) into the middle of ${image}, which is ${around} elsewhere. */
static void place(const float *part, size_t width, size_t height, size_t columns, size_t rows,
                  uint8_t around, uint8_t *image) {
    size_t left = (columns - width) / 2, top = (rows - height) / 2;
    memset(image, around, columns * rows);
    for (size_t i = 0; i < width * height; i++) {
        float value = part[i] < 0 ? 0 : part[i] > 255 ? 255 : part[i];
        image[(top + i / width) * columns + left + i % width] = (uint8_t)(value + 0.5f);
    }
}

/* Cuts, scales and places what ${work} shows. */
static enum weft_status fit(struct work *work, size_t columns, size_t rows, uint8_t *image,
                            struct weft_error *error) {
    struct box box = find_content(work);
    size_t width = box.right - box.left, height = box.bottom - box.top;
    double scale = fmin((double)columns / (double)width, (double)rows / (double)height);
    size_t wide = (size_t)((double)width * scale + 0.5),
           high = (size_t)((double)height * scale + 0.5);
    float *cut = malloc(width * height * sizeof *cut);
    float *small = malloc(2 * columns * rows * sizeof *small);
    /* clothes that are darker and were not to be inverted stay as they are, on their background */
    bool dark = is_dark_on_bright(work);
    if (cut == NULL || small == NULL) {
        free(cut);
        free(small);
        return weft_fail(error, WEFT_FAILED, "no memory for a picture");
    }
    if (!dark) {
        subtract_background(work);
    }
    wide = wide < 1 ? 1 : wide > columns ? columns : wide;
    high = high < 1 ? 1 : high > rows ? rows : high;
    for (size_t y = 0; y < height; y++) {
        memcpy(cut + y * width, work->grey + (box.top + y) * work->width + box.left,
               width * sizeof *cut);
    }
    scale_floats(cut, width, height, small, wide, high);
    sharpen(small, small + columns * rows, wide, high);
    place(small + columns * rows, wide, high, columns, rows,
          (uint8_t)(dark ? work->background[0] : 0), image);
    free(cut);
    free(small);
    return WEFT_OK;
}

/* A picture that has the size of the image is the image, or its negative. */
static void take_as_it_is(const struct cli_picture *picture, bool inverted, uint8_t *image) {
    for (size_t i = 0; i < picture->width * picture->height; i++) {
        image[i] = (uint8_t)(inverted ? 255 - picture->grey[i] : picture->grey[i]);
    }
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
    struct work work = {0};
    enum weft_status status = shrink(picture, &work, error);
    if (status == WEFT_OK) {
        bool whole = picture->width == columns && picture->height == rows, inverted;
        work.tolerance =
            cli_picture_background(work.grey, work.width, work.height, work.background);
        inverted =
            invert == CLI_INVERT_YES || (invert == CLI_INVERT_AUTO && is_dark_on_bright(&work) &&
                                         (!whole || work.background[0] > 127));
        if (whole) {
            take_as_it_is(picture, inverted, image);
        } else {
            if (inverted) {
                invert_work(&work);
            }
            status = fit(&work, columns, rows, image, error);
        }
    }
    free(work.grey);
    free(work.background);
    return status;
}

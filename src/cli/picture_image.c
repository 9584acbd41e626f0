/* picture_image.c: from a picture to an image as the network knows them.
 *
 * Fashion-MNIST was made from photographs before a bright background: edges of its colour cut off, the longer side scaled to 28,
 * sharpened, put into the middle of 28 x 28, negated, made grey. Here greys come first, and the background may be any grey. */
#include "cli/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/scale.h"

enum { WORK_MAX = 224, CORNER_PARTS = 16, LEVELS = 256 };

#define TOLERANCE 13.0f /* a difference from the background that is none: 5 % of white */

/* A picture at working size: so small that noise has become small too. */
struct work {
    float *grey;
    size_t width, height;
    float background, tolerance;
};

/* A part of it: columns left .. right - 1, rows top .. bottom - 1. */
struct box {
    size_t left, right, top, bottom;
};

static enum weft_status shrink(const struct weft_picture *picture, struct work *work,
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
    if (small == NULL || work->grey == NULL) {
        free(small);
        return weft_fail(error, WEFT_FAILED, "no memory for a picture");
    }
    weft_scale_bytes(picture->grey, picture->width, picture->height, small, work->width,
                     work->height);
    for (size_t i = 0; i < work->width * work->height; i++) {
        work->grey[i] = (float)small[i];
    }
    free(small);
    return WEFT_OK;
}

/* The middle one of the greys that ${counts} counts. */
static float median(const size_t counts[LEVELS], size_t total) {
    size_t seen = 0;
    for (int i = 0; i < LEVELS; i++) {
        seen += counts[i];
        if (2 * seen >= total && seen > 0) {
            return (float)i;
        }
    }
    return 0;
}

/* Whether ${i} of ${size} lies within the outer sixteenth, one pixel at least. */
static bool is_outside(size_t i, size_t size) {
    size_t part = size / CORNER_PARTS > 0 ? size / CORNER_PARTS : 1;
    return i < part || i + part >= size;
}

/* The background is what the corners show; what varies there is no content. */
static void measure_background(struct work *work) {
    size_t counts[LEVELS] = {0}, away[LEVELS] = {0}, total = 0;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < work->width * work->height; i++) {
            if (is_outside(i % work->width, work->width) &&
                is_outside(i / work->width, work->height)) {
                float distance = fabsf(work->grey[i] - work->background);
                total += pass == 0;
                counts[(int)work->grey[i]] += pass == 0;
                away[(int)distance] += pass == 1;
            }
        }
        if (pass == 0) {
            work->background = median(counts, total);
        }
    }
    work->tolerance = 4 * median(away, total);
    work->tolerance = work->tolerance > TOLERANCE ? work->tolerance : TOLERANCE;
}

/* Clothes that are darker than what is behind them have to be inverted. */
static bool is_dark_on_bright(const struct work *work) {
    double sum = 0;
    for (size_t i = 0; i < work->width * work->height; i++) {
        double difference = (double)(work->grey[i] - work->background);
        sum += fabs(difference) > (double)work->tolerance ? difference : 0;
    }
    return sum < 0 || (sum == 0 && work->background > 127);
}

static bool is_content(const struct work *work, size_t x, size_t y) {
    return fabsf(work->grey[y * work->width + x] - work->background) > work->tolerance;
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

/* Puts ${part} (height x width) into the middle of ${image}, its background at 0; as it is where that would leave nothing, because
 * the clothes are darker and were not to be inverted. */
static void place(const struct work *work, const float *part, size_t width, size_t height,
                  size_t columns, size_t rows, uint8_t *image) {
    size_t left = (columns - width) / 2, top = (rows - height) / 2;
    float white = 255 - work->background > 1 ? 255 - work->background : 1;
    bool dark = is_dark_on_bright(work);
    memset(image, dark ? (int)work->background : 0, columns * rows);
    for (size_t i = 0; i < width * height; i++) {
        float above = part[i] - work->background;
        float value = dark                      ? part[i] > 0 ? part[i] : 0
                      : above > work->tolerance ? above * 255 / white
                                                : 0;
        image[(top + i / width) * columns + left + i % width] =
            (uint8_t)((value < 255 ? value : 255) + 0.5f);
    }
}

/* Cuts, scales and places what ${work} shows. */
static enum weft_status fit(const struct work *work, size_t columns, size_t rows, uint8_t *image,
                            struct weft_error *error) {
    struct box box = find_content(work);
    size_t width = box.right - box.left, height = box.bottom - box.top;
    double scale = fmin((double)columns / (double)width, (double)rows / (double)height);
    size_t wide = (size_t)((double)width * scale + 0.5),
           high = (size_t)((double)height * scale + 0.5);
    float *cut = malloc(width * height * sizeof *cut);
    float *small = malloc(2 * columns * rows * sizeof *small);
    if (cut == NULL || small == NULL) {
        free(cut);
        free(small);
        return weft_fail(error, WEFT_FAILED, "no memory for a picture");
    }
    wide = wide < 1 ? 1 : wide > columns ? columns : wide;
    high = high < 1 ? 1 : high > rows ? rows : high;
    for (size_t y = 0; y < height; y++) {
        memcpy(cut + y * width, work->grey + (box.top + y) * work->width + box.left,
               width * sizeof *cut);
    }
    weft_scale_floats(cut, width, height, small, wide, high);
    sharpen(small, small + columns * rows, wide, high);
    place(work, small + columns * rows, wide, high, columns, rows, image);
    free(cut);
    free(small);
    return WEFT_OK;
}

enum weft_status weft_picture_image(const struct weft_picture *picture, enum weft_invert invert,
                                    size_t columns, size_t rows, uint8_t *image,
                                    struct weft_error *error) {
    struct work work = {0};
    enum weft_status status = shrink(picture, &work, error);
    bool inverted;
    if (status != WEFT_OK) {
        free(work.grey);
        return status;
    }
    measure_background(&work);
    if (picture->width == columns && picture->height == rows) {
        inverted = invert == WEFT_INVERT_YES || (invert == WEFT_INVERT_AUTO &&
                                                 work.background > 127 && is_dark_on_bright(&work));
        for (size_t i = 0; i < columns * rows; i++) {
            image[i] = (uint8_t)(inverted ? 255 - picture->grey[i] : picture->grey[i]);
        }
        free(work.grey);
        return WEFT_OK;
    }
    inverted =
        invert == WEFT_INVERT_YES || (invert == WEFT_INVERT_AUTO && is_dark_on_bright(&work));
    if (inverted) {
        for (size_t i = 0; i < work.width * work.height; i++) {
            work.grey[i] = 255 - work.grey[i];
        }
        work.background = 255 - work.background;
    }
    status = fit(&work, columns, rows, image, error);
    free(work.grey);
    return status;
}

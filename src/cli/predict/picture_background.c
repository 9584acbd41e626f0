/* picture_background.c: the background of a picture.
 *
 * Walls and sheets are rarely evenly bright: light comes from one side, and lenses darken the
 * corners. So the background is a surface of second degree in x and y, fitted to the pixels along
 * the edges of the picture. Clothes that reach the edge must not count: the fit begins at the grey
 * of the corners, and the weight of a pixel falls with its distance from the surface, slowly at
 * first and faster in later rounds (graduated non-convexity with Geman and McClure's weights). If
 * the corners are not on the resulting surface, the fit followed the clothes, and the grey of the
 * corners is the background. */
#include "cli/predict/picture.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { EDGE_PARTS = 16, LEVELS = 256, TERMS = 6, PLANE = 3, ROUNDS = 10 };

#define TOLERANCE 13.0 /* a difference that is still background: 5 % of white */

/* The grey at (x, y), both from -1 to 1: a sum over the terms 1, x, y, x y, x^2, y^2. */
struct surface {
    double factors[TERMS];
};

struct sheet {
    const float *grey;
    size_t width, height;
};

/* Returns whether ${i} of ${size} is in the outer sixteenth, or the outermost pixel. */
static bool is_outside(size_t i, size_t size) {
    size_t part = size / EDGE_PARTS > 0 ? size / EDGE_PARTS : 1;
    return i < part || i + part >= size;
}

static bool is_edge(const struct sheet *sheet, size_t i) {
    return is_outside(i % sheet->width, sheet->width) ||
           is_outside(i / sheet->width, sheet->height);
}

static bool is_corner(const struct sheet *sheet, size_t i) {
    return is_outside(i % sheet->width, sheet->width) &&
           is_outside(i / sheet->width, sheet->height);
}

static void terms_at(const struct sheet *sheet, size_t i, double terms[TERMS]) {
    double x = 2 * ((double)(i % sheet->width) + 0.5) / (double)sheet->width - 1;
    double y = 2 * ((double)(i / sheet->width) + 0.5) / (double)sheet->height - 1;
    double all[TERMS] = {1, x, y, x * y, x * x, y * y};
    memcpy(terms, all, sizeof all);
}

static double height_at(const struct sheet *sheet, const struct surface *surface, size_t i) {
    double terms[TERMS], sum = 0;
    terms_at(sheet, i, terms);
    for (int k = 0; k < TERMS; k++) {
        sum += surface->factors[k] * terms[k];
    }
    return sum;
}

/* Returns the median of the greys of the corners, or, unless ${surface} is NULL, of their
 * distances from it. */
static double median(const struct sheet *sheet, const struct surface *surface) {
    size_t levels[LEVELS] = {0}, total = 0, seen = 0;
    for (size_t i = 0; i < sheet->width * sheet->height; i++) {
        if (is_corner(sheet, i)) {
            double value = (double)sheet->grey[i];
            value = surface != NULL ? fabs(value - height_at(sheet, surface, i)) : value;
            levels[value < LEVELS - 1 ? (int)value : LEVELS - 1]++;
            total++;
        }
    }
    for (int i = 0; i < LEVELS; i++) {
        seen += levels[i];
        if (2 * seen >= total) {
            return i;
        }
    }
    return 0;
}

/* Solves the ${count} x ${count} equations ${matrix} | ${right} in place by elimination. Terms
 * that the pixels cannot determine (in a picture of one row) become 0. */
static void solve(double matrix[TERMS][TERMS], double right[TERMS], int count) {
    for (int i = 0; i < count; i++) {
        bool known = fabs(matrix[i][i]) > 1e-9;
        for (int row = 0; row < count; row++) {
            double share = known && row != i ? matrix[row][i] / matrix[i][i] : 0;
            for (int k = i; k < count; k++) {
                matrix[row][k] -= share * matrix[i][k];
            }
            right[row] -= share * right[i];
        }
        if (!known) {
            right[i] = 0;
            memset(matrix[i], 0, sizeof matrix[i]);
        }
    }
    for (int i = 0; i < count; i++) {
        right[i] = matrix[i][i] != 0 ? right[i] / matrix[i][i] : 0;
    }
}

/* Fits the first ${count} terms to the edges. A pixel at the distance ${scale} from the previous
 * surface has a quarter of the full weight. */
static void refit(const struct sheet *sheet, struct surface *surface, int count, double scale) {
    double matrix[TERMS][TERMS] = {{0}}, right[TERMS] = {0};
    for (size_t i = 0; i < sheet->width * sheet->height; i++) {
        double terms[TERMS], share, weight;
        if (!is_edge(sheet, i)) {
            continue;
        }
        terms_at(sheet, i, terms);
        share = ((double)sheet->grey[i] - height_at(sheet, surface, i)) / scale;
        weight = 1 / ((1 + share * share) * (1 + share * share));
        for (int row = 0; row < count; row++) {
            for (int column = 0; column < count; column++) {
                matrix[row][column] += weight * terms[row] * terms[column];
            }
            right[row] += weight * terms[row] * (double)sheet->grey[i];
        }
    }
    solve(matrix, right, count);
    memset(surface, 0, sizeof *surface);
    memcpy(surface->factors, right, (size_t)count * sizeof right[0]);
}

float cli_picture_background(const float *grey, size_t width, size_t height, float *background) {
    struct sheet sheet = {grey, width, height};
    struct surface flat = {{0}}, surface;
    double scale = 64, tolerance;
    flat.factors[0] = median(&sheet, NULL);
    surface = flat;
    for (int i = 0; i < ROUNDS; i++) {
        refit(&sheet, &surface, i < ROUNDS / 2 ? PLANE : TERMS, scale);
        scale = scale * 0.75 > TOLERANCE ? scale * 0.75 : TOLERANCE;
    }
    if (median(&sheet, &surface) > TOLERANCE / 2) {
        surface = flat;
    }
    tolerance = 4 * median(&sheet, &surface);
    for (size_t i = 0; i < width * height; i++) {
        double value = height_at(&sheet, &surface, i);
        background[i] = (float)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
    return (float)(tolerance > TOLERANCE ? tolerance : TOLERANCE);
}

/* figure_confusion.c: a confusion matrix as a figure. */
#include "report/figures.h"

#define ZEROS_MAX     20  /* classes up to which an empty cell shows a 0 */
#define NAME_LENGTH   170 /* of a class, at most */
#define BAR           16  /* width of the colour bar */
#define EDGE          16  /* empty edge of the sheet */
#define TITLE_SIZE    16.0
#define AXIS_SIZE     13.0
#define SIDE          900.0   /* of a matrix whose cells have no numbers */
#define NAME_SIZE_MIN 5.0     /* of smaller names, there are numbers of classes instead */
#define NUMBER_SIZE   11.0    /* of these */
#define SLANT         0.70711 /* sine of 45 degrees, the angle of the names below */

/* Positions and sizes of the parts. */
struct layout {
    double value, name;   /* sizes of text */
    double cell, side;    /* of a cell, of the matrix */
    double name_length;   /* at most */
    size_t every;         /* classes from a name to the next: 1, or more for numbers */
    double tick_length;   /* of a number at the colour bar, at most */
    double left, top;     /* of the matrix */
    double width, height; /* of the sheet */
};

static void value_text(const struct confusion_matrix *matrix, double value, char text[32]) {
    snprintf(text, 32, matrix->normalize ? "%.4f" : "%.0f", value);
}

static double larger(double a, double b) {
    return a > b ? a : b;
}

/* "accuracy=0.8872; misclass=0.1128" */
static void accuracy_text(const struct confusion_matrix *matrix, char text[80]) {
    double accuracy = matrix->evaluation->accuracy;
    snprintf(text, 80, "accuracy=%.4f; misclass=%.4f", accuracy, 1 - accuracy);
}

/* Returns the name of class ${i}, or its number, for which ${number} has room. */
static const char *name_of(const struct confusion_matrix *matrix, const struct layout *layout,
                           size_t i, char number[32]) {
    if (layout->every == 1) {
        return matrix->names[i];
    }
    snprintf(number, 32, "%zu", i);
    return number;
}

static struct layout measure(const struct confusion_matrix *matrix) {
    size_t classes = matrix->evaluation->classes;
    struct layout layout = {.top = EDGE + TITLE_SIZE + 18};
    char text[80];
    double half, centre;
    /* The matrix: a cell has room for the largest value. */
    layout.value = classes <= 4    ? 15
                   : classes <= 12 ? 13
                   : classes <= 20 ? 11
                   : classes <= 40 ? 9
                                   : 7;
    value_text(matrix, confusion_largest(matrix), text);
    layout.cell = larger(canvas_length(text, layout.value) + 8, layout.value * 2);
    layout.cell = (double)(int)larger(layout.cell + 0.5, classes <= 4    ? 90
                                                         : classes <= 12 ? 54
                                                                         : 0);
    if (classes > CONFUSION_TABLE_MAX) { /* cells have colours only */
        layout.cell = larger(SIDE / (double)classes, 1);
    }
    layout.side = layout.cell * (double)classes;
    /* The names and the numbers of the colour bar. */
    layout.name = layout.cell * 0.6 < 12 ? layout.cell * 0.6 : 12;
    layout.every = 1;
    if (layout.name < NAME_SIZE_MIN) {
        layout.name = NUMBER_SIZE;
        layout.every = (size_t)larger(canvas_tick((double)classes, 20), 1);
    }
    for (size_t i = 0; i < classes; i += layout.every) {
        char number[32];
        layout.name_length = larger(
            layout.name_length, canvas_length(name_of(matrix, &layout, i, number), layout.name));
    }
    layout.name_length = layout.name_length < NAME_LENGTH ? layout.name_length + 1 : NAME_LENGTH;
    layout.left = (double)(int)(EDGE + AXIS_SIZE + 14 + layout.name_length + 8);
    layout.tick_length = canvas_length(text, 11) + 12;
    layout.width = layout.left + layout.side + 24 + BAR + layout.tick_length + EDGE;
    /* The title and the texts below are centred on the matrix, and may be wider than it. */
    accuracy_text(matrix, text);
    half = larger(canvas_length(matrix->title, TITLE_SIZE) * CANVAS_BOLD,
                  canvas_length(text, AXIS_SIZE)) /
               2 +
           EDGE;
    centre = layout.left + layout.side / 2;
    if (half > centre) {
        layout.left += half - centre;
        layout.width += half - centre;
    }
    layout.width = larger(layout.width, layout.left + layout.side / 2 + half);
    layout.height = layout.top + layout.side + 10 + (layout.name_length + layout.name) * SLANT +
                    14 + 2.6 * AXIS_SIZE + EDGE;
    return layout;
}

static void draw_cells(struct canvas *canvas, const struct confusion_matrix *matrix,
                       const struct layout *layout) {
    const struct canvas_kind *kind = canvas->kind;
    size_t classes = matrix->evaluation->classes;
    double largest = confusion_largest(matrix);
    kind->rectangle(canvas, layout->left, layout->top, layout->side, layout->side,
                    colour_of_share(canvas->theme, 0));
    for (size_t i = 0; i < classes * classes; i++) {
        double x = layout->left + (double)(i % classes) * layout->cell;
        double y = layout->top + (double)(i / classes) * layout->cell;
        double value = confusion_value(matrix, i / classes, i % classes);
        uint32_t colour = colour_of_share(canvas->theme, value / largest);
        struct canvas_text_style style = {.x = x + layout->cell / 2,
                                          .y = y + layout->cell / 2 + 0.36 * layout->value,
                                          .size = layout->value,
                                          .anchor = ANCHOR_MIDDLE,
                                          .colour = colour_on(colour)};
        char text[32];
        value_text(matrix, value, text);
        if (value > 0) {
            kind->rectangle(canvas, x, y, layout->cell, layout->cell, colour);
        }
        if (classes <= CONFUSION_TABLE_MAX && (value > 0 || classes <= ZEROS_MAX)) {
            canvas_text(canvas, &style, layout->cell, text);
        }
    }
}

/* Draws the edges of a rectangle as lines. */
static void draw_frame(struct canvas *canvas, double x, double y, double width, double height) {
    double points[] = {x, y, x + width, y, x + width, y + height, x, y + height, x, y - 0.5};
    canvas->kind->line(canvas, points, 5, 1, false, CANVAS_MUTED);
}

static void draw_names(struct canvas *canvas, const struct confusion_matrix *matrix,
                       const struct layout *layout) {
    for (size_t i = 0; i < matrix->evaluation->classes; i += layout->every) {
        char number[32];
        const char *name = name_of(matrix, layout, i, number);
        double middle = ((double)i + 0.5) * layout->cell;
        double bottom = layout->top + layout->side;
        struct canvas_text_style left = {.x = layout->left - 8,
                                         .y = layout->top + middle + 0.36 * layout->name,
                                         .size = layout->name,
                                         .anchor = ANCHOR_END,
                                         .colour = CANVAS_INK};
        struct canvas_text_style below = {.x = layout->left + middle + 0.4 * layout->name,
                                          .y = bottom + 7 + 0.6 * layout->name,
                                          .size = layout->name,
                                          .angle = -45,
                                          .anchor = ANCHOR_END,
                                          .colour = CANVAS_INK};
        double tick_left[] = {layout->left - 4, layout->top + middle, layout->left,
                              layout->top + middle};
        double tick_below[] = {layout->left + middle, bottom, layout->left + middle, bottom + 4};
        canvas_text(canvas, &left, layout->name_length, name);
        canvas_text(canvas, &below, layout->name_length, name);
        canvas->kind->line(canvas, tick_left, 2, 1, false, CANVAS_MUTED);
        canvas->kind->line(canvas, tick_below, 2, 1, false, CANVAS_MUTED);
    }
}

static void draw_titles(struct canvas *canvas, const struct confusion_matrix *matrix,
                        const struct layout *layout) {
    double middle = layout->left + layout->side / 2;
    struct canvas_text_style title = {.x = middle,
                                      .y = EDGE + TITLE_SIZE,
                                      .size = TITLE_SIZE,
                                      .anchor = ANCHOR_MIDDLE,
                                      .bold = true,
                                      .colour = CANVAS_INK};
    struct canvas_text_style axis = {.x = layout->left - layout->name_length - 22,
                                     .y = layout->top + layout->side / 2,
                                     .size = AXIS_SIZE,
                                     .angle = -90,
                                     .anchor = ANCHOR_MIDDLE,
                                     .colour = CANVAS_INK};
    char text[80];
    accuracy_text(matrix, text);
    canvas_text(canvas, &title, layout->width, matrix->title);
    canvas_text(canvas, &axis, layout->side, "True label");
    axis.angle = 0;
    axis.x = middle;
    axis.y = layout->height - EDGE - 1.6 * AXIS_SIZE;
    canvas_text(canvas, &axis, layout->width, "Predicted label");
    axis.y = layout->height - EDGE - 0.2 * AXIS_SIZE;
    canvas_text(canvas, &axis, layout->width, text);
}

static void draw_bar(struct canvas *canvas, const struct confusion_matrix *matrix,
                     const struct layout *layout) {
    double x = layout->left + layout->side + 24, largest = confusion_largest(matrix);
    double step = canvas_tick(largest, layout->side / 40 < 6 ? layout->side / 40 : 6);
    const int stripes = 64;
    step = matrix->normalize ? step : larger(step, 1); /* counts are whole numbers */
    for (int i = 0; i < stripes; i++) {
        double from = layout->side * i / stripes;
        /* Each stripe continues under the next ones, so that no seam shows. */
        canvas->kind->rectangle(canvas, x, layout->top + from, BAR, layout->side - from,
                                colour_of_share(canvas->theme, 1 - (i + 0.5) / stripes));
    }
    draw_frame(canvas, x, layout->top, BAR, layout->side);
    for (int i = 0; i * step <= largest * 1.0001; i++) {
        double y = layout->top + layout->side * (1 - i * step / largest);
        double tick[] = {x + BAR, y, x + BAR + 4, y};
        struct canvas_text_style style = {
            .x = x + BAR + 8, .y = y + 4, .size = 11, .anchor = ANCHOR_START, .colour = CANVAS_INK};
        char text[32];
        canvas->kind->line(canvas, tick, 2, 1, false, CANVAS_MUTED);
        snprintf(text, sizeof text, "%.6g", i * step);
        canvas_text(canvas, &style, layout->tick_length, text);
    }
}

void figure_confusion(struct canvas *canvas, const struct confusion_matrix *matrix) {
    struct layout layout = measure(matrix);
    canvas_begin(canvas, layout.width, layout.height);
    draw_cells(canvas, matrix, &layout);
    draw_frame(canvas, layout.left, layout.top, layout.side, layout.side);
    draw_names(canvas, matrix, &layout);
    draw_bar(canvas, matrix, &layout);
    draw_titles(canvas, matrix, &layout);
}

/* screen_confusion.c: a confusion matrix in a terminal: the table with blue cells, or what fits into a narrow one. */
#include "report/figure.h"

#include "base/utf8.h"

enum { NAME_MIN = 4, NAME_MAX = 16 };

/* The widths of the compact form. */
struct layout {
    int index, name, cell;
    bool numbers; /* cells have room for a percentage */
};

static int digits(size_t value) {
    int count = 1;
    while (value >= 10) {
        value /= 10;
        count++;
    }
    return count;
}

/* Returns false where not even one column a class fits. */
static bool measure(const struct cli_screen *screen, const struct matrix *matrix,
                    struct layout *layout) {
    int classes = (int)matrix->evaluation->classes, room;
    layout->index = digits(matrix->evaluation->classes - 1);
    layout->name = NAME_MIN;
    for (int i = 0; i < classes; i++) {
        int width = utf8_width(matrix->names[i]);
        layout->name = width > layout->name ? width : layout->name;
    }
    layout->name = layout->name < NAME_MAX ? layout->name : NAME_MAX;
    room = screen->columns - layout->index - 2;
    for (layout->cell = 4; layout->cell > 0; layout->cell--) {
        int left = room - layout->cell * classes;
        if (left >= layout->name || (left >= NAME_MIN && layout->cell <= 3)) {
            layout->name = left < layout->name ? left : layout->name;
            layout->numbers = layout->cell >= 3;
            return layout->numbers || screen->colour;
        }
    }
    return false;
}

static void print_row(FILE *out, const struct cli_screen *screen, const struct matrix *matrix,
                      const struct layout *layout, size_t row) {
    fprintf(out, "%*zu ", layout->index, row);
    utf8_print(out, matrix->names[row], layout->name, 0);
    fputc(' ', out);
    for (size_t column = 0; column < matrix->evaluation->classes; column++) {
        double share = matrix_value(matrix, row, column);
        screen_begin_cell(out, screen, share);
        if (!layout->numbers) {
            fprintf(out, "%*s", layout->cell, "");
        } else if (share > 0) {
            fprintf(out, "%*.0f", layout->cell, 100 * share);
        } else {
            fprintf(out, "%*s", layout->cell, ".");
        }
        screen_end_cell(out, screen);
    }
    fputc('\n', out);
}

static void print_compact(FILE *out, const struct cli_screen *screen, const struct matrix *matrix,
                          const struct layout *layout) {
    const struct weft_evaluation *evaluation = matrix->evaluation;
    fprintf(out, "%s: confusion matrix\nrows: true classes, in percent\n\n", matrix->title);
    if (layout->cell > layout->index) {
        fprintf(out, "%*s", layout->index + 2 + layout->name, "");
        for (size_t i = 0; i < evaluation->classes; i++) {
            fprintf(out, "%*zu", layout->cell, i);
        }
        fputc('\n', out);
    }
    for (size_t row = 0; row < evaluation->classes; row++) {
        print_row(out, screen, matrix, layout, row);
    }
    fprintf(out, "\n%s: accuracy: %.4f\n(%zu of %zu), loss: %.4f\n", matrix->title,
            evaluation->accuracy, evaluation->correct, evaluation->images, evaluation->loss);
}

void screen_confusion(FILE *out, const struct cli_screen *screen, const struct matrix *matrix) {
    struct matrix shares = *matrix;
    struct layout layout = {0};
    shares.normalize = true;
    if (screen->columns >= report_confusion_columns(matrix->evaluation, matrix->names) ||
        !measure(screen, matrix, &layout)) {
        report_confusion_on(out, screen, matrix);
    } else {
        print_compact(out, screen, &shares, &layout);
    }
}

/* confusion.c: a confusion matrix as text: true classes are rows, predictions are columns. */
#include "report/figure.h"

#include "base/utf8.h"

#include <string.h>

#define HEAD                                                                                       \
    6 /* letters of a name above a column; its number stands above, so a cut name is still clear */

/* The widths of the table, in characters. */
struct layout {
    int index, name, cell; /* a row's number, a row's name, a column with the space before it */
};

static int digits(uint64_t value) {
    int count = 1;
    while (value >= 10) {
        value /= 10;
        count++;
    }
    return count;
}

/* Names are cut here, so that one can not push the table out of sight. */
#define NAME_MAX 40

static struct layout measure(const struct weft_evaluation *evaluation, const char *const *names) {
    struct layout layout = {digits(evaluation->classes - 1), (int)strlen("precision"), HEAD + 1};
    for (size_t i = 0; i < evaluation->classes; i++) {
        int width = utf8_width(names[i]);
        layout.name = width > layout.name ? width : layout.name;
    }
    layout.name = layout.name < NAME_MAX ? layout.name : NAME_MAX;
    if (digits(evaluation->images) + 1 > layout.cell) {
        layout.cell = digits(evaluation->images) + 1;
    }
    return layout;
}

static uint64_t row_total(const struct weft_evaluation *evaluation, size_t row) {
    uint64_t total = 0;
    for (size_t column = 0; column < evaluation->classes; column++) {
        total += evaluation->confusion[row * evaluation->classes + column];
    }
    return total;
}

static uint64_t column_total(const struct weft_evaluation *evaluation, size_t column) {
    uint64_t total = 0;
    for (size_t row = 0; row < evaluation->classes; row++) {
        total += evaluation->confusion[row * evaluation->classes + column];
    }
    return total;
}

/* A share of ${total} with three digits, or a dash where there is nothing to share. */
static void print_share(FILE *out, int width, uint64_t part, uint64_t total) {
    if (total == 0) {
        fprintf(out, "%*s", width, "-");
    } else {
        fprintf(out, "%*.3f", width, (double)part / (double)total);
    }
}

/* The first letters of ${name}, to the right. */
static void print_head(FILE *out, int width, const char *name) {
    char head[HEAD * 4 + 1] = "";
    size_t used = 0, length;
    uint32_t code;
    int columns = 0;
    for (; *name != '\0'; name += length) {
        length = utf8_next(name, &code);
        columns += utf8_columns(code);
        if (columns > HEAD || used + length >= sizeof head) {
            break;
        }
        memcpy(head + used, name, length);
        used += length;
    }
    while (used > 0 && head[used - 1] == ' ') {
        used--;
    }
    head[used] = '\0';
    utf8_print(out, head, width, 1);
}

static void print_heads(FILE *out, struct layout layout, size_t classes, const char *const *names) {
    int label = layout.index + 1 + layout.name;
    fprintf(out, "%*s", label, "");
    for (size_t i = 0; i < classes; i++) {
        fprintf(out, "%*zu", layout.cell, i);
    }
    fprintf(out, "\n%*s", label, "");
    for (size_t i = 0; i < classes; i++) {
        print_head(out, layout.cell, names[i]);
    }
    fprintf(out, "%*s%*s\n", layout.cell, "total", layout.cell, "recall");
}

static void print_feet(FILE *out, struct layout layout, const struct weft_evaluation *evaluation) {
    int label = layout.index + 1;
    fprintf(out, "%*s%-*s", label, "", layout.name, "total");
    for (size_t i = 0; i < evaluation->classes; i++) {
        fprintf(out, "%*llu", layout.cell, (unsigned long long)column_total(evaluation, i));
    }
    fprintf(out, "%*zu\n%*s%-*s", layout.cell, evaluation->images, label, "", layout.name,
            "precision");
    for (size_t i = 0; i < evaluation->classes; i++) {
        print_share(out, layout.cell, evaluation->confusion[i * evaluation->classes + i],
                    column_total(evaluation, i));
    }
    fprintf(out, "\n");
}

/* Counts of a row, each on its colour. */
static void print_cells(FILE *out, const struct cli_screen *screen, const struct matrix *matrix,
                        size_t row, int width) {
    size_t classes = matrix->evaluation->classes;
    struct matrix shares = *matrix;
    shares.normalize = true;
    for (size_t column = 0; column < classes; column++) {
        screen_begin_cell(out, screen, matrix_value(&shares, row, column));
        fprintf(out, "%*llu", width,
                (unsigned long long)matrix->evaluation->confusion[row * classes + column]);
        screen_end_cell(out, screen);
    }
}

void report_confusion_on(FILE *out, const struct cli_screen *screen, const struct matrix *matrix) {
    const struct weft_evaluation *evaluation = matrix->evaluation;
    struct layout layout = measure(evaluation, matrix->names);
    size_t classes = evaluation->classes;
    fprintf(out, "%s: confusion matrix (rows: true classes, columns: predictions)\n\n",
            matrix->title);
    print_heads(out, layout, classes, matrix->names);
    for (size_t row = 0; row < classes; row++) {
        uint64_t total = row_total(evaluation, row);
        fprintf(out, "%*zu ", layout.index, row);
        utf8_print(out, matrix->names[row], layout.name, 0);
        print_cells(out, screen, matrix, row, layout.cell);
        fprintf(out, "%*llu", layout.cell, (unsigned long long)total);
        print_share(out, layout.cell, evaluation->confusion[row * classes + row], total);
        fprintf(out, "\n");
    }
    print_feet(out, layout, evaluation);
    fprintf(out, "\n%s: accuracy: %.4f (%zu of %zu), loss: %.4f\n", matrix->title,
            evaluation->accuracy, evaluation->correct, evaluation->images, evaluation->loss);
}

void report_confusion(FILE *out, const char *title, const struct weft_evaluation *evaluation,
                      const char *const *names) {
    struct matrix matrix = {.evaluation = evaluation, .names = names, .title = title};
    struct cli_screen plain = {0};
    report_confusion_on(out, &plain, &matrix);
}

int report_confusion_columns(const struct weft_evaluation *evaluation, const char *const *names) {
    struct layout layout = measure(evaluation, names);
    return layout.index + 1 + layout.name + layout.cell * ((int)evaluation->classes + 2);
}

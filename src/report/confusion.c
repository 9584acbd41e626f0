/* confusion.c: a confusion matrix in a terminal: the table, or, if it is too wide, its shares; of
 * many classes, the list of confusion_list.c. */
#include "report/confusion.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "os/terminal.h"
#include "report/label.h"
#include "report/screen.h"

enum {
    NAME_MIN = 4, /* columns of a cut name before the shares */
    SHARES_NAME_MAX = 16,
    TABLE_NAME_MAX = 40, /* so that one long name does not push the table out of sight */
    HEAD = 6 /* columns of a name above a column; its number is above it, so a cut name is clear */
};

/* The widths of the parts of a line, in columns of the terminal. */
struct layout {
    int index, name, cell; /* number and name of a row; a column with the space before it */
    bool numbers;          /* of shares: cells have room for a percentage */
};

void report_evaluation_finish(struct report_evaluation *evaluation) {
    free(evaluation->confusion);
    *evaluation = (struct report_evaluation){0};
}

uint64_t confusion_row_total(const struct report_evaluation *evaluation, size_t row) {
    uint64_t total = 0;
    for (size_t column = 0; column < evaluation->classes; column++) {
        total += evaluation->confusion[row * evaluation->classes + column];
    }
    return total;
}

uint64_t confusion_column_total(const struct report_evaluation *evaluation, size_t column) {
    uint64_t total = 0;
    for (size_t row = 0; row < evaluation->classes; row++) {
        total += evaluation->confusion[row * evaluation->classes + column];
    }
    return total;
}

double confusion_value(const struct confusion_matrix *matrix, size_t row, size_t column) {
    const struct report_evaluation *evaluation = matrix->evaluation;
    double count = (double)evaluation->confusion[row * evaluation->classes + column];
    if (matrix->normalize && count > 0) {
        return count / (double)confusion_row_total(evaluation, row);
    }
    return count;
}

double confusion_largest(const struct confusion_matrix *matrix) {
    size_t classes = matrix->evaluation->classes;
    double largest = 1e-9;
    for (size_t i = 0; i < classes * classes; i++) {
        double value = confusion_value(matrix, i / classes, i % classes);
        largest = value > largest ? value : largest;
    }
    return largest;
}

static int digits(uint64_t value) {
    int count = 1;
    for (; value >= 10; value /= 10) {
        count++;
    }
    return count;
}

/* The width of the widest name, from ${least} to ${most}. */
static int name_width(const struct confusion_matrix *matrix, int least, int most) {
    int width = least;
    for (size_t i = 0; i < matrix->evaluation->classes; i++) {
        int name = label_width(matrix->names[i]);
        width = name > width ? name : width;
    }
    return width < most ? width : most;
}

static struct layout table_layout(const struct confusion_matrix *matrix) {
    const struct report_evaluation *evaluation = matrix->evaluation;
    int count = digits(evaluation->images);
    return (struct layout){
        .index = digits(evaluation->classes - 1),
        .name = name_width(matrix, (int)strlen("precision"), TABLE_NAME_MAX),
        .cell = (count > HEAD ? count : HEAD) + 1,
    };
}

/* A share of ${total} with three decimals, or a dash where there is nothing to share. */
static void print_share(FILE *out, int width, uint64_t part, uint64_t total) {
    if (total == 0) {
        screen_print_to(out, "%*s", width, "-");
    } else {
        screen_print_to(out, "%*.3f", width, (double)part / (double)total);
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
        columns += os_character_columns(code);
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
    label_print(out, head, width, 1);
}

static void print_heads(FILE *out, struct layout layout, const struct confusion_matrix *matrix) {
    int label = layout.index + 1 + layout.name;
    size_t classes = matrix->evaluation->classes;
    screen_print_to(out, "%*s", label, "");
    for (size_t i = 0; i < classes; i++) {
        screen_print_to(out, "%*zu", layout.cell, i);
    }
    screen_print_to(out, "\n%*s", label, "");
    for (size_t i = 0; i < classes; i++) {
        print_head(out, layout.cell, matrix->names[i]);
    }
    screen_print_to(out, "%*s%*s\n", layout.cell, "total", layout.cell, "recall");
}

static void print_feet(FILE *out, struct layout layout,
                       const struct report_evaluation *evaluation) {
    int label = layout.index + 1;
    screen_print_to(out, "%*s%-*s", label, "", layout.name, "total");
    for (size_t i = 0; i < evaluation->classes; i++) {
        screen_print_to(out, "%*llu", layout.cell,
                        (unsigned long long)confusion_column_total(evaluation, i));
    }
    screen_print_to(out, "%*zu\n%*s%-*s", layout.cell, evaluation->images, label, "", layout.name,
                    "precision");
    for (size_t i = 0; i < evaluation->classes; i++) {
        print_share(out, layout.cell, evaluation->confusion[i * evaluation->classes + i],
                    confusion_column_total(evaluation, i));
    }
    screen_print_to(out, "\n");
}

static void print_row_name(FILE *out, struct layout layout, const struct confusion_matrix *matrix,
                           size_t row) {
    screen_print_to(out, "%*zu ", layout.index, row);
    label_print(out, matrix->names[row], layout.name, 0);
}

/* The last line, which ends a table of counts. */
static void print_results(FILE *out, const struct confusion_matrix *matrix) {
    const struct report_evaluation *evaluation = matrix->evaluation;
    screen_print_to(out, "\n%s: accuracy: %.4f (%zu of %zu), loss: %.4f\n", matrix->title,
                    evaluation->accuracy, evaluation->correct, evaluation->images,
                    evaluation->loss);
}

/* Prints the counts. Colours show the share of each row. */
static void print_table(FILE *out, const struct screen *screen,
                        const struct confusion_matrix *matrix, struct layout layout) {
    const struct report_evaluation *evaluation = matrix->evaluation;
    size_t classes = evaluation->classes;
    struct confusion_matrix shares = *matrix;
    shares.normalize = true;
    screen_print_to(out, "%s: confusion matrix (rows: true classes, columns: predictions)\n\n",
                    matrix->title);
    print_heads(out, layout, matrix);
    for (size_t row = 0; row < classes; row++) {
        const uint64_t *counts = evaluation->confusion + row * classes;
        uint64_t total = confusion_row_total(evaluation, row);
        print_row_name(out, layout, matrix, row);
        for (size_t column = 0; column < classes; column++) {
            screen_begin_cell(out, screen, confusion_value(&shares, row, column));
            screen_print_to(out, "%*llu", layout.cell, (unsigned long long)counts[column]);
            screen_end_cell(out, screen);
        }
        screen_print_to(out, "%*llu", layout.cell, (unsigned long long)total);
        print_share(out, layout.cell, counts[row], total);
        screen_print_to(out, "\n");
    }
    print_feet(out, layout, evaluation);
    print_results(out, matrix);
}

/* Lays out the shares. Returns false if not even one column for each class fits. */
static bool shares_layout(const struct screen *screen, const struct confusion_matrix *matrix,
                          struct layout *layout) {
    int classes = (int)matrix->evaluation->classes, room;
    layout->index = digits(matrix->evaluation->classes - 1);
    layout->name = name_width(matrix, NAME_MIN, SHARES_NAME_MAX);
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

/* Prints the share of each row in percent. */
static void print_shares(FILE *out, const struct screen *screen,
                         const struct confusion_matrix *matrix, struct layout layout) {
    const struct report_evaluation *evaluation = matrix->evaluation;
    struct confusion_matrix shares = *matrix;
    shares.normalize = true;
    screen_print_to(out, "%s: confusion matrix\nrows: true classes, in percent\n\n", matrix->title);
    if (layout.cell > layout.index) {
        screen_print_to(out, "%*s", layout.index + 2 + layout.name, "");
        for (size_t i = 0; i < evaluation->classes; i++) {
            screen_print_to(out, "%*zu", layout.cell, i);
        }
        screen_print_to(out, "\n");
    }
    for (size_t row = 0; row < evaluation->classes; row++) {
        print_row_name(out, layout, matrix, row);
        screen_print_to(out, " ");
        for (size_t column = 0; column < evaluation->classes; column++) {
            double share = confusion_value(&shares, row, column);
            screen_begin_cell(out, screen, share);
            if (layout.numbers && share > 0) {
                screen_print_to(out, "%*.0f", layout.cell, 100 * share);
            } else {
                screen_print_to(out, "%*s", layout.cell, layout.numbers ? "." : "");
            }
            screen_end_cell(out, screen);
        }
        screen_print_to(out, "\n");
    }
    screen_print_to(out, "\n%s: accuracy: %.4f\n(%zu of %zu), loss: %.4f\n", matrix->title,
                    evaluation->accuracy, evaluation->correct, evaluation->images,
                    evaluation->loss);
}

void confusion_print(FILE *out, const struct screen *screen,
                     const struct confusion_matrix *matrix) {
    struct layout table, shares = {0};
    int columns;
    if (matrix->evaluation->classes > CONFUSION_TABLE_MAX) {
        confusion_print_list(out, screen, matrix);
        print_results(out, matrix);
        return;
    }
    table = table_layout(matrix);
    columns = table.index + 1 + table.name + table.cell * ((int)matrix->evaluation->classes + 2);
    if (screen->columns >= columns || !shares_layout(screen, matrix, &shares)) {
        print_table(out, screen, matrix, table);
    } else {
        print_shares(out, screen, matrix, shares);
    }
}

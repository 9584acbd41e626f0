/* confusion.c: a confusion matrix as text: true classes are rows, predictions are columns. */
#include "report/report.h"

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

static struct layout measure(const struct weft_evaluation *evaluation, const char *const *names) {
    struct layout layout = {digits(evaluation->classes - 1), (int)strlen("precision"), HEAD + 1};
    for (size_t i = 0; i < evaluation->classes; i++) {
        if ((int)strlen(names[i]) > layout.name) {
            layout.name = (int)strlen(names[i]);
        }
    }
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

static void print_heads(FILE *out, struct layout layout, size_t classes, const char *const *names) {
    int label = layout.index + 1 + layout.name;
    fprintf(out, "%*s", label, "");
    for (size_t i = 0; i < classes; i++) {
        fprintf(out, "%*zu", layout.cell, i);
    }
    fprintf(out, "\n%*s", label, "");
    for (size_t i = 0; i < classes; i++) {
        int length = (int)strlen(names[i]) < HEAD ? (int)strlen(names[i]) : HEAD;
        while (length > 0 && names[i][length - 1] == ' ') {
            length--;
        }
        fprintf(out, "%*.*s", layout.cell, length, names[i]);
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

void weft_report_confusion(FILE *out, const char *title, const struct weft_evaluation *evaluation,
                           const char *const *names) {
    struct layout layout = measure(evaluation, names);
    size_t classes = evaluation->classes;
    fprintf(out, "%s: confusion matrix (rows: true classes, columns: predictions)\n\n", title);
    print_heads(out, layout, classes, names);
    for (size_t row = 0; row < classes; row++) {
        uint64_t total = row_total(evaluation, row);
        fprintf(out, "%*zu %-*s", layout.index, row, layout.name, names[row]);
        for (size_t column = 0; column < classes; column++) {
            fprintf(out, "%*llu", layout.cell,
                    (unsigned long long)evaluation->confusion[row * classes + column]);
        }
        fprintf(out, "%*llu", layout.cell, (unsigned long long)total);
        print_share(out, layout.cell, evaluation->confusion[row * classes + row], total);
        fprintf(out, "\n");
    }
    print_feet(out, layout, evaluation);
    fprintf(out, "\n%s: accuracy: %.4f (%zu of %zu), loss: %.4f\n", title, evaluation->accuracy,
            evaluation->correct, evaluation->images, evaluation->loss);
}

/* csv.c: tables for spreadsheets and scripts, written and read. */
#include "report/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "base/try.h"
#include "os/files.h"

#define TABLE_MAX   (1u << 30) /* bytes of a file */
#define COLUMNS_MAX 64         /* columns of a file that are read */

/* Prints ${text}, quoted if RFC 4180 requires it. */
static void print_field(FILE *out, const char *text) {
    if (text[strcspn(text, ",\"\r\n")] == '\0') {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (; *text != '\0'; text++) {
        if (*text == '"') {
            fputc('"', out);
        }
        fputc(*text, out);
    }
    fputc('"', out);
}

void csv_write_confusion(FILE *out, const struct weft_evaluation *evaluation,
                         const char *const *names) {
    size_t classes = evaluation->classes;
    for (size_t i = 0; i < classes; i++) {
        fputc(',', out);
        print_field(out, names[i]);
    }
    fputc('\n', out);
    for (size_t row = 0; row < classes; row++) {
        print_field(out, names[row]);
        for (size_t column = 0; column < classes; column++) {
            fprintf(out, ",%llu",
                    (unsigned long long)evaluation->confusion[row * classes + column]);
        }
        fputc('\n', out);
    }
}

void csv_write_history(FILE *out, const struct report_epoch *history, size_t count) {
    bool validated = false;
    for (size_t i = 0; i < count; i++) {
        validated = validated || history[i].validated;
    }
    fprintf(out, "epoch,accuracy,total_loss,mean_loss,seconds%s\n",
            validated ? ",validation_accuracy,validation_loss" : "");
    for (size_t i = 0; i < count; i++) {
        char accuracy[32], total[32], mean[32], seconds[32];
        fprintf(
            out, "%zu,%s,%s,%s,%s", history[i].epoch, number_double(history[i].accuracy, accuracy),
            number_double(history[i].total_loss, total), number_double(history[i].mean_loss, mean),
            number_double(number_microseconds(history[i].seconds), seconds));
        if (history[i].validated) {
            fprintf(out, ",%s,%s", number_double(history[i].validation_accuracy, accuracy),
                    number_double(history[i].validation_loss, total));
        } else if (validated) {
            fputs(",,", out);
        }
        fputc('\n', out);
    }
}

void csv_add_steps(struct text *out, const struct report_step *steps, size_t first, size_t end) {
    if (first == 0) {
        text_add(out, "step,epoch,images,loss,accuracy\n");
    }
    for (size_t i = first; i < end; i++) {
        char loss[32], accuracy[32];
        text_add(out, "%zu,%u,%u,%s,%s\n", i + 1, (unsigned)steps[i].epoch,
                 (unsigned)steps[i].images, number_float(steps[i].loss, loss),
                 number_double((double)steps[i].correct / (double)steps[i].images, accuracy));
    }
}

/* A sum of rounded numbers is not compared exactly. */
static bool is_near(double a, double b) {
    return fabs(a - b) <= 1e-6 * fabs(b);
}

bool csv_steps_match(const struct report_step *steps, size_t count,
                     const struct report_epoch *epochs, size_t epoch_count) {
    size_t step = 0;
    for (size_t i = 0; i < epoch_count; i++) {
        double loss = 0, correct = 0, images = 0;
        for (; step < count && steps[step].epoch == i + 1; step++) {
            loss += (double)steps[step].loss;
            correct += steps[step].correct;
            images += steps[step].images;
        }
        if (!is_near(loss, epochs[i].total_loss) ||
            !is_near(correct / images, epochs[i].accuracy)) {
            return false;
        }
    }
    return step == count;
}

/* Cuts the field at ${line} off with a zero. Returns the next field, or NULL after the last. */
static char *cut_field(char *line) {
    char *end = line + strcspn(line, ",");
    bool last = *end == '\0';
    *end = '\0';
    return last ? NULL : end + 1;
}

/* Stores the index in ${names} of each column of the file's head in ${which}, -1 for other columns.
 * Returns the number of columns. */
static size_t read_head(char *line, const char *const *names, size_t count,
                        int which[COLUMNS_MAX]) {
    size_t columns = 0;
    while (line != NULL && columns < COLUMNS_MAX) {
        char *next = cut_field(line);
        which[columns] = -1;
        for (size_t i = 0; i < count; i++) {
            if (strcmp(line, names[i]) == 0) {
                which[columns] = (int)i;
            }
        }
        columns++;
        line = next;
    }
    return columns;
}

/* Reads a line of numbers into ${row}. An empty field stays NaN. Returns false for a field that is
 * not a number, and for another number of fields than the head has. */
static bool read_row(char *line, size_t columns, const int which[COLUMNS_MAX], double *row) {
    size_t i = 0;
    for (; line != NULL && i < columns; i++) {
        char *next = cut_field(line), *stop;
        if (which[i] >= 0 && *line != '\0') {
            row[which[i]] = strtod(line, &stop);
            if (*stop != '\0') {
                return false;
            }
        }
        line = next;
    }
    return line == NULL && i == columns;
}

static size_t count_lines(const char *text) {
    size_t lines = 1;
    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

/* Cuts the first line off ${text}. Returns the line, and moves ${text} to the next one. */
static char *next_line(char **text) {
    char *line = *text;
    size_t length = strcspn(line, "\n");
    *text = line[length] == '\n' ? line + length + 1 : line + length;
    line[length] = '\0';
    if (length > 0 && line[length - 1] == '\r') {
        line[length - 1] = '\0';
    }
    return line;
}

enum weft_status csv_read_columns(const char *path, const char *const *names, size_t count,
                                  double **values, size_t *rows, struct weft_error *error) {
    char *text, *rest;
    size_t size, columns, lines;
    int which[COLUMNS_MAX];
    enum weft_status status = WEFT_OK;
    *values = NULL;
    *rows = 0;
    TRY(os_text_read(path, TABLE_MAX, FILE_CSV, &text, &size, error));
    /* A row of values for each line is enough. */
    rest = text;
    lines = count_lines(text);
    columns = read_head(next_line(&rest), names, count, which);
    *values = calloc(lines, count * sizeof **values);
    if (*values == NULL) {
        TRY_OR(done, weft_fail(error, WEFT_FAILED, "%s: no memory for %zu lines", path, lines));
    }
    /* What a line does not set stays NaN. */
    while (*rest != '\0') {
        double *row = *values + *rows * count;
        for (size_t i = 0; i < count; i++) {
            row[i] = NAN;
        }
        *rows += 1;
        if (!read_row(next_line(&rest), columns, which, row)) {
            TRY_OR(done,
                   weft_fail(error, WEFT_BAD_FILE, "%s: line %zu: not numbers as the head requires",
                             path, *rows + 1));
        }
    }
done:
    free(text);
    if (status != WEFT_OK) {
        free(*values);
        *values = NULL;
        *rows = 0;
    }
    return status;
}

/* Returns whether ${value} is an integer from 1 to 2^31. */
static bool is_count(double value) {
    return value >= 1 && value <= 2147483648.0 && value == (double)(uint32_t)value;
}

enum weft_status csv_read_steps(const char *path, struct report_step **steps, size_t *count,
                                struct weft_error *error) {
    static const char *const names[] = {"step", "epoch", "images", "loss", "accuracy"};
    double *values;
    enum weft_status status = WEFT_OK;
    *steps = NULL;
    TRY(csv_read_columns(path, names, 5, &values, count, error));
    *steps = calloc(*count + 1, sizeof **steps);
    if (*steps == NULL) {
        TRY_OR(done, weft_fail(error, WEFT_FAILED, "%s: no memory for %zu steps", path, *count));
    }
    for (size_t i = 0; i < *count; i++) {
        const double *row = values + 5 * i;
        if (row[0] != (double)(i + 1) || !is_count(row[1]) || !is_count(row[2]) ||
            !(row[4] >= 0 && row[4] <= 1) || !isfinite(row[3]) || fabs(row[3]) > 1e30) {
            TRY_OR(done, weft_fail(error, WEFT_BAD_FILE, "%s: line %zu: not a step", path, i + 2));
        }
        (*steps)[i] = (struct report_step){.epoch = (uint32_t)row[1],
                                           .images = (uint32_t)row[2],
                                           .correct = (uint32_t)(row[4] * row[2] + 0.5),
                                           .loss = (float)row[3]};
    }
done:
    free(values);
    if (status != WEFT_OK) {
        free(*steps);
        *steps = NULL;
        *count = 0;
    }
    return status;
}

/* csv.c: tables for spreadsheets and scripts. */
#include "report/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "os/files.h"

#define TABLE_MAX   (1u << 30) /* bytes of a file */
#define COLUMNS_MAX 64         /* columns of a file that are read */

/* Quoted where RFC 4180 asks for it. */
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

void csv_write_steps(FILE *out, const struct report_step *steps, size_t first, size_t end) {
    if (first == 0) {
        fputs("step,epoch,images,loss,accuracy\n", out);
    }
    for (size_t i = first; i < end; i++) {
        char loss[32], accuracy[32];
        fprintf(out, "%zu,%u,%u,%s,%s\n", i + 1, (unsigned)steps[i].epoch,
                (unsigned)steps[i].images, number_float(steps[i].loss, loss),
                number_double((double)steps[i].correct / (double)steps[i].images, accuracy));
    }
}

/* Which of ${names} each column of the file's head is; -1 for none. Returns how many columns there are. */
static size_t read_head(char *line, const char *const *names, size_t count,
                        int which[COLUMNS_MAX]) {
    size_t columns = 0;
    while (columns < COLUMNS_MAX) {
        char *end = line + strcspn(line, ",");
        bool last = *end == '\0';
        *end = '\0';
        which[columns] = -1;
        for (size_t i = 0; i < count; i++) {
            if (strcmp(line, names[i]) == 0) {
                which[columns] = (int)i;
            }
        }
        columns++;
        if (last) {
            break;
        }
        line = end + 1;
    }
    return columns;
}

/* One line of numbers into ${row}. An empty field stays NaN. Returns false for what is no number. */
static bool read_row(char *line, size_t columns, const int which[COLUMNS_MAX], double *row) {
    for (size_t i = 0; i < columns; i++) {
        size_t length = strcspn(line, ",");
        char *end = line + length;
        bool last = *end == '\0';
        *end = '\0';
        if (which[i] >= 0 && length > 0) {
            char *stop;
            row[which[i]] = strtod(line, &stop);
            if (stop != end) {
                return false;
            }
        }
        if (last) {
            return i + 1 == columns;
        }
        line = end + 1;
    }
    return false;
}

static size_t count_lines(const char *text) {
    size_t lines = 1;
    for (; *text != '\0'; text++) {
        lines += *text == '\n';
    }
    return lines;
}

/* Cuts the first line off ${text}. Returns it, and moves ${text} behind it. */
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
    enum weft_status status = os_file_read(path, TABLE_MAX, &text, &size, error);
    *values = NULL;
    *rows = 0;
    if (status != WEFT_OK) {
        return status;
    }
    rest = text;
    lines = count_lines(text);
    columns = read_head(next_line(&rest), names, count, which);
    *values = calloc(lines, count * sizeof **values);
    if (*values == NULL) {
        status = weft_fail(error, WEFT_FAILED, "%s: no memory for %zu lines", path, lines);
    }
    while (status == WEFT_OK && *rest != '\0') {
        double *row = *values + *rows * count;
        for (size_t i = 0; i < count; i++) {
            row[i] = NAN;
        }
        if (!read_row(next_line(&rest), columns, which, row)) {
            status = weft_fail(error, WEFT_BAD_FILE, "%s: line %zu: not numbers as the head says",
                               path, *rows + 2);
        }
        *rows += 1;
    }
    free(text);
    if (status != WEFT_OK) {
        free(*values);
        *values = NULL;
        *rows = 0;
    }
    return status;
}

/* A whole number from ${least} to 2^31. */
static bool is_count(double value, double least) {
    return value >= least && value <= 2147483648.0 && value == (double)(uint32_t)value;
}

enum weft_status csv_read_steps(const char *path, struct report_step **steps, size_t *count,
                                struct weft_error *error) {
    static const char *const names[] = {"step", "epoch", "images", "loss", "accuracy"};
    double *values;
    enum weft_status status = csv_read_columns(path, names, 5, &values, count, error);
    *steps = NULL;
    if (status != WEFT_OK) {
        return status;
    }
    *steps = calloc(*count + 1, sizeof **steps);
    if (*steps == NULL) {
        status = weft_fail(error, WEFT_FAILED, "%s: no memory for %zu steps", path, *count);
    }
    for (size_t i = 0; i < *count && status == WEFT_OK; i++) {
        const double *row = values + 5 * i;
        if (row[0] != (double)(i + 1) || !is_count(row[1], 1) || !is_count(row[2], 1) ||
            !(row[4] >= 0 && row[4] <= 1) || !isfinite(row[3]) || fabs(row[3]) > 1e30) {
            status = weft_fail(error, WEFT_BAD_FILE, "%s: line %zu: not a step", path, i + 2);
            break;
        }
        (*steps)[i] = (struct report_step){.epoch = (uint32_t)row[1],
                                           .images = (uint32_t)row[2],
                                           .correct = (uint32_t)(row[4] * row[2] + 0.5),
                                           .loss = (float)row[3]};
    }
    free(values);
    if (status != WEFT_OK) {
        free(*steps);
        *steps = NULL;
        *count = 0;
    }
    return status;
}

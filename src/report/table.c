/* table.c: numbers out of a CSV file that has a head: history.csv and steps.csv read back. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

#define TABLE_MAX   (1u << 30) /* bytes of a file */
#define COLUMNS_MAX 64         /* columns of a file that are looked at */

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

enum weft_status report_table(const char *path, const char *const *names, size_t count,
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

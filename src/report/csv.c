/* csv.c: tables for spreadsheets and scripts, written and read. */
#include "report/csv.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "base/try.h"
#include "os/files.h"

#define TABLE_MAX   (1u << 28) /* bytes of a file: six million steps */
#define COLUMNS_MAX 64         /* columns of a file that are read */

/* Adds ${field}, quoted if RFC 4180 requires it, or if a reader could drop a space or take it for
 * something else than a text. */
static void add_field(struct text *out, const char *field) {
    const size_t length = strlen(field);
    const bool plain = length > 0 && strchr(" \t=+-@", field[0]) == NULL &&
                       strchr(" \t", field[length - 1]) == NULL;
    if (plain && field[strcspn(field, ",\"\r\n")] == '\0') {
        text_add_bytes(out, field, length);
        return;
    }
    text_add_bytes(out, "\"", 1);
    for (; *field != '\0'; field++) {
        text_add_bytes(out, "\"\"", *field == '"' ? 1 : 0);
        text_add_bytes(out, field, 1);
    }
    text_add_bytes(out, "\"", 1);
}

void csv_add_confusion(struct text *out, const struct report_evaluation *evaluation,
                       const char *const *names) {
    size_t classes = evaluation->classes;
    for (size_t i = 0; i < classes; i++) {
        text_add_bytes(out, ",", 1);
        add_field(out, names[i]);
    }
    text_add_bytes(out, "\n", 1);
    for (size_t row = 0; row < classes; row++) {
        add_field(out, names[row]);
        for (size_t column = 0; column < classes; column++) {
            text_add(out, ",%llu",
                     (unsigned long long)evaluation->confusion[row * classes + column]);
        }
        text_add_bytes(out, "\n", 1);
    }
}

void csv_add_history(struct text *out, const struct report_epoch *history, size_t count) {
    bool validated = false;
    for (size_t i = 0; i < count; i++) {
        validated = validated || history[i].validated;
    }
    text_add(out, "epoch,accuracy,total_loss,mean_loss,seconds%s\n",
             validated ? ",validation_accuracy,validation_loss" : "");
    for (size_t i = 0; i < count; i++) {
        char accuracy[32], total[32], mean[32], seconds[32];
        text_add(
            out, "%zu,%s,%s,%s,%s", history[i].epoch, number_double(history[i].accuracy, accuracy),
            number_double(history[i].total_loss, total), number_double(history[i].mean_loss, mean),
            number_double(number_microseconds(history[i].seconds), seconds));
        if (history[i].validated) {
            text_add(out, ",%s,%s", number_double(history[i].validation_accuracy, accuracy),
                     number_double(history[i].validation_loss, total));
        } else if (validated) {
            text_add(out, ",,");
        }
        text_add(out, "\n");
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

/* Elements of ${size} bytes, whose number grows. */
struct list {
    char *elements;
    size_t count, capacity, size;
};

/* Returns the next element, or NULL without memory. */
static void *add_element(struct list *list) {
    if (list->count == list->capacity) {
        size_t capacity = list->capacity > 0 ? 2 * list->capacity : 256;
        char *larger = realloc(list->elements, capacity * list->size);
        if (larger == NULL) {
            return NULL;
        }
        list->elements = larger;
        list->capacity = capacity;
    }
    return list->elements + list->size * list->count++;
}

/* Stores a row of numbers in a new element. Returns false if it does not accept them. */
typedef bool take_row(const double *row, size_t index, size_t count, void *element);

/* Reads the columns ${names} of the file into ${list}, which the caller frees on success. A failure
 * of ${take} is "line N: ${what}". */
static enum weft_status read_table(const char *path, const char *const *names, size_t count,
                                   take_row *take, const char *what, struct list *list,
                                   struct weft_error *error) {
    char *text, *rest;
    double row[COLUMNS_MAX];
    int which[COLUMNS_MAX];
    size_t size, columns;
    enum weft_status status;
    TRY(os_text_read(path, TABLE_MAX, FILE_CSV, &text, &size, error));
    status = strlen(text) == size ? WEFT_OK
                                  : error_set(error, WEFT_BAD_FILE, "%s: it has a zero byte", path);
    rest = text;
    columns = read_head(next_line(&rest), names, count, which);
    while (status == WEFT_OK && *rest != '\0') {
        void *element = add_element(list);
        for (size_t i = 0; i < count; i++) {
            row[i] = NAN; /* unless the line sets it */
        }
        if (element == NULL) {
            status =
                error_set(error, WEFT_NO_MEMORY, "%s: no memory for %zu lines", path, list->count);
        } else if (!read_row(next_line(&rest), columns, which, row)) {
            status =
                error_set(error, WEFT_BAD_FILE, "%s: line %zu: not numbers as the head requires",
                          path, list->count + 1);
        } else if (!take(row, list->count - 1, count, element)) {
            status =
                error_set(error, WEFT_BAD_FILE, "%s: line %zu: %s", path, list->count + 1, what);
        }
    }
    free(text);
    if (status != WEFT_OK) {
        free(list->elements);
        *list = (struct list){0};
    }
    return status;
}

static bool take_numbers(const double *row, size_t index, size_t count, void *element) {
    (void)index;
    memcpy(element, row, count * sizeof *row);
    return true;
}

enum weft_status csv_read_columns(const char *path, const char *const *names, size_t count,
                                  double **values, size_t *rows, struct weft_error *error) {
    struct list list = {.size = count * sizeof **values};
    enum weft_status status = read_table(path, names, count, take_numbers, "", &list, error);
    *values = (double *)(void *)list.elements;
    *rows = list.count;
    return status;
}

/* Returns whether ${value} is an integer from 1 to 2^31. */
static bool is_count(double value) {
    return value >= 1 && value <= 2147483648.0 && value == (double)(uint32_t)value;
}

static bool take_step(const double *row, size_t index, size_t count, void *element) {
    (void)count;
    if (row[0] != (double)(index + 1) || !is_count(row[1]) || !is_count(row[2]) ||
        !(row[4] >= 0 && row[4] <= 1) || !isfinite(row[3]) || fabs(row[3]) > 1e30) {
        return false;
    }
    *(struct report_step *)element =
        (struct report_step){.epoch = (uint32_t)row[1],
                             .images = (uint32_t)row[2],
                             .correct = (uint32_t)(row[4] * row[2] + 0.5),
                             .loss = (float)row[3]};
    return true;
}

enum weft_status csv_read_steps(const char *path, struct report_step **steps, size_t *count,
                                struct weft_error *error) {
    static const char *const names[] = {"step", "epoch", "images", "loss", "accuracy"};
    struct list list = {.size = sizeof **steps};
    enum weft_status status = read_table(path, names, 5, take_step, "not a step", &list, error);
    *steps = (struct report_step *)(void *)list.elements;
    *count = list.count;
    return status;
}

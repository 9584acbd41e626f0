/* report.h: how results look: numbers, JSON, CSV, and the tables of a confusion matrix and of a
 * network.
 *
 * This belongs to the program, not to the library. Functions that take a FILE write to it and leave
 * it to the caller to ask ferror once at the end. Texts are ASCII but for what names bring
 * along. */
#ifndef WEFT_REPORT_H
#define WEFT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "weft/train.h"

/* numbers.c: the fewest digits that read back to the same bits: "0.01", "1e-05", "276.2". Returns
 * ${text}. */
char *number_float(float value, char text[32]);
char *number_double(double value, char text[32]);

/* Seconds rounded to a microsecond, so that times have no digits that mean nothing. */
double number_microseconds(double seconds);

/* json.c: a JSON value that grows in memory. Start with all zero; free with json_write_finish, or
 * print it, which frees it. ${key} is a member's name inside an object and NULL elsewhere. Where
 * memory ends, the value remembers it and json_write_take or json_write_print fails: no call in
 * between needs a check. */
struct json_writer {
    char *text;
    size_t length, size;
    bool failed;     /* no memory */
    bool indented;   /* set by the caller: objects get a line a member, arrays stay in one line */
    bool continued;  /* a value stands before, so the next one needs a comma */
    unsigned depth;  /* open brackets */
    unsigned arrays; /* open '[' */
};

/* Opens an object or array: ${bracket} is '{' or '['; and closes it: '}' or ']'. */
void json_write_open(struct json_writer *json, const char *key, char bracket);
void json_write_close(struct json_writer *json, char bracket);

/* ${value} NULL gives null. What is no UTF-8 becomes U+FFFD, since device names and paths may be
 * anything. */
void json_write_string(struct json_writer *json, const char *key, const char *value);
void json_write_integer(struct json_writer *json, const char *key, uint64_t value);
void json_write_bool(struct json_writer *json, const char *key, bool value);
void json_write_null(struct json_writer *json, const char *key);

/* Shortest text with the same bits; NaN and infinities, which JSON does not have, give null. */
void json_write_float(struct json_writer *json, const char *key, float value);
void json_write_double(struct json_writer *json, const char *key, double value);

/* As json_write_double, rounded to microseconds. */
void json_write_seconds(struct json_writer *json, const char *key, double value);

/* A value that is JSON already: a network's list of layers. */
void json_write_raw(struct json_writer *json, const char *key, const char *value);

/* Hands the text over in ${text}; the caller frees it. Fails with WEFT_FAILED when there was no
 * memory. */
enum weft_status json_write_take(struct json_writer *json, char **text, struct weft_error *error);

/* Writes the text and a newline to ${out}, flushes, and frees the value. Fails as
 * json_write_take. */
enum weft_status json_write_print(struct json_writer *json, FILE *out, struct weft_error *error);

void json_write_finish(struct json_writer *json);

/* events.c: what several events and run.json have in common. */

/* A device as a member ${key}, or, with ${key} NULL, its fields alone, into the object that is
 * open. */
void json_write_device(struct json_writer *json, const char *key, const struct weft_device *device);

/* The fields correct, accuracy, loss, classes and confusion, into the object that is open.
 * ${names}: a name a class. */
void json_write_results(struct json_writer *json, const struct weft_evaluation *evaluation,
                        const char *const *names);

/* confusion.c: the matrix with names, totals, recall, precision and accuracy; 97 columns for ten
 * classes of Fashion-MNIST. ${names}: a name a class; ${title} opens the first line: "test". */
void report_confusion(FILE *out, const char *title, const struct weft_evaluation *evaluation,
                      const char *const *names);

/* One line of history.csv. */
struct cli_history {
    size_t epoch; /* from 1 */
    double accuracy, total_loss, mean_loss, seconds;
    bool validated;                              /* the two below were measured */
    double validation_accuracy, validation_loss; /* of the held-out images, after the epoch */
};

/* One training step, a line of steps.csv: the first is step 1. */
struct cli_step {
    uint32_t epoch; /* from 1 */
    uint32_t images, correct;
    float loss; /* mean cross entropy of its images */
};

/* csv.c: lines end with a newline alone; a field with a comma, quote or line end is quoted as RFC
 * 4180 says. */

/* The matrix: first row and column hold the class names, the corner is empty. */
void report_confusion_csv(FILE *out, const struct weft_evaluation *evaluation,
                          const char *const *names);

/* "epoch,accuracy,total_loss,mean_loss,seconds" and a line an epoch; where one was validated also ",validation_accuracy,
 * validation_loss". */
void report_history_csv(FILE *out, const struct cli_history *history, size_t count);

/* Steps ${first} .. ${end} - 1 of ${steps}: "step,epoch,images,loss,accuracy"; the head only above the first of all. */
void report_steps_csv(FILE *out, const struct cli_step *steps, size_t first, size_t end);

/* Reads them back into ${steps}, which the caller frees. Fails with WEFT_BAD_FILE for a file that is no such table. */
enum weft_status report_steps_read(const char *path, struct cli_step **steps, size_t *count,
                                   struct weft_error *error);

/* table.c: reads the columns called ${names} (${count} of them) of the CSV file ${path} as numbers: ${values}, rows x count, which
 * the caller frees. A column that is not there, and an empty field, give NaN. Fails with WEFT_BAD_FILE. */
enum weft_status report_table(const char *path, const char *const *names, size_t count,
                              double **values, size_t *rows, struct weft_error *error);

/* summary.c: the layers as a table: name, kind, output of one image, parameters, FLOP forward of one image, and totals. Where it is wider
 * than ${columns}, without the kinds, and then without FLOP. */
void report_summary(FILE *out, const struct weft_network *network, int columns);

/* Trained floats of layer ${index} of ${network}. */
size_t report_layer_parameters(const struct weft_network *network, size_t index);

#endif

/* csv.h: tables for spreadsheets and scripts.
 *
 * Lines end with a newline alone. A field with a comma, quote or line end is quoted as RFC 4180
 * requires. */
#ifndef WEFT_REPORT_CSV_H
#define WEFT_REPORT_CSV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "report/confusion.h"

/* One epoch, a line of history.csv. */
struct report_epoch {
    size_t epoch; /* from 1 */
    double accuracy, total_loss, mean_loss, seconds;
    bool validated;                              /* the two values below were measured */
    double validation_accuracy, validation_loss; /* of the held-out images, after the epoch */
};

/* One training step, a line of steps.csv: the first is step 1. */
struct report_step {
    uint32_t epoch; /* from 1 */
    uint32_t images, correct;
    float loss; /* mean cross entropy of its images */
};

/* Adds the matrix to ${out}: first row and column hold the class names, the corner is empty. */
void csv_add_confusion(struct text *out, const struct report_evaluation *evaluation,
                       const char *const *names);

/* Adds "epoch,accuracy,total_loss,mean_loss,seconds" and a line for each epoch to ${out}. If any
 * epoch was validated, the line has ",validation_accuracy,validation_loss" too. */
void csv_add_history(struct text *out, const struct report_epoch *history, size_t count);

/* Adds steps ${first} .. ${end} - 1 of ${steps} to ${out}: "step,epoch,images,loss,accuracy". The
 * head is added only if ${first} is 0. */
void csv_add_steps(struct text *out, const struct report_step *steps, size_t first, size_t end);

/* Returns whether ${steps} are those of ${epochs}: their losses and correct images add up to those
 * of each epoch. Steps of another training do not. */
bool csv_steps_match(const struct report_step *steps, size_t count,
                     const struct report_epoch *epochs, size_t epoch_count);

/* Reads a file of csv_add_steps into ${steps}, which the caller frees. Fails with WEFT_BAD_FILE
 * for a file that is no such table. */
enum weft_status csv_read_steps(const char *path, struct report_step **steps, size_t *count,
                                struct weft_error *error);

/* Reads the ${count} columns named ${names} of the CSV file ${path} as numbers into ${values}
 * (rows x count), which the caller frees. A missing column and an empty field give NaN. Fails with
 * WEFT_BAD_FILE. */
enum weft_status csv_read_columns(const char *path, const char *const *names, size_t count,
                                  double **values, size_t *rows, struct weft_error *error);

#endif

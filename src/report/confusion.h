/* confusion.h: confusion matrices in words: true classes are rows, predictions are columns. */
#ifndef WEFT_REPORT_CONFUSION_H
#define WEFT_REPORT_CONFUSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/screen.h"

/* Classes up to which a matrix is a table, or has numbers in a figure. Of more classes the terminal
 * and a report get the most frequent confusions. */
enum { CONFUSION_TABLE_MAX = 40 };

/* The confusions in the list of a report. */
enum { CONFUSION_LIST_MAX = 100 };

/* The result of a model on images. Free with report_evaluation_finish. */
struct report_evaluation {
    size_t images, correct, classes;
    double accuracy;     /* correct / images */
    double loss;         /* mean cross entropy */
    uint64_t *confusion; /* classes x classes: a row for each true class, a column a prediction */
};

/* Frees what ${evaluation} holds and leaves it all zero. Harmless on all zero. */
void report_evaluation_finish(struct report_evaluation *evaluation);

struct confusion_matrix {
    const struct report_evaluation *evaluation;
    const char *const *names; /* the name of each class, UTF-8 */
    const char *title;
    bool normalize; /* shares of each row in place of counts */
};

/* Returns the images of true class ${row}. */
uint64_t confusion_row_total(const struct report_evaluation *evaluation, size_t row);

/* Returns the images that were predicted as class ${column}. */
uint64_t confusion_column_total(const struct report_evaluation *evaluation, size_t column);

/* Returns the value of a cell: the count, or the share of its row (0 if the row is empty). */
double confusion_value(const struct confusion_matrix *matrix, size_t row, size_t column);

/* Returns the largest value of all cells, at least a little above 0. */
double confusion_largest(const struct confusion_matrix *matrix);

/* Stores the ${most} cells off the diagonal that have most images in ${cells}, the first of equal
 * ones first: row x classes + column. Returns their number, which is less if there are no more. */
size_t confusion_worst(const struct report_evaluation *evaluation, size_t *cells, size_t most);

/* Prints the worst cells, with the numbers and the names of their classes. */
void confusion_print_list(FILE *out, const struct screen *screen,
                          const struct confusion_matrix *matrix);

/* Prints the matrix: a table with names, totals, recall, precision and accuracy, 97 columns wide
 * for the ten classes of Fashion-MNIST, with blue cells on a screen with colour. If the table is
 * wider than the screen and the shares fit, prints the share of each row in percent. Of more than
 * CONFUSION_TABLE_MAX classes, prints the list. */
void confusion_print(FILE *out, const struct screen *screen, const struct confusion_matrix *matrix);

#endif

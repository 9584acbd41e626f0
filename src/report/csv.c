/* csv.c: tables for spreadsheets and scripts. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

void report_confusion_csv(FILE *out, const struct weft_evaluation *evaluation,
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

void report_history_csv(FILE *out, const struct cli_history *history, size_t count) {
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

void report_steps_csv(FILE *out, const struct cli_step *steps, size_t first, size_t end) {
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

/* A whole number from ${least} to 2^31. */
static bool is_count(double value, double least) {
    return value >= least && value <= 2147483648.0 && value == (double)(uint32_t)value;
}

enum weft_status report_steps_read(const char *path, struct cli_step **steps, size_t *count,
                                   struct weft_error *error) {
    static const char *const names[] = {"step", "epoch", "images", "loss", "accuracy"};
    double *values;
    enum weft_status status = report_table(path, names, 5, &values, count, error);
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
        (*steps)[i] = (struct cli_step){.epoch = (uint32_t)row[1],
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

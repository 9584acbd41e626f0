/* csv.c: tables for spreadsheets and scripts. */
#include "report/report.h"

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

void weft_report_confusion_csv(FILE *out, const struct weft_evaluation *evaluation,
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

void weft_report_history_csv(FILE *out, const struct weft_history *history, size_t count) {
    fputs("epoch,accuracy,total_loss,mean_loss,seconds\n", out);
    for (size_t i = 0; i < count; i++) {
        char accuracy[32], total[32], mean[32], seconds[32];
        fprintf(out, "%zu,%s,%s,%s,%s\n", history[i].epoch,
                weft_number_double(history[i].accuracy, accuracy),
                weft_number_double(history[i].total_loss, total),
                weft_number_double(history[i].mean_loss, mean),
                weft_number_double(weft_number_microseconds(history[i].seconds), seconds));
    }
}

/* page_tables.c: the tables of a report. */
#include "report/html/page.h"

#include <string.h>

#include "report/label.h"

/* The value of fact ${name} of a run, or NULL. */
enum { DENSE = 16 }; /* classes from which on cells are small when printed */

static const char *fact_of(const struct page_run *run, const char *name) {
    for (size_t i = 0; i < run->fact_count; i++) {
        if (strcmp(run->facts[i].name, name) == 0) {
            return run->facts[i].value;
        }
    }
    return NULL;
}

/* One row: a value a run. Rows in which the runs differ are marked. */
static void write_fact(FILE *out, const struct page *page, const char *name) {
    const char *first = fact_of(&page->runs[0], name);
    bool differs = false;
    for (size_t i = 1; i < page->run_count; i++) {
        const char *value = fact_of(&page->runs[i], name);
        differs = differs || (first == NULL) != (value == NULL) ||
                  (first != NULL && strcmp(first, value) != 0);
    }
    fprintf(out, "<tr%s><th scope=\"row\">", differs ? " class=\"differs\"" : "");
    label_markup(out, name);
    fputs("</th>", out);
    for (size_t i = 0; i < page->run_count; i++) {
        const char *value = fact_of(&page->runs[i], name);
        fputs("<td>", out);
        label_markup(out, value != NULL ? value : "-");
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
}

void page_facts(FILE *out, const struct page *page) {
    fputs("<section>\n<h3>Options, device and result</h3>\n<div class=\"scroll\"><table "
          "class=\"facts\">\n",
          out);
    if (page->run_count > 1) {
        fputs("<thead><tr><th></th>", out);
        for (size_t i = 0; i < page->run_count; i++) {
            fputs("<th scope=\"col\">", out);
            label_markup(out, page->runs[i].name);
            fputs("</th>", out);
        }
        fputs("</tr></thead>\n", out);
    }
    fputs("<tbody>\n", out);
    for (size_t i = 0; i < page->run_count; i++) {
        const struct page_run *run = &page->runs[i];
        for (size_t k = 0; k < run->fact_count; k++) {
            bool written = false;
            for (size_t j = 0; j < i; j++) {
                written = written || fact_of(&page->runs[j], run->facts[k].name) != NULL;
            }
            if (!written) {
                write_fact(out, page, run->facts[k].name);
            }
        }
    }
    fputs("</tbody>\n</table></div>\n", out);
    if (page->run_count > 1) {
        fputs("<p class=\"note\">Marked rows differ.</p>\n", out);
    }
    fputs("</section>\n", out);
}

static uint64_t sum_of(const struct weft_evaluation *evaluation, size_t start, size_t stride) {
    uint64_t sum = 0;
    for (size_t i = 0; i < evaluation->classes; i++) {
        sum += evaluation->confusion[start + i * stride];
    }
    return sum;
}

/* A hundred classes have ten thousand cells, so that a cell is short: the script makes a button of it. */
static void write_cell(FILE *out, const struct page_run *run, enum weft_split split, size_t row,
                       size_t column) {
    const struct weft_evaluation *evaluation = &run->evaluations[split];
    uint64_t count = evaluation->confusion[row * evaluation->classes + column];
    double share =
        count > 0 ? (double)count / (double)sum_of(evaluation, row * evaluation->classes, 1) : 0;
    fputs(share > 0.5 ? "<td class=\"strong\"" : "<td", out);
    if (share >= 0.005) {
        fprintf(out, " style=\"--a:%.2f\"", share);
    }
    fprintf(out, ">%llu</td>", (unsigned long long)count);
}

void page_matrix(FILE *out, const struct page_run *run, size_t number, enum weft_split split) {
    const struct weft_evaluation *evaluation = &run->evaluations[split];
    size_t classes = evaluation->classes;
    fprintf(out,
            "<div class=\"scroll\"><table class=\"matrix%s\" id=\"matrix-r%zu-%s\">\n"
            "<caption>Confusion matrix: a row is a true class, a column a prediction</caption>\n"
            "<thead><tr><th></th>",
            classes > DENSE ? " dense" : "", number, weft_split_name(split));
    for (size_t i = 0; i < classes; i++) {
        fputs("<th scope=\"col\"><span>", out);
        label_markup(out, run->names[i]);
        fputs("</span></th>", out);
    }
    fputs("<th scope=\"col\"><span>total</span></th></tr></thead>\n<tbody>\n", out);
    for (size_t row = 0; row < classes; row++) {
        fputs("<tr><th scope=\"row\" title=\"", out);
        label_markup(out, run->names[row]);
        fputs("\">", out);
        label_markup(out, run->names[row]);
        fputs("</th>", out);
        for (size_t column = 0; column < classes; column++) {
            write_cell(out, run, split, row, column);
        }
        fprintf(out, "<td class=\"total\">%llu</td></tr>\n",
                (unsigned long long)sum_of(evaluation, row * classes, 1));
    }
    fputs("</tbody>\n</table></div>\n", out);
}

/* A share with three digits, a dash where there is nothing to share. */
static void write_share(FILE *out, double part, double total) {
    if (total > 0) {
        fprintf(out, "<td>%.3f</td>", part / total);
    } else {
        fputs("<td>-</td>", out);
    }
}

void page_classes(FILE *out, const struct page_run *run, enum weft_split split) {
    const struct weft_evaluation *evaluation = &run->evaluations[split];
    size_t classes = evaluation->classes;
    fputs("<div class=\"scroll\"><table class=\"classes\">\n<thead><tr><th "
          "scope=\"col\">class</th><th scope=\"col\">images</th><th scope=\"col\">recall</th>"
          "<th scope=\"col\">precision</th><th scope=\"col\">F1</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < classes; i++) {
        double right = (double)evaluation->confusion[i * classes + i];
        double truth = (double)sum_of(evaluation, i * classes, 1);
        double predicted = (double)sum_of(evaluation, i, classes);
        fputs("<tr><th scope=\"row\" title=\"", out);
        label_markup(out, run->names[i]);
        fputs("\">", out);
        label_markup(out, run->names[i]);
        fprintf(out, "</th><td>%.0f</td>", truth);
        write_share(out, right, truth);
        write_share(out, right, predicted);
        /* F1 = 2 P R / (P + R) = 2 right / (truth + predicted) */
        write_share(out, 2 * right, truth + predicted);
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table></div>\n", out);
}

void page_epochs(FILE *out, const struct page_run *run) {
    fprintf(out,
            "<details><summary>The %zu %s as numbers</summary>\n<div class=\"scroll\"><table "
            "class=\"epochs\">\n<thead><tr><th>epoch</th><th>accuracy</th><th>total loss</th>"
            "<th>mean loss</th><th>seconds</th><th>held out: accuracy</th><th>loss</th></tr>"
            "</thead>\n<tbody>\n",
            run->epochs, run->epochs == 1 ? "epoch" : "epochs");
    for (size_t i = 0; i < run->epochs; i++) {
        const struct report_epoch *history = &run->history[i];
        fprintf(out, "<tr><td>%zu</td><td>%.4f</td><td>%.2f</td><td>%.4f</td><td>%.2f</td>",
                history->epoch, history->accuracy, history->total_loss, history->mean_loss,
                history->seconds);
        if (history->validated) {
            fprintf(out, "<td>%.4f</td><td>%.4f</td></tr>\n", history->validation_accuracy,
                    history->validation_loss);
        } else {
            fputs("<td>-</td><td>-</td></tr>\n", out);
        }
    }
    fputs("</tbody>\n</table></div>\n</details>\n", out);
}

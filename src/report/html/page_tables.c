/* page_tables.c: the tables of a report. */
#include "report/html/page.h"

#include <string.h>

#include "report/confusion.h"
#include "report/label.h"

enum { DENSE = 16 }; /* classes above which cells are small when printed */

/* Returns the value of the fact ${name} of a run, or NULL. */
static const char *fact_of(const struct page_run *run, const char *name) {
    for (size_t i = 0; i < run->fact_count; i++) {
        if (strcmp(run->facts[i].name, name) == 0) {
            return run->facts[i].value;
        }
    }
    return NULL;
}

/* Writes a row with a value for each run. A row in which the runs differ is marked. */
static void write_fact(FILE *out, const struct page *page, const char *name) {
    const char *first = fact_of(&page->runs[0], name);
    bool differs = false;
    for (size_t i = 1; i < page->run_count; i++) {
        const char *value = fact_of(&page->runs[i], name);
        differs = differs || (first == NULL) != (value == NULL) ||
                  (first != NULL && strcmp(first, value) != 0);
    }
    fprintf(out, "<tr%s>", differs ? " class=\"differs\"" : "");
    label_markup(out, "<th scope=\"row\">", name, "</th>");
    for (size_t i = 0; i < page->run_count; i++) {
        const char *value = fact_of(&page->runs[i], name);
        label_markup(out, "<td>", value != NULL ? value : "-", "</td>");
    }
    fputs("</tr>\n", out);
}

static bool is_in_earlier_run(const struct page *page, size_t run, const char *name) {
    for (size_t i = 0; i < run; i++) {
        if (fact_of(&page->runs[i], name) != NULL) {
            return true;
        }
    }
    return false;
}

void page_facts(FILE *out, const struct page *page) {
    fputs("<section>\n<h3>Options, device and result</h3>\n<div class=\"scroll\"><table "
          "class=\"facts\">\n",
          out);
    if (page->run_count > 1) {
        fputs("<thead><tr><th></th>", out);
        for (size_t i = 0; i < page->run_count; i++) {
            label_markup(out, "<th scope=\"col\">", page->runs[i].name, "</th>");
        }
        fputs("</tr></thead>\n", out);
    }
    fputs("<tbody>\n", out);
    for (size_t i = 0; i < page->run_count; i++) {
        const struct page_run *run = &page->runs[i];
        for (size_t k = 0; k < run->fact_count; k++) {
            if (!is_in_earlier_run(page, i, run->facts[k].name)) {
                write_fact(out, page, run->facts[k].name);
            }
        }
    }
    fputs("</tbody>\n</table></div>\n", out);
    if (page->run_count > 1) {
        fputs("<p class=\"note\">The runs differ in the marked rows.</p>\n", out);
    }
    fputs("</section>\n", out);
}

/* Forty classes have 1,600 cells, so a cell is short: the script makes it a button. */
static void write_cell(FILE *out, uint64_t count, uint64_t total) {
    double share = count > 0 ? (double)count / (double)total : 0;
    fputs(share > 0.5 ? "<td class=\"strong\"" : "<td", out);
    if (share >= 0.005) {
        fprintf(out, " style=\"--a:%.2f\"", share);
    }
    fprintf(out, ">%llu</td>", (unsigned long long)count);
}

/* Writes the name of a class into a cell that ${begin} and ${end} make, where it may be cut: the
 * title shows all of it. */
static void write_class(FILE *out, const char *begin, const char *name, const char *end) {
    fputs(begin, out);
    label_markup(out, " title=\"", name, "\">");
    label_markup(out, "", name, end);
}

/* Writes the table of all counts. */
static void write_matrix(FILE *out, const struct page_run *run, size_t number,
                         enum weft_split split) {
    const struct report_evaluation *evaluation = &run->evaluations[split];
    size_t classes = evaluation->classes;
    fprintf(out,
            "<div class=\"scroll\"><table class=\"cells matrix%s\" id=\"matrix-r%zu-%s\">\n"
            "<caption>Confusion matrix: rows are true classes, columns are predictions</caption>\n"
            "<thead><tr><th></th>",
            classes > DENSE ? " dense" : "", number, weft_split_name(split));
    for (size_t i = 0; i < classes; i++) {
        label_markup(out, "<th scope=\"col\"><span>", run->names[i], "</span></th>");
    }
    fputs("<th scope=\"col\"><span>total</span></th></tr></thead>\n<tbody>\n", out);
    for (size_t row = 0; row < classes; row++) {
        uint64_t total = confusion_row_total(evaluation, row);
        write_class(out, "<tr><th scope=\"row\"", run->names[row], "</th>");
        for (size_t column = 0; column < classes; column++) {
            write_cell(out, evaluation->confusion[row * classes + column], total);
        }
        fprintf(out, "<td class=\"total\">%llu</td></tr>\n", (unsigned long long)total);
    }
    fputs("</tbody>\n</table></div>\n", out);
}

/* Writes the most frequent confusions. The script finds the cell of a row in data-cell. */
static void write_list(FILE *out, const struct page_run *run, size_t number,
                       enum weft_split split) {
    const struct report_evaluation *evaluation = &run->evaluations[split];
    const size_t classes = evaluation->classes;
    size_t cells[CONFUSION_LIST_MAX];
    const size_t count = confusion_worst(evaluation, cells, CONFUSION_LIST_MAX);
    fprintf(out,
            "<div class=\"scroll long\"><table class=\"cells list\" id=\"matrix-r%zu-%s\">\n"
            "<caption>The most frequent confusions of %zu classes%s</caption>\n<thead><tr><th "
            "scope=\"col\">images</th>"
            "<th scope=\"col\">share</th><th scope=\"col\">true class</th>"
            "<th scope=\"col\">prediction</th></tr></thead>\n<tbody>\n",
            number, weft_split_name(split), classes, count == 0 ? ": none" : "");
    for (size_t i = 0; i < count; i++) {
        const size_t row = cells[i] / classes, column = cells[i] % classes;
        const uint64_t images = evaluation->confusion[cells[i]];
        fprintf(out, "<tr data-cell=\"%zu-%zu\"><td>%llu</td><td>%.1f&nbsp;%%</td>", row, column,
                (unsigned long long)images,
                100 * (double)images / (double)confusion_row_total(evaluation, row));
        write_class(out, "<td", run->names[row], "</td>");
        write_class(out, "<td", run->names[column], "</td>");
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table></div>\n", out);
}

void page_matrix(FILE *out, const struct page_run *run, size_t number, enum weft_split split) {
    if (run->evaluations[split].classes > CONFUSION_TABLE_MAX) {
        write_list(out, run, number, split);
    } else {
        write_matrix(out, run, number, split);
    }
}

/* Writes a share with three decimals, or a dash where there is nothing to share. */
static void write_share(FILE *out, double part, double total) {
    if (total > 0) {
        fprintf(out, "<td>%.3f</td>", part / total);
    } else {
        fputs("<td>-</td>", out);
    }
}

void page_classes(FILE *out, const struct page_run *run, enum weft_split split) {
    const struct report_evaluation *evaluation = &run->evaluations[split];
    size_t classes = evaluation->classes;
    fprintf(out, "<div class=\"scroll%s\">", classes > CONFUSION_TABLE_MAX ? " long" : "");
    fputs("<table class=\"classes\">\n<thead><tr><th "
          "scope=\"col\">class</th><th scope=\"col\">images</th><th scope=\"col\">recall</th>"
          "<th scope=\"col\">precision</th><th scope=\"col\">F1</th></tr></thead>\n<tbody>\n",
          out);
    for (size_t i = 0; i < classes; i++) {
        double right = (double)evaluation->confusion[i * classes + i];
        double truth = (double)confusion_row_total(evaluation, i);
        double predicted = (double)confusion_column_total(evaluation, i);
        write_class(out, "<tr><th scope=\"row\"", run->names[i], "</th>");
        fprintf(out, "<td>%.0f</td>", truth);
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

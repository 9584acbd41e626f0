/* page.c: the frame of a report, and the data of its script:
 *
 *   {"width": 28, "height": 28, "columns": 50,
 *    "runs": [{"classes": [...], "train": [...], "test": [...]}]}
 *
 * with [true class, predicted class, index in its split, probability, number in the sprite] for
 * each image. */
#include "report/html/page.h"

#include <math.h>
#include <stdlib.h>

#include "base/json_write.h"
#include "base/try.h"
#include "report/figures.h"
#include "report/label.h"
#include "report/png.h"

static void json_pictures(struct json_writer *json, const struct page_run *run,
                          enum weft_split split) {
    json_write_open(json, weft_split_name(split), '[');
    for (size_t i = 0; i < run->picture_count[split]; i++) {
        const struct page_picture *picture = &run->pictures[split][i];
        json_write_open(json, NULL, '[');
        json_write_integer(json, NULL, picture->truth);
        json_write_integer(json, NULL, picture->predicted);
        json_write_integer(json, NULL, picture->index);
        json_write_double(json, NULL, round((double)picture->probability * 1e4) / 1e4);
        json_write_integer(json, NULL, picture->sprite);
        json_write_close(json, ']');
    }
    json_write_close(json, ']');
}

/* Writes the data of the script. A "<" can only be inside a string, and must not end the script. */
static enum weft_status write_data(FILE *out, const struct page *page, struct weft_error *error) {
    struct json_writer json = {0};
    char *text;
    json_write_open(&json, NULL, '{');
    json_write_integer(&json, "width", page->width);
    json_write_integer(&json, "height", page->height);
    json_write_integer(&json, "columns", page->columns);
    json_write_open(&json, "runs", '[');
    for (size_t i = 0; i < page->run_count; i++) {
        const struct page_run *run = &page->runs[i];
        json_write_open(&json, NULL, '{');
        json_write_open(&json, "classes", '[');
        for (size_t k = 0; k < run->evaluations[WEFT_SPLIT_TEST].classes; k++) {
            json_write_string(&json, NULL, run->names[k]);
        }
        json_write_close(&json, ']');
        json_pictures(&json, run, WEFT_SPLIT_TRAIN);
        json_pictures(&json, run, WEFT_SPLIT_TEST);
        json_write_close(&json, '}');
    }
    json_write_close(&json, ']');
    json_write_close(&json, '}');
    TRY(json_write_take(&json, &text, error));
    for (const char *c = text; *c != '\0'; c++) {
        fputs(*c == '<' ? "\\u003c" : (char[2]){*c}, out);
    }
    free(text);
    return WEFT_OK;
}

static void write_split(FILE *out, const struct page_run *run, size_t number,
                        enum weft_split split) {
    const struct report_evaluation *evaluation = &run->evaluations[split];
    if (evaluation->classes == 0) {
        return;
    }
    fprintf(
        out,
        "<section>\n<h3>%s images: accuracy %.2f %%</h3>\n<p class=\"note\">%zu of %zu, mean loss "
        "%.4f. <span class=\"hint\">Click a number to see its images.</span></p>\n",
        split == WEFT_SPLIT_TRAIN ? "Training" : "Test", 100 * evaluation->accuracy,
        evaluation->correct, evaluation->images, evaluation->loss);
    fputs("<div class=\"pair\">\n", out);
    page_matrix(out, run, number, split);
    page_classes(out, run, split);
    fprintf(
        out,
        "</div>\n<div class=\"pictures empty\" id=\"pictures-r%zu-%s\" aria-live=\"polite\">"
        "<p class=\"note\">The images of a cell appear here. Click its number, or select it with "
        "Tab, the arrow keys and Enter.</p></div>\n",
        number, weft_split_name(split));
    fputs("</section>\n", out);
}

static enum weft_status write_run(FILE *out, const struct page *page, size_t number,
                                  struct weft_error *error) {
    const struct page_run *run = &page->runs[number];
    struct curves curves = {run->history, run->epochs, run->steps, run->step_count};
    struct canvas canvas;
    fputs("<article>\n", out);
    if (page->run_count > 1) {
        label_markup(out, "<h2>", run->name, "</h2>\n");
    }
    write_split(out, run, number, WEFT_SPLIT_TEST);
    fputs("<section>\n<h3>Curves</h3>\n<div class=\"curves\">\n", out);
    for (int panel = 0; panel < 2; panel++) {
        canvas_inside(&canvas, out);
        figure_curve(&canvas, &curves, panel == 1);
        TRY(canvas_commit(&canvas, error));
    }
    fputs("</div>\n", out);
    page_epochs(out, run);
    fputs("</section>\n", out);
    write_split(out, run, number, WEFT_SPLIT_TRAIN);
    fputs("</article>\n", out);
    return WEFT_OK;
}

static void write_head(FILE *out, const struct page *page) {
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>weft: ",
          out);
    for (size_t i = 0; i < page->run_count; i++) {
        label_markup(out, i > 0 ? ", " : "", page->runs[i].name, "");
    }
    fprintf(out, "</title>\n<style>\n%s", page_css);
    if (page->sprite != NULL) {
        fputs(":root { --sprite: url(data:image/png;base64,", out);
        report_png_base64(out, page->sprite, page->sprite_size);
        fputs("); }\n", out);
    }
    fputs("</style>\n</head>\n<body>\n", out);
}

/* Writes the heading, and the result in a sentence. */
static void write_summary(FILE *out, const struct page *page) {
    const struct report_evaluation *test = &page->runs[0].evaluations[WEFT_SPLIT_TEST];
    fputs("<header>\n<h1>", out);
    if (page->run_count > 1) {
        fprintf(out, "%zu trainings side by side", page->run_count);
    } else {
        label_markup(out, "Training ", page->runs[0].name, "");
    }
    fputs("</h1>\n", out);
    if (page->run_count == 1 && test->classes > 0) {
        fprintf(out,
                "<p class=\"lead\">%zu of %zu test images are classified correctly: accuracy %.4f "
                "after %zu "
                "%s.</p>\n",
                test->correct, test->images, test->accuracy, page->runs[0].epochs,
                page->runs[0].epochs == 1 ? "epoch" : "epochs");
    }
    fputs("</header>\n", out);
}

enum weft_status page_write(FILE *out, const struct page *page, struct weft_error *error) {
    write_head(out, page);
    write_summary(out, page);
    if (page->run_count > 1) {
        page_facts(out, page);
    }
    fputs("<main class=\"runs\">\n", out);
    for (size_t i = 0; i < page->run_count; i++) {
        TRY(write_run(out, page, i, error));
    }
    fputs("</main>\n", out);
    if (page->run_count == 1) {
        page_facts(out, page);
    }
    fputs("<noscript><p class=\"note\">The images of a cell need JavaScript. All else works "
          "without it.</p></noscript>\n<script type=\"application/json\" id=\"data\">",
          out);
    TRY(write_data(out, page, error));
    fprintf(out, "</script>\n<script>\n%s</script>\n</body>\n</html>\n", page_js);
    return WEFT_OK;
}

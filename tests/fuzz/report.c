/* report.c: a foreign run folder: run.json and steps.csv as two parts. In the page, no text of
 * these files opens a tag or holds a control character. */
#include "fuzz.h"

#include "cli/report/report.h"
#include "report/figures.h"

static void check_page(const struct page *page) {
    char *text = NULL;
    size_t size = 0;
    struct weft_error error = {0};
    FILE *stream = open_memstream(&text, &size);
    REQUIRE(page_write(stream, page, &error) == WEFT_OK && fclose(stream) == 0);
    REQUIRE(strstr(text, "<PWN") == NULL && strlen(text) == size);
    for (size_t i = 0; i < size; i++) {
        REQUIRE((unsigned char)text[i] >= ' ' || text[i] == '\n' || text[i] == '\t');
    }
    free(text);
}

static void draw(const struct page_run *run) {
    struct curves curves = {run->history, run->epochs, run->steps, run->step_count};
    struct canvas canvas;
    struct weft_error error = {0};
    struct text text = {0};
    REQUIRE(canvas_open(&canvas, path_of("curves.svg"), 0, &error) == WEFT_OK);
    figure_curves(&canvas, &curves);
    REQUIRE(canvas_commit(&canvas, &error) == WEFT_OK);
    for (int split = 0; split < WEFT_SPLIT_COUNT; split++) {
        csv_add_confusion(&text, &run->evaluations[split], (const char *const *)run->names);
    }
    free(text_take(&text));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    struct page_run run = {0};
    struct page page = {.runs = &run, .run_count = 1};
    struct weft_error error = {0};
    const struct cli_options options = {.quiet = true};
    char data[4096] = "";
    enum weft_status status;
    write_file("run.json", take_part(&rest));
    write_file("steps.csv", rest);
    status = cli_report_run_read(&options, path_of(""), &run, data, &error);
    if (status == WEFT_OK) {
        check_page(&page);
        draw(&run);
    } else {
        require_failure(status, &error);
    }
    cli_report_run_finish(&run);
    return 0;
}

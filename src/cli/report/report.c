/* report.c: weft report: one HTML file of one or more runs. */
#include "cli/report/parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/run_folder.h"
#include "os/files.h"

enum { RUNS_MAX = 16 };

static const char notes[] =
    "The file needs no network: options, device, hash, curves, matrices and the images behind\n"
    "each cell are in it. Several runs stand side by side. The images come from the data folder\n"
    "of the run (or --data), and take an evaluation on --device.\n";

struct options {
    struct cli_options common;
    const char *out, *curves;
    bool no_images;
    int theme;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_FILE("out", out,
                "(default: report.html in the run folder; of several runs,\n"
                "report.html here)"),
    OPTION_FLAG("no-images", no_images,
                "no images behind the cells: needs neither data nor device"),
    OPTION_FILE("curves", curves,
                "no report: draws loss and accuracy of the run: .png, .svg or\n"
                ".pdf"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "of that figure"),
    {.name = NULL},
};

static enum weft_status read_runs(const struct options *options, struct page *page,
                                  char (*data)[4096], struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < options->common.operand_count && status == WEFT_OK; i++) {
        page->run_count++;
        status = cli_report_run_read(options->common.operands[i], &page->runs[i], data[i], error);
    }
    return status;
}

static enum weft_status write_page(const struct page *page, const char *path,
                                   struct weft_error *error) {
    struct os_file file = {0};
    enum weft_status status = os_file_create(&file, path, error);
    if (status != WEFT_OK) {
        return status;
    }
    status = page_write(file.stream, page, error);
    if (status == WEFT_OK) {
        return os_file_commit(&file, error);
    }
    os_file_abandon(&file);
    return status;
}

static enum weft_status print_done(const struct options *options, const struct page *page,
                                   const char *path, struct weft_error *error) {
    struct json_writer json = {0};
    size_t images = 0;
    if (!options->common.json) {
        printf("report: %s\n", path);
        return WEFT_OK;
    }
    for (size_t i = 0; i < page->run_count; i++) {
        images += page->runs[i].picture_count[WEFT_SPLIT_TRAIN] +
                  page->runs[i].picture_count[WEFT_SPLIT_TEST];
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "report");
    json_write_string(&json, "out", path);
    json_write_integer(&json, "runs", page->run_count);
    json_write_integer(&json, "images", images);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

/* --curves: the figure of one run. */
static enum weft_status draw_curves(const struct options *options, const struct page *page,
                                    struct weft_error *error) {
    const struct page_run *run = &page->runs[0];
    struct curves curves = {run->history, run->epochs, run->steps, run->step_count};
    struct json_writer json = {0};
    enum weft_status status =
        cli_figures_curves(options->curves, (enum canvas_theme)options->theme, &curves, error);
    if (status != WEFT_OK) {
        return status;
    }
    if (!options->common.json) {
        printf("curves: %s\n", options->curves);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "curves");
    json_write_string(&json, "out", options->curves);
    json_write_integer(&json, "epochs", run->epochs);
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

/* What does not fit together. */
static enum weft_status check(const struct options *options, struct weft_error *error) {
    if (options->common.operand_count > RUNS_MAX) {
        return weft_fail(error, WEFT_USAGE, "report: %zu runs, but at most %d",
                         options->common.operand_count, RUNS_MAX);
    }
    if (options->curves == NULL) {
        return WEFT_OK;
    }
    if (options->common.operand_count > 1 || options->out != NULL) {
        return weft_fail(error, WEFT_USAGE, "--curves: %s",
                         options->out != NULL ? "it takes the place of the report: no --out"
                                              : "it draws one run");
    }
    return canvas_check(options->curves, error) == WEFT_OK ? WEFT_OK
                                                           : weft_error_context(error, "--curves");
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct options *options = given;
    struct page page = {0};
    char(*data)[4096] = NULL, path[4096] = "report.html";
    enum weft_status status = check(options, error);
    if (status != WEFT_OK) {
        return status;
    }
    page.runs = calloc(options->common.operand_count, sizeof *page.runs);
    data = calloc(options->common.operand_count, sizeof *data);
    if (page.runs == NULL || data == NULL) {
        status = weft_fail(error, WEFT_FAILED, "report: no memory");
    }
    if (status == WEFT_OK) {
        status = read_runs(options, &page, data, error);
    }
    if (status == WEFT_OK && options->curves == NULL && !options->no_images) {
        status = cli_report_images(&options->common, &page, data, error);
    }
    if (status == WEFT_OK && options->out != NULL) {
        snprintf(path, sizeof path, "%s", options->out);
    } else if (status == WEFT_OK && page.run_count == 1) {
        struct cli_run run = {0};
        strcpy(run.path, page.runs[0].name);
        cli_run_path(&run, "report.html", path);
    }
    if (status == WEFT_OK && options->curves != NULL) {
        status = draw_curves(options, &page, error);
    } else if (status == WEFT_OK && (status = write_page(&page, path, error)) == WEFT_OK) {
        status = print_done(options, &page, path, error);
    }
    for (size_t i = 0; i < page.run_count; i++) {
        cli_report_run_finish(&page.runs[i]);
    }
    free(page.runs);
    free(page.sprite);
    free(data);
    return status;
}

const struct cli_command cli_command_report = {
    .name = "report",
    .summary = "one HTML file of a run, or of several side by side",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .operand = CLI_OPERAND_SEVERAL,
    .operand_name = "RUN...",
    .notes = notes,
    .examples = "weft report run-1\n"
                "weft report run-1 run-2 --out both.html\n",
};

/* report.c: weft report: one HTML file of one or more runs. */
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/figures.h"
#include "cli/json.h"
#include "cli/outputs.h"
#include "cli/report/report.h"
#include "cli/run_folder.h"
#include "os/files.h"
#include "os/lock.h"
#include "os/process.h"
#include "report/html/page.h"
#include "report/screen.h"

enum { RUNS_MAX = 16 };

static const char notes[] =
    "The file needs no network. It contains options, device, hash, curves, matrices, and the\n"
    "images of each cell. Several runs are shown side by side. The images come from --data, and\n"
    "need an evaluation on --device. A folder that only run.json names is not opened.\n"
    "Without data or a device the report has no images, unless one of them was named.\n";

struct options {
    struct cli_options common;
    const char *out, *curves;
    bool no_images;
    int theme;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_FILE("out", out,
                "the report (default: report.html in the run folder, or here\n"
                "for several runs)"),
    OPTION_FLAG("no-images", no_images,
                "omit the images of the cells: needs neither data nor device"),
    OPTION_FILE("curves", curves,
                "instead of a report, draws loss and accuracy of the run:\n"
                ".png, .svg or .pdf"),
    OPTION_CHOICE("theme", theme, "light", cli_theme_names, "colours of that figure"),
    {.name = NULL},
};

/* Stores the path of the page in ${path}. */
static void choose_path(const struct options *options, const struct page *page, char path[4096]) {
    if (options->out != NULL) {
        snprintf(path, 4096, "%s", options->out);
    } else if (page->run_count == 1) {
        cli_run_path(page->runs[0].name, "report.html", path);
    } else {
        strcpy(path, "report.html");
    }
}

static enum weft_status write_page(const struct page *page, const char *path,
                                   struct weft_error *error) {
    struct os_file file = {0};
    enum weft_status status;
    TRY(os_file_create(&file, path, error));
    TRY_OR(done, page_write(file.stream, page, error));
    TRY_OR(done, os_file_commit(&file, error));
done:
    os_file_abandon(&file);
    return status;
}

static enum weft_status print_done(const struct options *options, const struct page *page,
                                   const char *path, struct weft_error *error) {
    struct json_writer json;
    size_t images = 0;
    if (!cli_event_begin(&json, options->common.json, "report")) {
        screen_print("report: %s\n", path);
        return WEFT_OK;
    }
    for (size_t i = 0; i < page->run_count; i++) {
        images += page->runs[i].picture_count[WEFT_SPLIT_TRAIN] +
                  page->runs[i].picture_count[WEFT_SPLIT_TEST];
    }
    json_write_string(&json, "out", path);
    json_write_integer(&json, "runs", page->run_count);
    json_write_integer(&json, "images", images);
    return cli_event_end(&json, error);
}

static enum weft_status draw_curves(const struct options *options, const struct page_run *run,
                                    struct weft_error *error) {
    struct curves curves = {run->history, run->epochs, run->steps, run->step_count};
    struct json_writer json;
    TRY(cli_figures_curves(options->curves, (enum canvas_theme)options->theme, &curves, error));
    if (!cli_event_begin(&json, options->common.json, "curves")) {
        screen_print("curves: %s\n", options->curves);
        return WEFT_OK;
    }
    json_write_string(&json, "out", options->curves);
    json_write_integer(&json, "epochs", run->epochs);
    return cli_event_end(&json, error);
}

/* Fails for options that contradict each other. */
static enum weft_status check(const struct options *options, struct weft_error *error) {
    const struct cli_file files[] = {{CLI_FILE_OUTPUT, "--out", options->out},
                                     {CLI_FILE_OUTPUT, "--curves", options->curves},
                                     {.option = NULL}};
    if (options->common.operand_count > RUNS_MAX) {
        return error_set(error, WEFT_USAGE, "report: %zu runs, but at most %d",
                         options->common.operand_count, RUNS_MAX);
    }
    if (options->curves != NULL && options->out != NULL) {
        return error_set(error, WEFT_USAGE, "--curves: it replaces the report: no --out");
    }
    if (options->curves != NULL && options->common.operand_count > 1) {
        return error_set(error, WEFT_USAGE, "--curves: it draws one run");
    }
    if (options->curves != NULL && canvas_check(options->curves, error) != WEFT_OK) {
        return error_context(error, "--curves");
    }
    return cli_outputs_check(&options->common, files, error);
}

static enum weft_status check_interrupt(struct weft_error *error) {
    return !os_interrupted()
               ? WEFT_OK
               : error_set(error, WEFT_INTERRUPTED, "report: interrupted; nothing was written");
}

/* Reads the runs into ${page}, and draws the curves or writes the page. No training writes a run
 * folder while it gets its report: ${lock}, which the caller releases. */
static enum weft_status make(const struct options *options, struct page *page, char (*data)[4096],
                             struct os_lock *lock, struct weft_error *error) {
    char path[4096];
    const char *folder = options->common.operands[0];
    if (options->out == NULL && options->curves == NULL && options->common.operand_count == 1 &&
        os_exists(cli_run_path(folder, "run.json", path))) {
        TRY(os_lock_take(lock, folder, error));
    }
    for (size_t i = 0; i < options->common.operand_count; i++) {
        page->run_count++;
        TRY(cli_report_run_read(&options->common, options->common.operands[i], &page->runs[i],
                                data[i], error));
    }
    choose_path(options, page, path);
    TRY(check_interrupt(error));
    TRY(os_file_check(options->curves != NULL ? options->curves : path, error));
    if (options->curves != NULL) {
        return draw_curves(options, &page->runs[0], error);
    }
    if (!options->no_images) {
        TRY(cli_report_images(&options->common, page, data, error));
        TRY(check_interrupt(error));
    }
    TRY(write_page(page, path, error));
    return print_done(options, page, path, error);
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct options *options = given;
    size_t count = options->common.operand_count;
    struct page page = {0};
    struct os_lock lock = {0};
    char(*data)[4096];
    enum weft_status status;
    os_catch_interrupts();
    TRY(check(options, error));
    page.runs = calloc(count, sizeof *page.runs);
    data = calloc(count, sizeof *data);
    if (page.runs != NULL && data != NULL) {
        status = make(options, &page, data, &lock, error);
    } else {
        status = error_set(error, WEFT_NO_MEMORY, "report: no memory");
    }
    for (size_t i = 0; i < page.run_count; i++) {
        cli_report_run_finish(&page.runs[i]);
    }
    free(page.runs);
    free(page.sprite);
    free(data);
    os_lock_release(&lock);
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

/* figures.c: results on the screen and as files. */
#include "cli/figures.h"

#include <limits.h>
#include <stdlib.h>

#include "base/try.h"
#include "cli/messages.h"
#include "cli/options.h"
#include "os/files.h"
#include "report/csv.h"

const char *const cli_theme_names[] = {"light", "dark", NULL};

void cli_figures_print_confusion(enum weft_split split, const struct report_evaluation *evaluation,
                                 const char *const *names) {
    struct screen screen = screen_of_stdout(INT_MAX);
    struct confusion_matrix matrix = {
        .evaluation = evaluation, .names = names, .title = weft_split_name(split)};
    confusion_print(stdout, &screen, &matrix);
}

enum weft_status cli_figures_failed(const struct cli_options *options,
                                    const struct weft_error *reason, struct weft_error *error) {
    if (reason->status == WEFT_INTERRUPTED) {
        return error_set(error, WEFT_INTERRUPTED, "%s", reason->message);
    }
    cli_message_warning(options, "picture-failed", "no picture: %s", reason->message);
    return WEFT_OK;
}

bool cli_figures_check(const struct cli_options *options, const char *path) {
    struct weft_error reason = {0};
    if (os_file_check(path, &reason) == WEFT_OK) {
        return true;
    }
    cli_figures_failed(options, &reason, NULL);
    return false;
}

enum weft_status cli_figures_confusion(const char *path, enum canvas_theme theme,
                                       enum weft_split split,
                                       const struct report_evaluation *evaluation,
                                       const char *const *names, bool normalize,
                                       struct weft_error *error) {
    struct canvas canvas;
    struct confusion_matrix matrix = {
        .evaluation = evaluation, .names = names, .normalize = normalize};
    char title[96];
    TRY(canvas_open(&canvas, path, theme, error));
    snprintf(title, sizeof title, "%s, %s: %zu images",
             normalize ? "Normalised confusion matrix" : "Confusion matrix", weft_split_name(split),
             evaluation->images);
    matrix.title = title;
    figure_confusion(&canvas, &matrix);
    return canvas_commit(&canvas, error);
}

enum weft_status cli_figures_curves(const char *path, enum canvas_theme theme,
                                    const struct curves *curves, struct weft_error *error) {
    struct canvas canvas;
    TRY(canvas_open(&canvas, path, theme, error));
    figure_curves(&canvas, curves);
    return canvas_commit(&canvas, error);
}

enum weft_status cli_figures_gallery(const char *path, enum canvas_theme theme,
                                     const struct gallery *gallery, struct weft_error *error) {
    struct canvas canvas;
    TRY(canvas_open(&canvas, path, theme, error));
    gallery_draw(&canvas, gallery);
    return canvas_commit(&canvas, error);
}

enum weft_status cli_figures_confusion_csv(const struct report_evaluation *evaluation,
                                           const char *const *names, const char *path,
                                           struct weft_error *error) {
    struct text text = {0};
    enum weft_status status;
    csv_add_confusion(&text, evaluation, names);
    status = os_text_write(path, &text, error);
    free(text_take(&text));
    return status;
}

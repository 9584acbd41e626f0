/* figures.c: results on the screen and as files. */
#include "cli/figures.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

const char *const cli_theme_names[] = {"light", "dark", NULL};

static bool is_set(const char *name) {
    const char *value = getenv(name);
    return value != NULL && *value != '\0';
}

static bool holds(const char *name, const char *part) {
    const char *value = getenv(name);
    return value != NULL && strstr(value, part) != NULL;
}

/* The first of the three that is set says which characters there are. */
static bool speaks_utf8(void) {
    static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
    for (int i = 0; i < 3; i++) {
        if (is_set(names[i])) {
            return holds(names[i], "UTF-8") || holds(names[i], "utf8") ||
                   holds(names[i], "utf-8") || holds(names[i], "UTF8");
        }
    }
    return false;
}

struct cli_screen cli_figures_screen(int columns) {
    struct cli_screen screen = {.columns = columns, .utf8 = speaks_utf8()};
    if (os_is_terminal(stdout)) {
        const char *terminal = getenv("TERM");
        screen.columns = os_terminal_columns(stdout);
        screen.colour = !is_set("NO_COLOR") && terminal != NULL && *terminal != '\0' &&
                        strcmp(terminal, "dumb") != 0;
        screen.truecolour =
            screen.colour && (holds("COLORTERM", "truecolor") || holds("COLORTERM", "24bit"));
    }
    return screen;
}

void cli_figures_print_confusion(enum weft_split split, const struct weft_evaluation *evaluation) {
    struct cli_screen screen = cli_figures_screen(INT_MAX);
    struct matrix matrix = {
        .evaluation = evaluation, .names = weft_class_names, .title = weft_split_name(split)};
    screen_confusion(stdout, &screen, &matrix);
}

enum weft_status cli_figures_confusion(const char *path, enum canvas_theme theme,
                                       enum weft_split split,
                                       const struct weft_evaluation *evaluation, bool normalize,
                                       struct weft_error *error) {
    struct canvas canvas;
    struct matrix matrix = {
        .evaluation = evaluation, .names = weft_class_names, .normalize = normalize};
    char title[96];
    enum weft_status status = canvas_open(&canvas, path, theme, error);
    if (status != WEFT_OK) {
        return status;
    }
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
    enum weft_status status = canvas_open(&canvas, path, theme, error);
    if (status != WEFT_OK) {
        return status;
    }
    figure_curves(&canvas, curves);
    return canvas_commit(&canvas, error);
}

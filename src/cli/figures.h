/* figures.h: results on the screen and as files, for several commands. */
#ifndef WEFT_CLI_FIGURES_H
#define WEFT_CLI_FIGURES_H

#include "cli/options.h"
#include "report/figures.h"
#include "report/gallery.h"
#include "weft/options.h"

/* Prints the confusion matrix of ${split}, with the ${names} of the classes. If stdout is no
 * terminal, prints the complete table. */
void cli_figures_print_confusion(enum weft_split split, const struct report_evaluation *evaluation,
                                 const char *const *names);

/* Before long work: returns whether the figure ${path} can be written. If not, warns. Results do
 * not depend on their pictures, so the work goes on. */
bool cli_figures_check(const struct cli_options *options, const char *path);

/* Warns that a picture has not been drawn: ${reason}. Fails with WEFT_INTERRUPTED if that is the
 * reason. */
enum weft_status cli_figures_failed(const struct cli_options *options,
                                    const struct weft_error *reason, struct weft_error *error);

/* Writes the confusion matrix as a figure to ${path}. */
enum weft_status cli_figures_confusion(const char *path, enum canvas_theme theme,
                                       enum weft_split split,
                                       const struct report_evaluation *evaluation,
                                       const char *const *names, bool normalize,
                                       struct weft_error *error);

/* Writes the confusion matrix as CSV to ${path}, completely or not at all. */
enum weft_status cli_figures_confusion_csv(const struct report_evaluation *evaluation,
                                           const char *const *names, const char *path,
                                           struct weft_error *error);

/* Writes the images as a figure to ${path}. */
enum weft_status cli_figures_gallery(const char *path, enum canvas_theme theme,
                                     const struct gallery *gallery, struct weft_error *error);

/* Writes the curves as a figure to ${path}. */
enum weft_status cli_figures_curves(const char *path, enum canvas_theme theme,
                                    const struct curves *curves, struct weft_error *error);

#endif

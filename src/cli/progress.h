/* progress.h: a bar on stderr, if stderr is a terminal that can redraw a line; otherwise a line
 * now and then, if the work takes long. Nothing with --quiet and --json. */
#ifndef WEFT_CLI_PROGRESS_H
#define WEFT_CLI_PROGRESS_H

#include "cli/options.h"

struct cli_progress {
    bool shown; /* a bar may be drawn */
    bool drawn; /* a bar is on the terminal now */
    bool lines; /* lines may be printed instead */
    double start, last;
    double pause; /* seconds until the next line */
    /* As last given to cli_progress_update. */
    char label[64];
    uint64_t done, total, step;
    uint64_t before; /* done when the work began */
};

void cli_progress_start(struct cli_progress *progress, const struct cli_options *options);

/* Draws the bar, at most 10 times a second: ${label}, the share of ${total} images that are
 * ${done}, images a second since the start and the time left. ${step}: the images of a step. The
 * first call says how many were done before the work began. */
void cli_progress_update(struct cli_progress *progress, const char *label, uint64_t done,
                         uint64_t total, uint64_t step);

/* Draws the bar in the middle of steps: ${steps} more are done, such as 0.25. */
void cli_progress_within(struct cli_progress *progress, double steps);

/* Draws ${text} instead of a bar, cut to the terminal's width. */
void cli_progress_text(struct cli_progress *progress, const char *text);

/* Removes the bar from the terminal, so that something else can be printed. */
void cli_progress_wipe(struct cli_progress *progress);

#endif

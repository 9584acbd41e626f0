/* progress.h: a bar on stderr, if stderr is a terminal that can redraw a line, without --quiet and
 * --json; otherwise nothing. */
#ifndef WEFT_CLI_PROGRESS_H
#define WEFT_CLI_PROGRESS_H

#include "cli/options.h"

struct cli_progress {
    bool shown; /* a bar may be drawn */
    bool drawn; /* a bar is on the terminal now */
    double start, last;
};

void cli_progress_start(struct cli_progress *progress, const struct cli_options *options);

/* Draws the bar, at most 10 times a second: ${label}, the share of ${total} images that are
 * ${done}, images a second since the start and the time left. */
void cli_progress_update(struct cli_progress *progress, const char *label, uint64_t done,
                         uint64_t total);

/* Draws ${text} instead of a bar, cut to the terminal's width. */
void cli_progress_text(struct cli_progress *progress, const char *text);

/* Removes the bar from the terminal, so that something else can be printed. */
void cli_progress_wipe(struct cli_progress *progress);

#endif

/* progress.c: a bar in the last line of the terminal. */
#include "cli/progress.h"

#include <string.h>

#include "cli/options.h"
#include "os/host.h"
#include "os/terminal.h"
#include "report/screen.h"

#define REDRAW          0.1 /* minimum of seconds between two drawings */
#define FIRST_LINE      10  /* seconds; the pauses between lines double */
#define LAST_PAUSE      600 /* maximum of seconds between two lines */
#define BAR_MAX         40
#define BAR_MIN         4
#define LINE_MAX_LENGTH 200

void cli_progress_start(struct cli_progress *progress, const struct cli_options *options) {
    bool wanted = !options->quiet && !options->json;
    *progress = (struct cli_progress){.start = os_seconds(), .pause = FIRST_LINE};
    progress->shown = wanted && os_can_redraw(stderr);
    progress->lines = wanted && !progress->shown;
    progress->last = progress->start;
}

/* "1:05", or "1:02:03" */
static void time_text(double seconds, char text[32]) {
    unsigned long total = seconds < 1e6 ? (unsigned long)(seconds + 0.5) : 1000000;
    if (total < 3600) {
        snprintf(text, 32, "%lu:%02lu", total / 60, total % 60);
    } else {
        snprintf(text, 32, "%lu:%02lu:%02lu", total / 3600, total / 60 % 60, total % 60);
    }
}

/* Writes the bar with its label, at most ${room} characters, into ${line}; in a narrow terminal
 * only the figures. */
static void compose(char *line, size_t room, const char *label, double share, const char *figures) {
    char bar[BAR_MAX + 1];
    int width = (int)room - (int)strlen(label) - (int)strlen(figures) - 5;
    width = width > BAR_MAX ? BAR_MAX : width;
    if (width < BAR_MIN) {
        snprintf(line, room + 1, "%s", figures);
        return;
    }
    for (int i = 0; i < width; i++) {
        bar[i] = share * width >= i + 1 ? '#' : '.';
    }
    bar[width] = '\0';
    if (snprintf(line, room + 1, "%s [%s]  %s", label, bar, figures) < 0) {
        line[0] = '\0';
    }
}

/* Returns how many columns a line may take: all but the last, in which the cursor would wrap.
 * Returns 0 when it is not time to draw. */
static int room_now(struct cli_progress *progress) {
    double now = os_seconds();
    int room = os_terminal_columns(stderr) - 1;
    if (!progress->shown || now - progress->last < REDRAW || room < 1) {
        return 0;
    }
    progress->last = now;
    return room > LINE_MAX_LENGTH ? LINE_MAX_LENGTH : room;
}

static void draw(struct cli_progress *progress, int room, const char *line) {
    screen_redraw(stderr, room, line);
    progress->drawn = true;
}

void cli_progress_text(struct cli_progress *progress, const char *text) {
    int room = room_now(progress);
    if (room > 0) {
        draw(progress, room, text);
    }
}

/* Prints a line where no bar can be drawn, in growing intervals, so that a log stays short. */
static void print_line(struct cli_progress *progress, const char *figures) {
    double now = os_seconds();
    if (progress->lines && now - progress->last >= progress->pause) {
        progress->last = now;
        progress->pause = 2 * progress->pause < LAST_PAUSE ? 2 * progress->pause : LAST_PAUSE;
        screen_print_to(stderr, "weft: %s: %s\n", progress->label, figures + strspn(figures, " "));
    }
}

/* Shows that ${done} images of progress->total are done. */
static void show(struct cli_progress *progress, double done) {
    double elapsed = os_seconds() - progress->start, total = (double)progress->total;
    double rate = elapsed > 0 ? (done - (double)progress->before) / elapsed : 0;
    char line[LINE_MAX_LENGTH + 1], figures[96], left[32];
    int room = room_now(progress);
    if (total <= 0 || (room == 0 && !progress->lines)) {
        return;
    }
    snprintf(figures, sizeof figures, "%3.0f %%", 100.0 * done / total);
    if (rate > 0) {
        time_text((total - done) / rate, left);
        snprintf(figures, sizeof figures, "%3.0f %%  %.*f images/s  %s left", 100.0 * done / total,
                 rate < 10 ? 2 : 0, rate, left);
    }
    if (room > 0) {
        compose(line, (size_t)room, progress->label, done / total, figures);
        draw(progress, room, line);
    } else {
        print_line(progress, figures);
    }
}

void cli_progress_update(struct cli_progress *progress, const char *label, uint64_t done,
                         uint64_t total, uint64_t step) {
    if (progress->total == 0) {
        progress->before = done;
    }
    snprintf(progress->label, sizeof progress->label, "%s", label);
    progress->done = done;
    progress->total = total;
    progress->step = step;
    show(progress, (double)done);
}

void cli_progress_within(struct cli_progress *progress, double steps) {
    double done = (double)progress->done + steps * (double)progress->step;
    show(progress, done < (double)progress->total ? done : (double)progress->total);
}

void cli_progress_wipe(struct cli_progress *progress) {
    if (progress->drawn) {
        int room = os_terminal_columns(stderr) - 1;
        screen_redraw(stderr, room > LINE_MAX_LENGTH ? LINE_MAX_LENGTH : room, "");
        screen_redraw(stderr, 0, "");
        progress->drawn = false;
    }
}

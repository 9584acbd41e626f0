/* setup.h: how commands open a device: as a session. */
#ifndef WEFT_CLI_SETUP_H
#define WEFT_CLI_SETUP_H

#include "cli/options.h"
#include "cli/progress.h"
#include "weft/session.h"

/* Opens the device that the options name, for up to ${batch} images at once, as a session with a
 * copy of ${model}, and prints which device it is and what a user should know about it. The session
 * stops when the program is interrupted, and draws ${progress} during long steps; NULL: it draws
 * nothing. The caller closes ${session}. */
enum weft_status cli_setup_session(const struct cli_options *options,
                                   const struct weft_model *model, size_t batch, bool forward_only,
                                   struct cli_progress *progress, struct weft_session **session,
                                   struct weft_error *error);

/* Returns the rule of OpenCL that the device of ${session} breaks, or NULL. */
const char *cli_setup_warning(const struct weft_session *session);

/* ---- parts of it, for setup_backend.c ---- */

/* What is said about an open device; NULL: nothing. */
struct cli_setup_remarks {
    const char *warning; /* the rule that it breaks */
    bool contracts;      /* that rule changes no result */
    const char *cache;   /* why the cache is not used */
};

/* Call it before a driver is called, which may crash or take long. Fails with WEFT_INTERRUPTED. */
enum weft_status cli_setup_begin(const struct cli_options *options, struct weft_error *error);

/* The progress callback of an evaluation without a bar: stops it when the program is
 * interrupted. */
bool cli_setup_go_on(void *context, size_t done, size_t images);

/* Is asked in the middle of steps and passes. ${context}: the bar, or NULL. */
bool cli_setup_watch(void *context, double steps);

/* Prints a message about the device. */
void cli_setup_print_log(void *context, const char *text);

/* Prints which device is open, and what a user should know about it. */
void cli_setup_print_device(const struct cli_options *options, const struct weft_device *device,
                            struct cli_setup_remarks remarks);

/* Says that --images-on-host changes nothing on the CPU backend. */
void cli_setup_print_host(const struct cli_options *options);

#endif

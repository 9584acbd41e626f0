/* verify.h: the pieces of weft verify. */
#ifndef WEFT_CLI_VERIFY_H
#define WEFT_CLI_VERIFY_H

#include <stdio.h>

#include "cli/options.h"
#include "weft/backend.h"
#include "weft/verify.h"

struct cli_verify_options {
    struct cli_options common;
    bool all, quick, full;
    uint64_t seed, steps, soak,
        timeout; /* steps, soak, timeout: 0 without; the last two in seconds */
    const char *inject, *bundle;
};

/* verify.c: runs the command. */
enum weft_status cli_verify_run(const void *options, struct weft_error *error);

/* print.c: one line a stage, the difference, and the certificate, as text or as JSON. */
void cli_verify_print_stage(const struct cli_verify_options *options, enum weft_verify_stage stage,
                            enum weft_verify_result result, uint64_t cases, double seconds);
void cli_verify_print_difference(const struct cli_verify_options *options,
                                 const struct weft_verify_difference *found);
void cli_verify_print_verdict(const struct cli_verify_options *options,
                              const struct weft_verify_outcome *outcome);

/* The verdict "no verdict" of ${device}, and why. ${outcome}, if not NULL, tells how often a soak
 * test passed until then. */
void cli_verify_print_none(const struct cli_verify_options *options,
                           const struct weft_device *device, const char *why,
                           const struct weft_verify_outcome *outcome, double seconds);

/* The environment of a child: the path of its note, or that it has none; and whether it is to tell
 * of launches. */
#define WEFT_VERIFY_NOTE       "WEFT_VERIFY_NOTE"
#define CLI_VERIFY_STATUS_NONE "-"
#define CLI_VERIFY_LAUNCHES    "WEFT_VERIFY_LAUNCHES"

/* What the note of a child says that came to its end, whatever it found. */
#define CLI_VERIFY_END "its end"

/* note.c: what a child is at. */
struct cli_child_status {
    FILE *stream;  /* NULL: nobody wants to know */
    bool launches; /* of each kernel, and nothing else is printed */
};

/* Makes the note of a child to come, which then needs no room on the disk. Returns false if that
 * failed. */
bool cli_child_status_make(const char *path);

/* Opens the note that the environment names. Returns whether this process is a child. */
bool cli_child_status_open(struct cli_child_status *note);
void cli_child_status_write(struct cli_child_status *note, const char *what);
void cli_child_status_close(struct cli_child_status *note);

/* child.c: verifies ${device}, or the one that the options name if it is NULL, in a process of its
 * own, with a time limit. Returns that process's status; WEFT_NO_VERDICT, and says why, if it
 * crashed or did not end. Fails if there can be no process. */
enum weft_status cli_verify_child(const struct cli_verify_options *options,
                                  const struct weft_device *device, struct weft_error *error);

/* child.c: has a process of its own ask the drivers for their devices. Fails with WEFT_NO_VERDICT,
 * and says why, if that crashed or did not end: then this process better does not. */
enum weft_status cli_verify_ask(const struct cli_verify_options *options, struct weft_error *error);

/* children.c: what that process does: asks them, and prints nothing. */
enum weft_status cli_verify_answer(struct weft_error *error);

/* children.c: verifies all devices, each in a process of its own. Its status is the worst:
 * different, unstable, no verdict, failed. */
enum weft_status cli_verify_children(const struct cli_verify_options *options,
                                     struct weft_error *error);

#endif

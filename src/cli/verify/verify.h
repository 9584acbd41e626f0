/* verify.h: weft verify: its options, and what it prints. */
#ifndef WEFT_CLI_VERIFY_H
#define WEFT_CLI_VERIFY_H

#include <stdio.h>

#include "cli/options.h"
#include "verify/verification.h"

struct cli_verify_options {
    struct cli_options common;
    bool all, quick, full;
    uint64_t seed, steps;   /* steps: 0 without */
    uint64_t soak, timeout; /* seconds; 0 without */
    const char *network, *inject, *bundle;
};

/* print.c: each prints as text or as an event: a stage, a difference, the verdict. */
void cli_verify_print_stage(const struct cli_verify_options *options, enum verify_stage stage,
                            enum verify_result result, uint64_t cases, double seconds);
void cli_verify_print_difference(const struct cli_verify_options *options,
                                 const struct verify_difference *found);

/* Prints the verdict on ${device}, which is that of ${outcome} if ${why} is NULL. Otherwise, there
 * is no verdict because of ${why}, and ${outcome}, if not NULL, has what was complete until
 * then. */
void cli_verify_print_verdict(const struct cli_verify_options *options,
                              const struct device_info *device, const char *why,
                              const struct verify_outcome *outcome, double seconds);

/* injection.c: reads STEP:TENSOR:ELEMENT:BIT. The tensor points into ${text}. */
enum weft_status cli_verify_injection(const char *given, char text[256], struct injection *inject,
                                      struct weft_error *error);

/* child.c: verifies ${device}, or the one that the options name if it is NULL, in a child process
 * with a time limit. Returns the child's status; if it crashed or did not end, prints why and
 * returns WEFT_NO_VERDICT. Fails if no process can be started. */
enum weft_status cli_verify_child(const struct cli_verify_options *options,
                                  const struct device_info *device, struct weft_error *error);

/* Verifies all OpenCL devices, each in a child process. The status is the worst of theirs, in this
 * order: different, unstable, no verdict, failed. Fails with WEFT_BAD_DEVICE if none is usable. */
enum weft_status cli_verify_children(const struct cli_verify_options *options,
                                     struct weft_error *error);

/* ---- child_status.c: a file in which a child process writes what it does. Its parent reads the
 * file after a crash. ---- */

/* The environment of a child: the path of the file, or CLI_CHILD_NO_FILE; and whether it waits for
 * each kernel and reports it. */
#define CLI_CHILD_FILE     "WEFT_VERIFY_NOTE"
#define CLI_CHILD_LAUNCHES "WEFT_VERIFY_LAUNCHES"
#define CLI_CHILD_NO_FILE  "-"

/* The environment of the child of --all: the device that its parent has listed. Between the two, a
 * device may disappear, and its number then is another one's. */
#define CLI_CHILD_DEVICE   "WEFT_VERIFY_DEVICE"
#define CLI_CHILD_IDENTITY 700
void cli_child_identity(const struct device_info *device, char text[CLI_CHILD_IDENTITY]);

/* What the file has when the child came to its end with ${status}: the exit code alone is no
 * verdict, since a driver may end the process with any. Returns whether ${doing} says that for an
 * end with ${status}. */
const char *cli_child_end(enum weft_status status);
bool cli_child_has_ended(const char *doing, enum weft_status status);

struct cli_child_status {
    FILE *stream;       /* NULL: nothing is written */
    bool launches;      /* each kernel is reported, and nothing is printed */
    const char *device; /* as cli_child_identity, or NULL: any */
};

/* The file, in the parent. */
struct cli_child_file {
    FILE *stream;      /* NULL: there is none */
    char path[1040];   /* by which the child opens it, or CLI_CHILD_NO_FILE */
    char folder[1024]; /* that is left to remove, or empty */
};

/* Makes the file of a child to come; writing to it then needs no space on the disk. Where the
 * system can do that, nothing has to be removed if this process is killed. */
void cli_child_file_make(struct cli_child_file *file);

/* Stores what the file has, without the spaces at its end, in ${doing}, empty if it cannot be read.
 * Removes the file. */
void cli_child_file_take(struct cli_child_file *file, char doing[500]);

/* Opens the file that the environment names. Returns whether this process is a child. */
bool cli_child_status_open(struct cli_child_status *status);
void cli_child_status_write(struct cli_child_status *status, const char *what);
void cli_child_status_close(struct cli_child_status *status);

#endif

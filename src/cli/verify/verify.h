/* verify.h: weft verify: its options, and what it prints. */
#ifndef WEFT_CLI_VERIFY_H
#define WEFT_CLI_VERIFY_H

#include "cli/options.h"
#include "weft/verify.h"

struct cli_verify_options {
    struct cli_options common;
    bool all, quick, full;
    uint64_t seed, steps;   /* steps: 0 without */
    uint64_t soak, timeout; /* seconds; 0 without */
    const char *inject, *bundle;
};

/* run.c: runs the command with the options ${given}. */
enum weft_status cli_verify_run(const void *given, struct weft_error *error);

/* print.c: each prints as text or as an event: a stage, a difference, the verdict. */
void cli_verify_print_stage(const struct cli_verify_options *options, enum weft_verify_stage stage,
                            enum weft_verify_result result, uint64_t cases, double seconds);
void cli_verify_print_difference(const struct cli_verify_options *options,
                                 const struct weft_verify_difference *found);
void cli_verify_print_verdict(const struct cli_verify_options *options,
                              const struct weft_verify_outcome *outcome);

/* Prints that there is no verdict on ${device}, because of ${why}. ${outcome}, if not NULL, has
 * what was complete until then. */
void cli_verify_print_none(const struct cli_verify_options *options,
                           const struct weft_device *device, const char *why,
                           const struct weft_verify_outcome *outcome, double seconds);

#endif

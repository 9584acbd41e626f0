/* verify.h: the pieces of weft verify. */
#ifndef WEFT_CLI_VERIFY_H
#define WEFT_CLI_VERIFY_H

#include "cli/cli.h"

/* print.c: one line a stage, the difference, and the certificate, as text or as JSON. */
void weft_verify_print_stage(const struct weft_options *options, enum weft_verify_stage stage,
                             enum weft_verify_result result, uint64_t cases, double seconds);
void weft_verify_print_difference(const struct weft_options *options,
                                  const struct weft_verify_difference *found);
void weft_verify_print_verdict(const struct weft_options *options,
                               const struct weft_verify_outcome *outcome);

/* The verdict "no verdict" of ${device}, and why. ${outcome}, if not NULL, tells how often a soak test passed until then. */
void weft_verify_print_none(const struct weft_options *options, const struct weft_device *device,
                            const char *why, const struct weft_verify_outcome *outcome,
                            double seconds);

/* children.c: verifies one device or all of them, each in a process of its own, with a time limit. Its status is the worst:
 * different, unstable, no verdict, failed. */
enum weft_status weft_verify_children(const struct weft_options *options, struct weft_error *error);

#endif

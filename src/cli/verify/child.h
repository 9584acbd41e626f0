/* child.h: verification in processes of their own: a device that hangs or crashes does not end the
 * program. */
#ifndef WEFT_CLI_VERIFY_CHILD_H
#define WEFT_CLI_VERIFY_CHILD_H

#include "cli/verify/verify.h"

/* child.c: verifies ${device}, or the one that the options name if it is NULL, in a child process
 * with a time limit. Returns the child's status; if it crashed or did not end, prints why and
 * returns WEFT_NO_VERDICT. Fails if no process can be started. */
enum weft_status cli_verify_child(const struct cli_verify_options *options,
                                  const struct weft_device *device, struct weft_error *error);

/* Lets a child process query the drivers for their devices. Fails with WEFT_NO_VERDICT if that
 * crashed or did not end: in that case, do not query the drivers in this process. */
enum weft_status cli_verify_query(const struct cli_verify_options *options,
                                  struct weft_error *error);

/* children.c: what that child does: it queries the drivers, and prints nothing. */
enum weft_status cli_verify_answer(struct weft_error *error);

/* Verifies all devices, each in a child process. The status is the worst of theirs, in this order:
 * different, unstable, no verdict, failed. */
enum weft_status cli_verify_children(const struct cli_verify_options *options,
                                     struct weft_error *error);

#endif

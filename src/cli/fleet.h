/* fleet.h: weft compare --fleet. */
#ifndef WEFT_CLI_FLEET_H
#define WEFT_CLI_FLEET_H

#include "cli/options.h"

/* Groups the verdicts in the files that the operands name, and prints the groups and the
 * minority. */
enum weft_status cli_compare_fleet(const struct cli_options *options, struct weft_error *error);

#endif

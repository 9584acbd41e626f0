/* version.h: weft --version. */
#ifndef WEFT_CLI_VERSION_H
#define WEFT_CLI_VERSION_H

#include <stdbool.h>

#include "weft/error.h"

/* Prints the version of weft, how it was built and the libraries that it runs with; with ${as_json}
 * as one event. */
enum weft_status cli_version_print(bool as_json, struct weft_error *error);

#endif

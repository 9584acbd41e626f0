/* exit_code.h: the exit codes of the program, which scripts rely on, and the explanation of an
 * early end. */
#ifndef WEFT_CLI_EXIT_CODE_H
#define WEFT_CLI_EXIT_CODE_H

#include <stdbool.h>

#include "base/error.h"

/* Returns the exit code of a command that ends with ${status}. */
int cli_exit_code(enum weft_status status);

/* Stores in ${status} the status that ${code} is the exit code of. Returns false if the program
 * ends with no such code. */
bool cli_exit_status(int code, enum weft_status *status);

/* From now on, an end of the process by a crash, or by an exit in other code, is explained on
 * stderr (os_explain_end): with ${drivers} as one that an OpenCL driver may have caused, else as
 * one of weft. Call it with true before drivers are loaded. */
void cli_explain_end(bool drivers);

#endif

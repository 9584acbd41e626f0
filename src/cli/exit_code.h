/* exit_code.h: the exit codes of the program, which scripts rely on, and the explanation of an
 * early end. */
#ifndef WEFT_CLI_EXIT_CODE_H
#define WEFT_CLI_EXIT_CODE_H

#include <stdbool.h>

#include "base/error.h"

/* Says whether the command that runs from now on gives a verdict. Then WEFT_FAILED is its verdict
 * "different", and the only status with the exit code 1: what prevents a verdict has the exit code
 * of WEFT_NO_VERDICT. */
void cli_exit_set_verdict(bool gives);
bool cli_exit_has_verdict(void);

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

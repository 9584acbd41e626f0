/* exit_code.c: the exit code of each status of the library. */
#include "cli/exit_code.h"

#include <stddef.h>

#include "os/process.h"

/* Of statuses with the same code, the first one is the status of this code. */
static const struct {
    enum weft_status status;
    int code;
} rows[] = {
    {WEFT_OK, 0},         {WEFT_FAILED, 1},
    {WEFT_DIVERGED, 1},   {WEFT_NO_MEMORY, 1},
    {WEFT_USAGE, 2},      {WEFT_BAD_FILE, 3},
    {WEFT_BAD_DEVICE, 4}, {WEFT_NO_VERDICT, 5},
    {WEFT_UNSTABLE, 6},   {WEFT_INTERRUPTED, OS_INTERRUPTED_CODE},
};
enum { ROWS = sizeof rows / sizeof rows[0] };

static bool has_verdict; /* of cli_exit_set_verdict */

void cli_exit_set_verdict(bool gives) {
    has_verdict = gives;
}

bool cli_exit_has_verdict(void) {
    return has_verdict;
}

int cli_exit_code(enum weft_status status) {
    int code = 1;
    for (size_t i = 0; i < ROWS; i++) {
        code = rows[i].status == status ? rows[i].code : code;
    }
    return code == 1 && has_verdict && status != WEFT_FAILED ? cli_exit_code(WEFT_NO_VERDICT)
                                                             : code;
}

bool cli_exit_status(int code, enum weft_status *status) {
    for (size_t i = 0; i < ROWS; i++) {
        if (rows[i].code == code) {
            *status = rows[i].status;
            return true;
        }
    }
    return false;
}

void cli_explain_end(bool drivers) {
    os_explain_end(drivers
                       ? "weft: an OpenCL driver, or weft itself, crashed or ended the program\n"
                         "--device cpu uses no driver, OCL_ICD_VENDORS=FILE.icd uses only one; "
                         "weft verify looks for the fault\n"
                       : "weft: weft, or a library that it uses, crashed or ended the program; "
                         "no OpenCL driver was in use\n"
                         "please report it with the command; a limit of memory (ulimit -v) can "
                         "also be the cause\n",
                   cli_exit_code(has_verdict ? WEFT_NO_VERDICT
                                 : drivers   ? WEFT_BAD_DEVICE
                                             : WEFT_FAILED));
}

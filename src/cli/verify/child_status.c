/* child_status.c: what a process that verifies a device is at, in a file that the one who started
 * it reads if it crashes. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "os/process.h"

#define WIDTH 480 /* of the line: a shorter one covers a longer one */

bool cli_child_status_make(const char *path) {
    FILE *stream = fopen(path, "wb");
    bool made = stream != NULL && fprintf(stream, "%*s\n", WIDTH, "") == WIDTH + 1;
    return stream != NULL && fclose(stream) == 0 && made;
}

bool cli_child_status_open(struct cli_child_status *note) {
    const char *path = getenv(WEFT_VERIFY_NOTE);
    bool child = path != NULL && *path != '\0';
    note->stream = child && strcmp(path, CLI_VERIFY_STATUS_NONE) != 0 ? fopen(path, "r+b") : NULL;
    if (child) {
        os_explain_end(NULL, 0); /* that does the one who reads the note */
    }
    note->launches = child && getenv(CLI_VERIFY_LAUNCHES) != NULL;
    return child;
}

void cli_child_status_write(struct cli_child_status *note, const char *what) {
    if (note->stream != NULL) {
        rewind(note->stream);
        fprintf(note->stream, "%-*.*s\n", WIDTH, WIDTH, what);
        fflush(note->stream); /* to the system, which keeps it when this process is gone */
    }
}

void cli_child_status_close(struct cli_child_status *note) {
    if (note->stream != NULL) {
        fclose(note->stream);
        note->stream = NULL;
    }
}

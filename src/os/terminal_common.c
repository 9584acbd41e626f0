/* terminal_common.c: the part of terminal.h that is the same on all systems. */
#include "os/terminal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_COLUMNS = 10000 };

bool os_can_redraw(FILE *stream) {
    const char *kind = getenv("TERM");
    return os_is_terminal(stream) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

int os_wished_columns(void) {
    const char *wish = getenv("COLUMNS");
    char *end = NULL;
    long columns = wish != NULL ? strtol(wish, &end, 10) : 0;
    return wish != NULL && *wish != '\0' && *end == '\0' && columns > 0 && columns <= MAX_COLUMNS
               ? (int)columns
               : 0;
}

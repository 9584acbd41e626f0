/* shared.c: what terminals and files that are written beside have in common on all systems. */
#include "os/os.h"

#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 10000 };

bool weft_os_can_redraw(FILE *stream) {
    const char *kind = getenv("TERM");
    return weft_os_is_terminal(stream) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

int weft_os_wished_columns(void) {
    const char *wish = getenv("COLUMNS");
    char *end = NULL;
    long columns = wish != NULL ? strtol(wish, &end, 10) : 0;
    return wish != NULL && *wish != '\0' && *end == '\0' && columns > 0 && columns <= MOST_COLUMNS
               ? (int)columns
               : 0;
}

void weft_file_abandon(struct weft_file *file) {
    if (file->stream != NULL) {
        fclose(file->stream);
        file->stream = NULL;
    }
    if (file->beside[0] != '\0') {
        remove(file->beside);
        file->beside[0] = '\0';
    }
}

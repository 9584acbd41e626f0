/* common.c: what terminals and files that are written beside have in common on all systems. */
#include "os/os.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_COLUMNS = 10000 };

bool os_can_redraw(FILE *stream) {
    const char *kind = getenv("TERM");
    return os_is_terminal(stream) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

int os_wished_columns(void) {
    const char *wish = getenv("COLUMNS");
    char *end = NULL;
    long columns = wish != NULL ? strtol(wish, &end, 10) : 0;
    return wish != NULL && *wish != '\0' && *end == '\0' && columns > 0 && columns <= MOST_COLUMNS
               ? (int)columns
               : 0;
}

void os_folder_of(const char *path, char *folder) {
    size_t length = strlen(path);
    while (length > 0 && !os_is_separator(path[length - 1])) {
        length--;
    }
    if (length == 0) {
        strcpy(folder, ".");
        return;
    }
    length -= length > 1; /* the separator itself is a folder where it is all there is */
    memmove(folder, path, length);
    folder[length] = '\0';
}

enum weft_status os_fail_writing(struct weft_error *error, const char *path, int number) {
    char folder[sizeof((struct os_file *)NULL)->path];
    os_fail(error, "can not write", path, number);
    if (number == ENOENT && strlen(path) < sizeof folder) {
        os_folder_of(path, folder);
        if (!os_is_folder(folder)) {
            return weft_error_hint(error, "there is no folder %s: make it first", folder);
        }
    }
    return WEFT_BAD_FILE;
}

void os_file_abandon(struct os_file *file) {
    if (file->stream != NULL) {
        fclose(file->stream);
        file->stream = NULL;
    }
    if (file->beside[0] != '\0') {
        remove(file->beside);
        file->beside[0] = '\0';
    }
}

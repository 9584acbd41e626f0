/* child_status.c: what a child process does, in a file. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "os/files.h"
#include "os/process.h"

#define WIDTH 480 /* of the line: a shorter text overwrites a longer one */

/* Removes what is left of the file. */
static void finish(struct cli_child_file *file) {
    if (file->stream != NULL) {
        fclose(file->stream);
        file->stream = NULL;
    }
    if (file->folder[0] != '\0') {
        os_remove_temporary(file->folder);
    }
    file->folder[0] = '\0';
}

void cli_child_file_make(struct cli_child_file *file) {
    struct weft_error ignored = {0};
    char hidden[32];
    bool made;
    *file = (struct cli_child_file){.stream = NULL};
    if (os_make_temporary(file->folder, &ignored) == WEFT_OK) {
        snprintf(file->path, sizeof file->path, "%s/status", file->folder);
        file->stream = fopen(file->path, "w+b");
    }
    made = file->stream != NULL && fprintf(file->stream, "%*s\n", WIDTH, "") == WIDTH + 1 &&
           fflush(file->stream) == 0;
    if (made && os_hide_file(file->stream, file->path, hidden)) {
        strcpy(file->path, hidden);
        os_remove_temporary(file->folder);
        file->folder[0] = '\0';
    } else if (!made || os_is_missing(file->path)) {
        finish(file);
    }
    if (file->stream == NULL) {
        strcpy(file->path, CLI_CHILD_NO_FILE);
    }
}

void cli_child_file_take(struct cli_child_file *file, char doing[500]) {
    size_t size = 0;
    if (file->stream != NULL && fseek(file->stream, 0, SEEK_SET) == 0) {
        size = fread(doing, 1, 499, file->stream);
    }
    while (size > 0 && (doing[size - 1] == ' ' || doing[size - 1] == '\n')) {
        size--;
    }
    doing[size] = '\0';
    finish(file);
}

const char *cli_child_end(enum weft_status status) {
    return status == WEFT_OK         ? "its end: equal"
           : status == WEFT_FAILED   ? "its end: different"
           : status == WEFT_UNSTABLE ? "its end: unstable"
                                     : "its end: no verdict";
}

/* After a verdict, stdout may fail; no verdict follows from another end. */
bool cli_child_has_ended(const char *doing, enum weft_status status) {
    const char *none = cli_child_end(WEFT_NO_VERDICT), *end = cli_child_end(status);
    return end != none ? strcmp(doing, end) == 0 : strncmp(doing, none, strlen("its end")) == 0;
}

void cli_child_identity(const struct device_info *device, char text[CLI_CHILD_IDENTITY]) {
    snprintf(text, CLI_CHILD_IDENTITY, "%u:%u %s, driver %s %s %s", device->platform,
             device->in_platform, device->name, device->driver, device->pci, device->uuid);
}

bool cli_child_status_open(struct cli_child_status *status) {
    const char *path = getenv(CLI_CHILD_FILE);
    bool child = path != NULL && *path != '\0';
    status->stream = child && strcmp(path, CLI_CHILD_NO_FILE) != 0 ? fopen(path, "r+b") : NULL;
    status->device = child ? getenv(CLI_CHILD_DEVICE) : NULL;
    status->launches = child && getenv(CLI_CHILD_LAUNCHES) != NULL;
    if (status->stream != NULL) {
        os_explain_end(NULL, 0); /* the parent explains it */
    } else if (child) {
        cli_explain_end(true); /* without the file, the parent takes the exit code for a verdict */
    }
    return child;
}

void cli_child_status_write(struct cli_child_status *status, const char *what) {
    if (status->stream != NULL) {
        rewind(status->stream);
        fprintf(status->stream, "%-*.*s\n", WIDTH, WIDTH, what);
        fflush(status->stream); /* the system keeps it when this process has crashed */
    }
}

void cli_child_status_close(struct cli_child_status *status) {
    if (status->stream != NULL) {
        fclose(status->stream);
        status->stream = NULL;
    }
}

/* child_status.c: what a child process does, in a file. */
#include "cli/verify/verify.h"

#include <stdlib.h>
#include <string.h>

#include "cli/exit_code.h"
#include "os/files.h"
#include "os/process.h"

#define WIDTH 480 /* of the line: a shorter text overwrites a longer one */

bool cli_child_status_make(const char *path) {
    FILE *stream = fopen(path, "wb");
    bool made = stream != NULL && fprintf(stream, "%*s\n", WIDTH, "") == WIDTH + 1;
    return stream != NULL && fclose(stream) == 0 && made;
}

void cli_child_status_read(const char *path, char doing[500]) {
    struct weft_error ignored = {0};
    char *text = NULL;
    size_t size = 0;
    doing[0] = '\0';
    if (os_file_read(path, 4096, &text, &size, &ignored) == WEFT_OK) {
        while (size > 0 && (text[size - 1] == ' ' || text[size - 1] == '\n')) {
            size--;
        }
        snprintf(doing, 500, "%.*s", (int)size, text);
    }
    free(text);
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

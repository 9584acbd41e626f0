/* common.c: what is the same on all systems of terminal.h, process.h, host.h and lock.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "os/host.h"
#include "os/lock.h"
#include "os/process.h"
#include "os/terminal.h"

enum { UNKNOWN_COLUMNS = 80, MAX_COLUMNS = 10000 };

static const char *program;

void os_remember_program(const char *name) {
    program = name;
}

const char *os_program_name(void) {
    return program != NULL && *program != '\0' ? program : "weft";
}

static bool (*asked)(void);

void os_ask_interrupted(bool (*ask)(void)) {
    asked = ask;
}

bool os_interrupted(void) {
    return os_signalled() || (asked != NULL && asked());
}

bool os_can_redraw(FILE *stream) {
    const char *kind = getenv("TERM");
    return os_is_terminal(stream) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

int os_terminal_columns(FILE *stream) {
    const char *wish = getenv("COLUMNS");
    char *end = NULL;
    long wished = wish != NULL ? strtol(wish, &end, 10) : 0;
    int columns = wish != NULL && *end == '\0' && wished > 0 && wished <= MAX_COLUMNS
                      ? (int)wished
                      : os_window_columns(stream);
    return columns > 0 ? columns : UNKNOWN_COLUMNS;
}

/* Only compilers of this kind can detect instructions. */
int os_vector_level(void) {
#if defined(__x86_64__) && defined(__GNUC__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                       __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                       __builtin_cpu_supports("avx512vl")
                   ? 4
                   : 3;
    }
#endif
    return 0;
}

void os_lock_describe(char text[400]) {
    char host[256], when[64] = "an unknown time";
    time_t now = time(NULL);
    const struct tm *utc = gmtime(&now);
    os_host_name(host);
    if (utc != NULL) {
        strftime(when, sizeof when, "%Y-%m-%d %H:%M:%S UTC", utc);
    }
    snprintf(text, 400, "process %ld on %s since %s\n", (long)getpid(),
             host[0] != '\0' ? host : "this host", when);
}

enum weft_status os_lock_in_use(struct weft_error *error, const char *folder, const char *text,
                                size_t size) {
    char holder[400] = "another process";
    size_t length = 0;
    /* Another user may have written the file: nothing but a line of plain letters is shown. */
    while (length < size && length + 1 < sizeof holder && text[length] >= ' ' &&
           text[length] <= '~') {
        length++;
    }
    if (length > 0 && length < size && text[length] == '\n') {
        memcpy(holder, text, length);
        holder[length] = '\0';
    }
    error_set(error, WEFT_USAGE, "%s: in use by %s", folder, holder);
    return error_hint(error, "wait for its end, or choose another folder");
}

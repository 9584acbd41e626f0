/* common.c: the part of terminal.h, process.h and host.h that is the same on all systems. */
#include <stdlib.h>
#include <string.h>

#include "os/host.h"
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

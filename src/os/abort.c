/* abort.c: abort() of the program, in place of the C library's (POSIX). Linked into the program
 * only, never into the library.
 *
 * A driver that gives up calls abort. A handler that it or its compiler has set comes before the
 * program's and may not return, so no handler runs here. */
#include <stdlib.h>

#include "os/process.h"

__attribute__((visibility("default"))) void abort(void) {
    os_abort();
}

/* streams.c: the three standard streams (Windows): bytes as they are, without carriage returns. */
#include "os/os.h"

#include <fcntl.h>
#include <io.h>

void weft_os_guard_streams(void) {
    for (int number = 0; number <= 2; number++) {
        _setmode(number, _O_BINARY);
    }
}

/* interrupt.c: the function that the library asks whether to stop. */
#include "os/process.h"

void set_interrupted(bool (*interrupted)(void)) {
    os_ask_interrupted(interrupted);
}

/* interrupt.c: Ctrl-C as a flag (Windows, where a handler runs in its own thread). */
#include "os/interrupt.h"

#include <stdatomic.h>
#include <windows.h>

static atomic_int interrupted;

/* Returns TRUE if the event has been handled. A second Ctrl-C gets the default action, which ends
 * the program. */
static BOOL WINAPI on_event(DWORD event) {
    return event == CTRL_C_EVENT && atomic_exchange(&interrupted, 1) == 0;
}

void os_catch_interrupts(void) {
    SetConsoleCtrlHandler(on_event, TRUE);
}

bool os_interrupted(void) {
    return atomic_load(&interrupted) != 0;
}

/* All processes of a console get its Ctrl-C, and Windows has no request to end from outside. */
bool os_interrupted_alone(void) {
    return false;
}

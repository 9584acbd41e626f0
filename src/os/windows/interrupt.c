/* interrupt.c: Ctrl-C as a flag (Windows, where a handler runs in a thread of its own). */
#include "os/interrupt.h"

#include <stdatomic.h>
#include <windows.h>

static atomic_int interrupted;

/* TRUE: it is dealt with. The second one finds the default, which ends the program. */
static BOOL WINAPI note(DWORD event) {
    return event == CTRL_C_EVENT && atomic_exchange(&interrupted, 1) == 0;
}

void os_catch_interrupts(void) {
    SetConsoleCtrlHandler(note, TRUE);
}

bool os_interrupted(void) {
    return atomic_load(&interrupted) != 0;
}

/* What is typed, all processes of the console get; Windows has no polite end from outside. */
bool os_interrupted_alone(void) {
    return false;
}

/* interrupt.h: Ctrl-C and requests to end, as a flag. */
#ifndef WEFT_OS_INTERRUPT_H
#define WEFT_OS_INTERRUPT_H

#include <stdbool.h>

/* From now on, Ctrl-C (SIGINT) and SIGTERM set a flag instead of ending the program. A second
 * signal, of either kind, ends the program. A second signal that arrives immediately counts as the
 * first: it was sent to the process and to its group. */
void os_catch_interrupts(void);

/* Returns whether a signal has arrived. */
bool os_interrupted(void);

/* Returns whether the signal was sent to this process only. A key typed at a terminal is sent to
 * the child processes too. */
bool os_interrupted_alone(void);

#endif

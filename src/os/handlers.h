/* handlers.h: keeps the signal handlers of the program while foreign code is loaded. */
#ifndef WEFT_OS_HANDLERS_H
#define WEFT_OS_HANDLERS_H

/* Returns the handlers that this process has for crashes and requests to end, for
 * os_handlers_restore. Call it before code that may load a driver or its compiler: LLVM, for
 * example, sets handlers of its own. The caller frees them with free() or os_handlers_restore.
 * Returns NULL without memory. */
void *os_handlers_save(void);

/* Sets those of ${handlers} again that were not the system's default and are replaced now.
 * ${handlers} may be NULL. */
void os_handlers_set(const void *handlers);

/* Sets and frees ${handlers}. */
void os_handlers_restore(void *handlers);

#endif

/* log.h: messages for struct weft_log of include/weft/backend.h. */
#ifndef WEFT_BACKEND_LOG_H
#define WEFT_BACKEND_LOG_H

#include "weft/backend.h"

/* Passes the text formatted from ${format}, of any length, to ${log}, unless log->write is NULL.
 * Without memory the message is lost. */
void log_write(const struct weft_log *log, const char *format, ...) WEFT_PRINTF(2, 3);

#endif

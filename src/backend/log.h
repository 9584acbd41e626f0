/* log.h: messages for struct backend_log of backend.h. */
#ifndef WEFT_BACKEND_LOG_H
#define WEFT_BACKEND_LOG_H

#include "backend/backend.h"

/* Passes the text formatted from ${format}, of any length, to ${log}, unless log->write is NULL.
 * Without memory the message is lost. */
void log_write(const struct backend_log *log, const char *format, ...) PRINTF_FORMAT(2, 3);

#endif

/* log.h: what the library tells a caller that listens: struct weft_log of
 * include/weft/backend.h. */
#ifndef WEFT_BACKEND_LOG_H
#define WEFT_BACKEND_LOG_H

#include "weft/backend.h"

/* Hands the text formatted from ${format} to ${log}, if anybody listens. Without memory for it,
 * nothing is told. */
void log_write(const struct weft_log *log, const char *format, ...) WEFT_PRINTF(2, 3);

#endif

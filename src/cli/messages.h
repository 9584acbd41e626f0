/* messages.h: what the program prints on stderr, and whether stdout took what was printed. */
#ifndef WEFT_CLI_MESSAGES_H
#define WEFT_CLI_MESSAGES_H

#include "cli/options.h"
#include "weft/device.h"

/* Prints "weft: MESSAGE" and the hint of ${error} to stderr, and with ${json} an error event to
 * stdout. */
void cli_message_error(const struct weft_error *error, bool json);

/* Prints "weft: TEXT" to stderr unless --quiet. */
void cli_message_notice(const struct cli_options *options, const char *format, ...)
    PRINTF_FORMAT(2, 3);

/* Prints "weft: warning: TEXT" to stderr, with --quiet too: results are not what weft promises, or
 * not what the user expects. With --json also prints a warning event with ${code} to stdout, unless
 * ${code} is NULL (another event has the text). */
void cli_message_warning(const struct cli_options *options, const char *code, const char *format,
                         ...) PRINTF_FORMAT(3, 4);

/* As cli_message_notice, with --verbose only. */
void cli_message_detail(const struct cli_options *options, const char *format, ...)
    PRINTF_FORMAT(2, 3);

/* Prints "weft: TEXT" to stderr, with --quiet too: for what a user must not miss. */
void cli_message_always(const char *format, ...) PRINTF_FORMAT(1, 2);

/* Prints the notice ${text} of the choice of a device, with --quiet too, unless it is empty: as the
 * warning device-skipped if a device ${failed}. ${device} is used. */
void cli_message_device(const struct cli_options *options, bool failed, const char *text,
                        const char *hint, const struct weft_device *device);

/* Warns if the fma of ${device}, which is used, is emulated: emulated-fma. */
void cli_message_slow(const struct cli_options *options, const struct weft_device *device);

/* Flushes stdout. If anything printed so far was not written, fails with WEFT_BAD_FILE and the
 * system's reason; in a command that gives a verdict with WEFT_NO_VERDICT. */
enum weft_status cli_message_flush(struct weft_error *error);

#endif

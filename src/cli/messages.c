/* messages.c: messages on stderr, and the last check of stdout. */
#include "cli/messages.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli/json.h"
#include "cli/options.h"

void cli_message_error(const struct weft_error *error, bool json) {
    struct json_writer event;
    fprintf(stderr, "weft: %s\n", error->message);
    if (error->hint[0] != '\0') {
        fprintf(stderr, "%s\n", error->hint);
    }
    if (cli_event_begin(&event, json, "error")) {
        json_write_integer(&event, "code", (uint64_t)error->status);
        json_write_string(&event, "message", error->message);
        json_write_string(&event, "hint", error->hint);
        cli_event_end(&event, NULL);
    }
}

/* Prints one line on stderr, ${format} and its arguments after ${prefix}, if ${shown}. */
#define PRINT_LINE(shown, prefix, format)                                                          \
    do {                                                                                           \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        if (shown) {                                                                               \
            fputs(prefix, stderr);                                                                 \
            vfprintf(stderr, format, arguments);                                                   \
            fputc('\n', stderr);                                                                   \
        }                                                                                          \
        va_end(arguments);                                                                         \
    } while (0)

void cli_message_always(const char *format, ...) {
    PRINT_LINE(true, "weft: ", format);
}

void cli_message_notice(const struct cli_options *options, const char *format, ...) {
    PRINT_LINE(!options->quiet, "weft: ", format);
}

void cli_message_warning(const struct cli_options *options, const char *code, const char *format,
                         ...) {
    char text[4096];
    struct json_writer event;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "weft: warning: %s\n", text);
    if (cli_event_begin(&event, options->json && code != NULL, "warning")) {
        json_write_string(&event, "code", code);
        json_write_string(&event, "message", text);
        cli_event_end(&event, NULL);
    }
}

void cli_message_detail(const struct cli_options *options, const char *format, ...) {
    PRINT_LINE(options->verbose && !options->quiet, "weft: ", format);
}

/* Prints with one call, so that threads do not mix their lines. */
static void print_log(void *context, const char *text) {
    (void)context;
    fprintf(stderr, "weft: %s\n", text);
}

struct weft_log cli_message_log(const struct cli_options *options) {
    return (struct weft_log){.write = options->verbose && !options->quiet ? print_log : NULL};
}

enum weft_status cli_message_flush(struct weft_error *error) {
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return weft_fail(error, WEFT_FAILED, "standard output: not all could be written: %s",
                         errno != 0 ? strerror(errno) : "an earlier write failed");
    }
    return WEFT_OK;
}

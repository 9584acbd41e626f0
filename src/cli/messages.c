/* messages.c: what is said on stderr, and whether stdout took what it was given. */
#include "cli/messages.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/json_write.h"
#include "cli/options.h"

void cli_message_error(const struct weft_error *error, bool json) {
    struct json_writer event = {0};
    fprintf(stderr, "weft: %s\n", error->message);
    if (error->hint[0] != '\0') {
        fprintf(stderr, "%s\n", error->hint);
    }
    if (json) {
        json_write_open(&event, NULL, '{');
        json_write_string(&event, "event", "error");
        json_write_integer(&event, "code", (uint64_t)error->status);
        json_write_string(&event, "message", error->message);
        json_write_string(&event, "hint", error->hint);
        json_write_close(&event, '}');
        json_write_print(&event, stdout, NULL);
    }
}

static void print(const char *format, va_list arguments) {
    fputs("weft: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void cli_message_always(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    print(format, arguments);
    va_end(arguments);
}

void cli_message_notice(const struct cli_options *options, const char *format, ...) {
    va_list arguments;
    if (!options->quiet) {
        va_start(arguments, format);
        print(format, arguments);
        va_end(arguments);
    }
}

void cli_message_warning(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("weft: warning: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
}

void cli_message_detail(const struct cli_options *options, const char *format, ...) {
    va_list arguments;
    if (options->verbose && !options->quiet) {
        va_start(arguments, format);
        print(format, arguments);
        va_end(arguments);
    }
}

/* One call, so that threads do not mix their lines. */
static void say(void *context, const char *text) {
    (void)context;
    fprintf(stderr, "weft: %s\n", text);
}

struct weft_log cli_message_log(const struct cli_options *options) {
    return (struct weft_log){.write = options->verbose && !options->quiet ? say : NULL};
}

enum weft_status cli_message_flush(struct weft_error *error) {
    errno = 0;
    if (fflush(stdout) != 0 || ferror(stdout)) {
        return weft_fail(error, WEFT_FAILED, "standard output: not all could be written: %s",
                         errno != 0 ? strerror(errno) : "an earlier write failed");
    }
    return WEFT_OK;
}

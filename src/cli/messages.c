/* messages.c: messages on stderr, and the last check of stdout. */
#include "cli/messages.h"

#include <stdarg.h>
#include <string.h>

#include "base/printable.h"
#include "cli/exit_code.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/terms.h"
#include "os/process.h"
#include "report/screen.h"

enum { TEXT = 8192 }; /* bytes of a message; the text of struct weft_error has less */

/* Prints ${text} with the names of options. */
static void print_lines(const char *prefix, const char *text) {
    char named[TEXT];
    screen_print_lines(stderr, prefix, cli_terms(text, named, sizeof named));
}

void cli_message_error(const struct weft_error *error, bool json) {
    struct json_writer event;
    char named[TEXT];
    print_lines("weft: ", error->message);
    if (error->hint[0] != '\0') {
        print_lines("", error->hint);
    }
    if (cli_event_begin(&event, json, "error")) {
        json_write_integer(&event, "code", (uint64_t)cli_exit_code(error->status));
        json_write_string(&event, "message", cli_terms(error->message, named, sizeof named));
        json_write_string(&event, "hint", cli_terms(error->hint, named, sizeof named));
        cli_event_end(&event, NULL);
    }
}

/* Formats ${format} and its arguments in ${text}. */
#define FORMAT(text, format)                                                                       \
    do {                                                                                           \
        va_list arguments;                                                                         \
        va_start(arguments, format);                                                               \
        printable_format(text, sizeof text, format, arguments);                                    \
        va_end(arguments);                                                                         \
    } while (0)

void cli_message_always(const char *format, ...) {
    char text[TEXT];
    FORMAT(text, format);
    print_lines("weft: ", text);
}

void cli_message_notice(const struct cli_options *options, const char *format, ...) {
    char text[TEXT];
    FORMAT(text, format);
    if (!options->quiet) {
        print_lines("weft: ", text);
    }
}

void cli_message_warning(const struct cli_options *options, const char *code, const char *format,
                         ...) {
    char text[TEXT], named[TEXT];
    struct json_writer event;
    FORMAT(text, format);
    print_lines("weft: warning: ", text);
    if (cli_event_begin(&event, options->json && code != NULL, "warning")) {
        json_write_string(&event, "code", code);
        json_write_string(&event, "message", cli_terms(text, named, sizeof named));
        cli_event_end(&event, NULL);
    }
}

void cli_message_detail(const struct cli_options *options, const char *format, ...) {
    char text[TEXT];
    FORMAT(text, format);
    if (options->verbose && !options->quiet) {
        print_lines("weft: ", text);
    }
}

void cli_message_device(const struct cli_options *options, bool failed, const char *text,
                        const char *hint, const struct weft_device *device) {
    int length = (int)strcspn(text, "\n"); /* without a compiler's log */
    if (length == 0) {
        return;
    }
    if (failed) {
        cli_message_warning(options, "device-skipped", "%.*s; using %s instead", length, text,
                            device->name);
    } else {
        cli_message_always("%.*s; using %s", length, text, device->name);
    }
    if (hint[0] != '\0' && !options->quiet) {
        print_lines("", hint);
    }
}

void cli_message_slow(const struct cli_options *options, const struct weft_device *device) {
    if (!device->emulated_fma) {
        return;
    }
    cli_message_warning(options, "emulated-fma",
                        "%s (%s) has no fma in hardware (CL_FP_FMA): it is slower than a CPU",
                        device->name, device->platform_name);
    if (device->hint[0] != '\0' && !options->quiet) {
        print_lines("", device->hint);
    }
}

enum weft_status cli_message_flush(struct weft_error *error) {
    int number;
    if (cli_event_lost()) {
        return error_set(error, WEFT_NO_MEMORY, "standard output: no memory for an event");
    }
    number = screen_flush();
    if (number == 0) {
        return WEFT_OK;
    }
    return os_interrupted()
               ? error_set(error, WEFT_INTERRUPTED, "standard output: interrupted")
               : error_set(error, cli_exit_has_verdict() ? WEFT_NO_VERDICT : WEFT_BAD_FILE,
                           "standard output: not all could be written: %s", strerror(number));
}

/* main.c: finds the command, parses its options, and runs it; its status is the exit code. */
#include <stdlib.h>
#include <string.h>

#include "backend/device.h"
#include "base/try.h"
#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/help/help.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "cli/parser.h"
#include "cli/predict/picture.h"
#include "cli/setup.h"
#include "data/model.h"
#include "os/process.h"
#include "os/terminal.h"
#include "report/canvas.h"
#include "report/screen.h"
#include "weft/version.h"

static void print_library(struct json_writer *event, const char *name, const char *version) {
    if (event != NULL) {
        cli_json_text(event, name, version);
    } else {
        screen_print("%s: %s\n", name, version[0] != '\0' ? version : "not built with it");
    }
}

/* weft_libraries comes last: OpenCL's loader loads the drivers, and one of them may end the
 * process. */
static enum weft_status print_version(bool as_json, struct weft_error *error) {
    struct weft_library libraries[WEFT_LIBRARIES_MAX];
    struct json_writer json, *event = NULL;
    size_t count;
    if (cli_event_begin(&json, as_json, "version")) {
        event = &json;
        json_write_string(event, "version", weft_version());
        json_write_string(event, "revision", weft_revision());
        json_write_string(event, "compiler", weft_compiler());
        json_write_integer(event, "contract", WEFT_CONTRACT);
        json_write_open(event, "libraries", '{');
    } else {
        screen_print("weft %s\nrevision: %s\ncompiler: %s\ncontract of equal bits: %d\n",
                     weft_version(), weft_revision(), weft_compiler(), WEFT_CONTRACT);
    }
    print_library(event, "libpng", cli_picture_png_version());
    print_library(event, "cairo", canvas_cairo_version());
    screen_flush();
    cli_explain_end(true);
    count = weft_libraries(libraries);
    for (size_t i = 0; i < count; i++) {
        print_library(event, libraries[i].name, libraries[i].version);
    }
    if (event == NULL) {
        return WEFT_OK;
    }
    json_write_close(event, '}');
    return cli_event_end(event, error);
}

static enum weft_status run_command(const struct cli_command *command, int count, char **arguments,
                                    struct weft_error *error) {
    struct cli_options *options = calloc(1, command->options_size);
    enum weft_status status;
    cli_exit_set_verdict(command->gives_verdict);
    cli_explain_end(false);
    if (options == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the options of weft %s",
                         command->name);
    }
    TRY_OR(done, cli_options_parse(command, count, arguments, options, error));
    if (options->help || options->version) {
        cli_exit_set_verdict(false);
    }
    if (options->help) {
        cli_help_command(command);
    } else if (options->version) {
        status = print_version(options->json, error);
    } else {
        status = command->run(options, error);
    }
done:
    free(options);
    return status;
}

/* weft --version [--json] */
static enum weft_status version(int count, char *const *arguments, struct weft_error *error) {
    bool json = count == 1 && strcmp(arguments[0], "--json") == 0;
    if (count > 0 && !json) {
        return error_set(error, WEFT_USAGE, "%.60s: weft --version takes only --json",
                         arguments[0]);
    }
    return print_version(json, error);
}

static enum weft_status dispatch(int count, char **arguments, struct weft_error *error) {
    const char *name = count > 0 ? arguments[0] : "";
    const struct cli_command *command = cli_command_find(name);
    if (command != NULL) {
        return run_command(command, count - 1, arguments + 1, error);
    }
    if (strcmp(name, "help") == 0) {
        return cli_help(count - 1, arguments + 1, error);
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        return cli_help(0, NULL, error);
    }
    if (strcmp(name, "--version") == 0) {
        return version(count - 1, arguments + 1, error);
    }
    if (*name == '\0') {
        error_set(error, WEFT_USAGE, "no command: usage: weft COMMAND [OPTION]...");
        return error_hint(error, "weft --help lists the commands");
    }
    if (name[0] == '-') {
        error_set(error, WEFT_USAGE, "%.60s: options follow the command", name);
        return error_hint(error, "for example: weft train --epochs 5; weft --help lists the "
                                 "commands, weft --version prints the version");
    }
    return cli_help_unknown(name, NULL, error);
}

/* Returns whether --json is among the arguments: errors are then events too. */
static bool wants_json(int count, char *const *arguments) {
    for (int i = 0; i < count && strcmp(arguments[i], "--") != 0; i++) {
        if (strcmp(arguments[i], "--json") == 0) {
            return true;
        }
    }
    return false;
}

static const char INTERRUPTED_EVENT[] =
    "{\"event\":\"error\",\"code\":130,\"message\":\"interrupted\",\"hint\":\"\"}\n";

/* After an interrupt, that is the reason of every failure: the signal has also reached the
 * processes of a driver's compiler, and LLVM removes its files. */
static enum weft_status blame_interrupt(enum weft_status status, struct weft_error *error) {
    if (!os_interrupted() || status == WEFT_USAGE || status == WEFT_INTERRUPTED) {
        return status;
    }
    error_context(error, "interrupted");
    return error->status = WEFT_INTERRUPTED;
}

/* Flushes what a command has printed that ends with ${status}. If that fails, it is the failure of
 * a command that has not failed; of another one it is reported in addition. */
static enum weft_status deliver(enum weft_status status, struct weft_error *error) {
    struct weft_error lost = {0};
    if (cli_message_flush(&lost) == WEFT_OK) {
        return status;
    }
    if (status == WEFT_OK) {
        *error = lost;
        return lost.status;
    }
    if (lost.status != WEFT_NO_MEMORY && lost.status != WEFT_INTERRUPTED) {
        cli_message_always("%s", lost.message);
    }
    return status;
}

int main(int argc, char **argv) {
    struct weft_error error = {0};
    int count = argc > 1 ? argc - 1 : 0;
    bool json = wants_json(count, argv + 1); /* the options may turn out to be wrong */
    enum weft_status status;
    os_guard_streams();
    cli_explain_end(false);
    os_end_at_interrupts("weft: interrupted\n", json ? INTERRUPTED_EVENT : "");
    set_interrupted(os_signalled); /* the flag of this copy of src/os, for the library's */
    os_remember_program(argc > 0 ? argv[0] : NULL);
    status = deliver(dispatch(count, argv + 1, &error), &error);
    if (status != WEFT_OK &&
        error.message[0] != '\0') { /* otherwise another process has printed it */
        status = blame_interrupt(status, &error);
        cli_message_error(&error, json);
    }
    os_explain_end(NULL, 0);
    if (device_lost()) { /* an exit handler of its driver may wait for ever */
        screen_flush();
        os_end(cli_exit_code(status));
    }
    return cli_exit_code(status);
}

/* main.c: finds the command, parses its options, and runs it; its status is the exit code. */
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/help/help.h"
#include "cli/messages.h"
#include "cli/nearest.h"
#include "cli/parser.h"
#include "cli/version.h"
#include "os/interrupt.h"
#include "os/process.h"
#include "os/terminal.h"

static const char *command_name(const void *context, size_t index) {
    (void)context;
    return cli_commands[index] != NULL ? cli_commands[index]->name : NULL;
}

static enum weft_status unknown_command(const char *name, struct weft_error *error) {
    const char *nearest = cli_nearest_find(name, command_name, NULL);
    weft_fail(error, WEFT_USAGE, "unknown command %.60s: weft --help lists all commands", name);
    return nearest != NULL ? weft_error_hint(error, "did you mean weft %s?", nearest)
                           : error->status;
}

static enum weft_status run_command(const struct cli_command *command, int count, char **arguments,
                                    struct weft_error *error) {
    struct cli_options *options = calloc(1, command->options_size);
    enum weft_status status;
    if (options == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the options of weft %s", command->name);
    }
    TRY_OR(done, cli_options_parse(command, count, arguments, options, error));
    if (options->help) {
        cli_help_command(stdout, command);
    } else if (options->version) {
        status = cli_version_print(options->json, error);
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
        return weft_fail(error, WEFT_USAGE, "%.60s: weft --version takes only --json",
                         arguments[0]);
    }
    return cli_version_print(json, error);
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
        weft_fail(error, WEFT_USAGE, "no command: usage: weft COMMAND [OPTION]...");
        return weft_error_hint(error, "weft --help lists the commands");
    }
    if (name[0] == '-') {
        weft_fail(error, WEFT_USAGE, "%.60s: options follow the command", name);
        return weft_error_hint(error, "for example: weft train --epochs 5");
    }
    return unknown_command(name, error);
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

int main(int argc, char **argv) {
    struct weft_error error = {0};
    int count = argc > 1 ? argc - 1 : 0;
    bool json = wants_json(count, argv + 1); /* the options may turn out to be wrong */
    enum weft_status status;
    os_guard_streams();
    os_explain_end("weft: an OpenCL driver, or weft itself, crashed or ended the program\n"
                   "--device cpu uses no driver, OCL_ICD_VENDORS=FILE.icd uses only one; "
                   "weft verify looks for the fault\n",
                   WEFT_BAD_DEVICE);
    os_remember_program(argc > 0 ? argv[0] : NULL);
    status = dispatch(count, argv + 1, &error);
    if (status == WEFT_OK) {
        status = cli_message_flush(&error);
    }
    if (status == WEFT_BAD_DEVICE && os_interrupted()) {
        /* The signal may have made a driver's compiler fail: LLVM removes its files. */
        weft_error_context(&error, "interrupted");
        status = error.status = WEFT_INTERRUPTED;
    }
    if (status != WEFT_OK &&
        error.message[0] != '\0') { /* otherwise another process has printed it */
        cli_message_error(&error, json);
    }
    os_explain_end(NULL, 0);
    return (int)status;
}

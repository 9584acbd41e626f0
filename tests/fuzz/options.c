/* options.c: command lines. The first byte is the command; arguments end with a zero byte. */
#include "fuzz.h"

#include "cli/help/help.h"
#include "cli/parser.h"

enum { ARGUMENTS = 300 };

static const struct cli_command *choose(uint8_t number) {
    size_t count = 0;
    while (cli_commands[count] != NULL) {
        count++;
    }
    return cli_commands[number % count];
}

static void parse(const struct cli_command *command, int count, char **arguments) {
    struct cli_options *options = allocate(command->options_size);
    struct weft_error error = {0};
    enum weft_status status;
    memset(options, 0, command->options_size);
    status = cli_options_parse(command, count, arguments, options, &error);
    if (status == WEFT_OK) {
        const struct cli_option *row;
        char number[64];
        for (size_t i = 0; (row = cli_options_row(command, i)) != NULL; i++) {
            cli_option_text(row, options, number);
        }
    } else {
        require_failure(status, &error);
        REQUIRE(status == WEFT_USAGE);
    }
    free(options);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    const struct cli_command *command = choose(take_byte(&rest));
    char *text = copy_text(rest), *arguments[ARGUMENTS];
    struct weft_error error = {0};
    int count = 0;
    for (size_t at = 0; at < rest.size && count < ARGUMENTS; at += strlen(text + at) + 1) {
        arguments[count++] = text + at;
    }
    stdout = discard();
    cli_help_complete(count, arguments);
    if (count > 0 && cli_command_find(arguments[0]) == NULL) {
        require_failure(cli_help_unknown(arguments[0], NULL, &error), &error);
    }
    parse(command, count, arguments);
    free(text);
    return 0;
}

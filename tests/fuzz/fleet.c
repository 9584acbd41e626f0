/* fleet.c: verdicts of other machines, as weft compare --fleet reads them; with --json if the first
 * byte is odd. What it prints holds no control character. */
#include "printed.h"

#include "cli/fleet/fleet.h"
#include "cli/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    uint8_t how = take_byte(&rest);
    char option[] = "--fleet", json[] = "--json", path[1200];
    char *arguments[] = {option, path, path, json};
    const struct cli_command *command = cli_command_find("compare");
    struct cli_options *options = allocate(command->options_size);
    struct weft_error error = {0};
    strcpy(path, write_file("fleet", rest));
    memset(options, 0, command->options_size);
    REQUIRE(cli_options_parse(command, how & 1 ? 4 : 3, arguments, options, &error) == WEFT_OK);
    printed_begin();
    enum weft_status status = cli_compare_fleet(options, &error);
    printed_check();
    if (status != WEFT_OK) {
        require_failure(status, &error);
    }
    free(options);
    return 0;
}

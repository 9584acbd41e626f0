/* commands.c: the list of commands. A new command is a new file, which has its row, and a line
 * here. */
#include <string.h>

#include "cli/command.h"

#define COMMANDS(X)                                                                                \
    X(devices)                                                                                     \
    X(data)                                                                                        \
    X(samples)                                                                                     \
    X(summary)                                                                                     \
    X(train)                                                                                       \
    X(evaluate)                                                                                    \
    X(predict)                                                                                     \
    X(verify)                                                                                      \
    X(compare)                                                                                     \
    X(bench)                                                                                       \
    X(report)

#define DECLARE(NAME) extern const struct cli_command cli_command_##NAME;
#define ADDRESS(NAME) &cli_command_##NAME,

COMMANDS(DECLARE)
const struct cli_command *const cli_commands[] = {COMMANDS(ADDRESS) NULL};

const struct cli_command *cli_command_find(const char *name) {
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        if (strcmp(cli_commands[i]->name, name) == 0) {
            return cli_commands[i];
        }
    }
    return NULL;
}

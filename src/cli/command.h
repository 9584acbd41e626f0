/* command.h: what a command of the program is. A command defines its row in its own file. */
#ifndef WEFT_CLI_COMMAND_H
#define WEFT_CLI_COMMAND_H

#include "cli/options.h"

/* How many operands (words that are not options) a command takes. */
enum cli_operand {
    CLI_OPERAND_NONE,
    CLI_OPERAND_OPTIONAL,
    CLI_OPERAND_REQUIRED,
    CLI_OPERAND_SEVERAL /* one or more: the command checks their number */
};

/* A row of the table of commands. */
struct cli_command {
    const char *name;
    const char *summary; /* one line */

    /* Runs the command. ${options}: the struct of its options. Results go to stdout, everything
     * else to stderr. The status is the exit code of the program, and main prints the message in
     * ${error}. */
    enum weft_status (*run)(const void *options, struct weft_error *error);

    /* Its exit code 1 is the verdict "different", and nothing else (cli_exit_set_verdict). */
    bool gives_verdict;

    /* Bytes of the struct of its options, whose first member is struct cli_options. */
    size_t options_size;
    const struct cli_option *options; /* its own options, ends with a name of NULL; or NULL */
    enum cli_operand operand;
    const char *operand_name; /* "MODEL" */
    const char *notes;        /* what help prints below the options, or NULL */
    const char *details;      /* what only the manual page prints, or NULL */
    const char *examples;     /* lines, the first one is the best */
};

/* commands.c: all commands, in the order of weft --help; ends with NULL. */
extern const struct cli_command *const cli_commands[];

/* Returns the command called ${name}, or NULL. */
const struct cli_command *cli_command_find(const char *name);

#endif

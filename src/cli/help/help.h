/* help.h: what the program prints about itself: the pages of weft help, the manual page and the
 * completions of shells. All of it is made from the tables of commands and options, so that none
 * can say what the program does not do. */
#ifndef WEFT_CLI_HELP_H
#define WEFT_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* A word and what it means. A table ends with a term of NULL. */
struct cli_term {
    const char *term, *text;
};

/* topics.c */
extern const struct cli_term cli_exit_codes[];
extern const struct cli_term cli_variables[]; /* those that replace no option */
extern const struct cli_term cli_file_names[];

/* A page of weft help that is not about a command. Members may be NULL, except the first two. */
struct cli_topic {
    const char *name;
    const char *summary;          /* one line */
    const char *text;             /* printed first, unchanged */
    const struct cli_term *terms; /* printed below */
    const char *note;             /* printed last, wrapped */
    void (*print)(void);          /* prints the page instead */
};

extern const struct cli_topic cli_topics[]; /* ends with a name of NULL */

/* help.c: prints the page of ${command}. */
void cli_help_command(const struct cli_command *command);

/* weft help [COMMAND or TOPIC]: prints the page. Fails with WEFT_USAGE. */
enum weft_status cli_help(int count, char *const *names, struct weft_error *error);

/* Fails with WEFT_USAGE because there is no command ${name}. The hint is the command, or one of
 * ${topics} if they are not NULL, whose name is similar. */
enum weft_status cli_help_unknown(const char *name, const struct cli_topic *topics,
                                  struct weft_error *error);

/* Writes "--order shuffled|file" into ${text}. */
void cli_help_usage(const struct cli_option *option, char text[128]);

/* Writes what ${option} does, its default and its variable, as one paragraph, into ${text}. */
void cli_help_explain(const struct cli_option *option, char text[512]);

/* Writes "MODEL" or "[MODEL]" with a space before it, or nothing, into ${text}. */
void cli_help_operand(const struct cli_command *command, char text[64]);

/* Prints ${terms} in two columns. */
void cli_help_terms(const struct cli_term *terms);

/* Prints those of ${options} that the page ${topic} has, NULL for the page of their command, in two
 * columns below ${title}; nothing where there are none. */
void cli_help_options(const char *title, const struct cli_option *options, const char *topic);

/* manual.c: prints weft(1), with the macros of man(7). */
void cli_manual_print(void);

/* complete.c: weft help complete WORD...: prints what the last of ${words} can be. */
void cli_help_complete(int count, char *const *words);

/* completion_texts.c, made by the build: the scripts of completions/. */
extern const char cli_completion_bash[], cli_completion_zsh[], cli_completion_fish[];

#endif

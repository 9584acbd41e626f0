/* completion.h: how a shell's script says what stands in the tables of commands and options. */
#ifndef WEFT_CLI_COMPLETION_H
#define WEFT_CLI_COMPLETION_H

#include "cli/help/help.h"

/* What a shell offers for a value or an operand. */
enum cli_word {
    CLI_WORD_ANY,     /* nothing: a number, a list */
    CLI_WORD_DEVICE,  /* auto, cpu, gpu and the devices that there are */
    CLI_WORD_FILE,    /* files */
    CLI_WORD_FOLDER,  /* folders */
    CLI_WORD_MODEL,   /* .safetensors files and folders */
    CLI_WORD_PICTURE, /* models and .png files */
    CLI_WORD_COUNT
};

/* What is offered for one value or operand. */
struct cli_offer {
    enum cli_word word;
    const char *const *choices; /* the words of a list, ending with NULL; NULL: none, but ${word} */
};

/* A shell's script, from the top to the bottom. */
struct cli_shell {
    const char *head;   /* then command() for each command */
    const char *topics; /* then topic() for each topic of weft help */
    const char *common; /* then option() for the options of all commands, with a command of NULL */
    const char *
        commands; /* then for each command begin(), option() for each of its own, operand() if it takes one, and end */
    const char *end;
    const char *tail;
    void (*command)(FILE *out, const char *name, const char *summary);
    void (*topic)(FILE *out, const char *name, const char *summary);
    void (*begin)(FILE *out, const struct cli_command *command); /* optional */
    void (*option)(FILE *out, const struct cli_command *command, const struct cli_option *option,
                   const struct cli_offer *offer);
    void (*operand)(FILE *out, const struct cli_command *command, const struct cli_offer *offer);
    const char *words[CLI_WORD_COUNT]; /* how it offers words of a kind */
    const char *before, *behind;       /* and the words of a list, which lie between these */
};

/* Writes the script of ${shell}. */
void cli_completion_print(FILE *out, const struct cli_shell *shell);

/* Writes ${offer} as ${shell} says it. */
void cli_completion_offer(FILE *out, const struct cli_shell *shell, const struct cli_offer *offer);

#endif

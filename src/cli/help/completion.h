/* completion.h: how a shell's script says what stands in the tables of commands and options. */
#ifndef WEFT_CLI_COMPLETION_H
#define WEFT_CLI_COMPLETION_H

#include "cli/help/help.h"

/* What a shell offers for a value or an operand. */
enum weft_word {
    WEFT_WORD_ANY,     /* nothing: a number, a list */
    WEFT_WORD_DEVICE,  /* auto, cpu, gpu and the devices that there are */
    WEFT_WORD_FILE,    /* files */
    WEFT_WORD_FOLDER,  /* folders */
    WEFT_WORD_MODEL,   /* .safetensors files and folders */
    WEFT_WORD_PICTURE, /* models and .png files */
    WEFT_WORD_COUNT
};

/* What is offered for one value or operand. */
struct weft_offer {
    enum weft_word word;
    const char *const *choices; /* the words of a list, ending with NULL; NULL: none, but ${word} */
};

/* A shell's script, from the top to the bottom. */
struct weft_shell {
    const char *head;   /* then command() for each command */
    const char *topics; /* then topic() for each topic of weft help */
    const char *common; /* then option() for the options of all commands, with a command of NULL */
    const char *
        commands; /* then for each command begin(), option() for each of its own, operand() if it takes one, and end */
    const char *end;
    const char *tail;
    void (*command)(FILE *out, const char *name, const char *summary);
    void (*topic)(FILE *out, const char *name, const char *summary);
    void (*begin)(FILE *out, const struct weft_command *command); /* optional */
    void (*option)(FILE *out, const struct weft_command *command, const struct weft_option *option,
                   const struct weft_offer *offer);
    void (*operand)(FILE *out, const struct weft_command *command, const struct weft_offer *offer);
    const char *words[WEFT_WORD_COUNT]; /* how it offers words of a kind */
    const char *before, *behind;        /* and the words of a list, which lie between these */
};

/* Writes the script of ${shell}. */
void weft_completion_print(FILE *out, const struct weft_shell *shell);

/* Writes ${offer} as ${shell} says it. */
void weft_completion_offer(FILE *out, const struct weft_shell *shell,
                           const struct weft_offer *offer);

#endif

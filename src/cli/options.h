/* options.h: what an option is, and the options of every command.
 *
 * An option is a row of a table. The parser, weft help, the manual page and the completions of
 * shells read these tables. The values of a command's options are in a struct of the command, whose
 * first member is struct cli_options:
 *
 *     struct cli_train_options {
 *         struct cli_options common;
 *         uint64_t epochs;
 *     };
 *     #define OPTIONS struct cli_train_options
 *     static const struct cli_option rows[] = {
 *         OPTION_COUNT("epochs", epochs, "5", 1, 100000, "passes over all training images"),
 *         {.name = NULL},
 *     }; */
#ifndef WEFT_CLI_OPTIONS_H
#define WEFT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct cli_command;
struct json_writer;

/* The options of every command, and what else is on the command line. Choices are the index into
 * the row's choices, -1 without a value and a default. */
struct cli_options {
    const char *device, *data, *kernels, *cl_options;
    const char *mean, *std; /* of pixels: numbers, or "computed" */
    float test_fraction;    /* 0: none was given */
    uint64_t threads;       /* 0: all that the process may use */
    int math, mapping, step_kernel;
    bool no_fuse, no_cache, images_on_host, json, quiet, verbose, help, version;
    char **operands; /* the words that are not options */
    size_t operand_count;
    const struct cli_command *command;
    uint64_t given; /* bit i: row i of cli_options_row is on the command line */
};

enum cli_option_type {
    CLI_OPTION_FLAG,   /* bool; --no-NAME turns off one that a recipe may have */
    CLI_OPTION_TEXT,   /* const char *, not empty */
    CLI_OPTION_COUNT,  /* uint64_t, least to most */
    CLI_OPTION_FLOAT,  /* float, low to high */
    CLI_OPTION_CHOICE, /* int: the index of the word in choices */
    CLI_OPTION_TIME,   /* uint64_t, seconds, least to most: 50s, 10m, 2h, or 50 */
};

/* One option. */
struct cli_option {
    const char *name; /* without the dashes */
    enum cli_option_type type;
    size_t offset;        /* of its field in the struct of the command's options */
    const char *value;    /* what help calls its value: "DIR"; NULL: a flag, or the choices */
    const char *help;     /* lines separated by newlines */
    const char *initial;  /* its default, as a user would write it, or NULL */
    const char *variable; /* of the environment, used when the option is not given; or NULL */
    uint64_t least, most;
    float low, high;
    const char *const *choices; /* ends with NULL */
    const char *offers;         /* words, separated by spaces, that completion offers */
    const char *topic;          /* the page of weft help that has it, not that of its command */
    bool recipe;                /* a recipe file may have it */
};

/* Returns whether --no-NAME turns ${option} off. */
static inline bool cli_option_negates(const struct cli_option *option) {
    return option->type == CLI_OPTION_FLAG && option->recipe;
}

/* Rows of a table. OPTIONS is the struct of the command's options. ROW_COUNT and its like are the
 * members of a row, for one with further members: {ROW_COUNT(...), .recipe = true}. */
#define OPTION_ROW(TYPE, NAME, FIELD, HELP)                                                        \
    .name = NAME, .type = TYPE, .offset = offsetof(OPTIONS, FIELD), .help = HELP
#define ROW_FLAG(NAME, FIELD, HELP) OPTION_ROW(CLI_OPTION_FLAG, NAME, FIELD, HELP)
#define ROW_TEXT(NAME, FIELD, VALUE, HELP)                                                         \
    OPTION_ROW(CLI_OPTION_TEXT, NAME, FIELD, HELP), .value = VALUE
#define ROW_COUNT(NAME, FIELD, INITIAL, LEAST, MOST, HELP)                                         \
    OPTION_ROW(CLI_OPTION_COUNT, NAME, FIELD, HELP), .value = "N", .initial = INITIAL,             \
                                                     .least = LEAST, .most = MOST
#define ROW_FLOAT(NAME, FIELD, INITIAL, LOW, HIGH, HELP)                                           \
    OPTION_ROW(CLI_OPTION_FLOAT, NAME, FIELD, HELP), .value = "X", .initial = INITIAL, .low = LOW, \
                                                     .high = HIGH
#define ROW_TIME(NAME, FIELD, HELP)                                                                \
    OPTION_ROW(CLI_OPTION_TIME, NAME, FIELD, HELP), .value = "TIME", .least = 1,                   \
                                                    .most = 31536000 /* a year */
#define ROW_CHOICE(NAME, FIELD, INITIAL, CHOICES, HELP)                                            \
    OPTION_ROW(CLI_OPTION_CHOICE, NAME, FIELD, HELP), .initial = INITIAL, .choices = CHOICES
#define OPTION_FLAG(...)                                                                           \
    { ROW_FLAG(__VA_ARGS__) }
#define OPTION_TEXT(...)                                                                           \
    { ROW_TEXT(__VA_ARGS__) }
#define OPTION_COUNT(...)                                                                          \
    { ROW_COUNT(__VA_ARGS__) }
#define OPTION_FLOAT(...)                                                                          \
    { ROW_FLOAT(__VA_ARGS__) }
#define OPTION_TIME(...)                                                                           \
    { ROW_TIME(__VA_ARGS__) }
#define OPTION_CHOICE(...)                                                                         \
    { ROW_CHOICE(__VA_ARGS__) }
#define OPTION_FILE(NAME, FIELD, HELP) OPTION_TEXT(NAME, FIELD, "FILE", HELP)

/* A row of the commands that train. */
#define OPTION_STEP_KERNEL                                                                         \
    {                                                                                              \
        ROW_CHOICE("step-kernel", common.step_kernel, "auto", cli_step_kernel_names,               \
                   "launch many steps: auto, always, never"),                                      \
            .value = "WHEN"                                                                        \
    }

/* commands.c */
extern const struct cli_option cli_common_options[];
extern const char *const cli_split_names[];       /* in the order of enum weft_split */
extern const char *const cli_mapping_names[];     /* in the order of enum weft_mapping */
extern const char *const cli_step_kernel_names[]; /* in the order of enum weft_step_kernel */
extern const char *const cli_math_names[];        /* in the order of enum weft_math */
extern const char *const cli_theme_names[];       /* in the order of enum canvas_theme */

/* Adds the common options that concern computing to the object that is open. */
void cli_options_json(struct json_writer *json, const struct cli_options *options);

#endif

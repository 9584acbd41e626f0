/* options.h: the command line: what an option is, the values of all of them, and how they are read.
 *
 * An option is a row of a table: options.c reads the command line by these, and weft help, the manual page and the completions of shells are
 * made of them. */
#ifndef WEFT_CLI_OPTIONS_H
#define WEFT_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/weft.h"

struct cli_command;
struct cli_option;

#define CLI_OPERANDS_MAX 4096 /* of one command line */
#define CLI_GIVEN_MAX    128

/* The value of every option of every command. A command uses those that its table names. Choices
 * are the index into the row's choices, -1 when there is neither a value nor a default. */
struct cli_options {
    /* common: src/cli/common.c */
    const char *device, *data, *kernels, *cl_options;
    uint64_t threads; /* 0: all that the process may use */
    int math, mapping;
    bool no_fuse, no_cache, clear_cache, json, quiet, verbose, help, version;
    /* train */
    uint64_t validate;                   /* 0: none */
    uint64_t epochs, batch, seed, steps; /* batch: evaluate too; steps: 0 for no limit */
    float lr;
    int order;
    const char *init, *network, *out, *resume, *dump_gradients; /* network: summary too */
    bool force;
    /* evaluate */
    int split, pixels, statistics;
    bool as_published;
    const char *csv, *logits;
    /* bench */
    uint64_t images, repeat, wide;
    int only; /* enum cli_bench_what, or -1 */
    bool peak, whole;
    /* figures: evaluate, samples */
    const char *figure;
    bool normalize;
    int theme;
    /* report */
    bool no_images;
    /* predict */
    const char *index;
    uint64_t top;
    int invert;
    int mirror;
    const char *curves;
    /* samples */
    uint64_t count;
    const char *shuffle, *class_name; /* shuffle: a seed, NULL for file order */
    bool fleet;                       /* compare */
    /* verify; seed and steps too */
    bool all, quick, full;
    uint64_t soak, timeout; /* seconds; 0: none */
    const char *inject, *bundle;
    /* what is no option: MODEL, A B */
    const char *operand; /* the first; NULL when not given */
    const char *operands[CLI_OPERANDS_MAX];
    size_t operand_count;
    /* the rows of the options on the command line, each as often as it stands there */
    const struct cli_option *given[CLI_GIVEN_MAX];
    size_t given_count;
};

enum cli_option_type {
    CLI_OPTION_FLAG,   /* bool */
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
    size_t offset;        /* of its field in struct cli_options */
    const char *value;    /* what help calls its value: "DIR"; NULL for a flag */
    const char *help;     /* lines separated by newlines */
    const char *initial;  /* its default, as it would be written, or NULL */
    const char *variable; /* of the environment; loses against the option; NULL: none */
    uint64_t least, most;
    float low, high;
    const char *const *choices; /* ends with NULL */
};

#define CLI_OPTION(FIELD) offsetof(struct cli_options, FIELD)

/* Rows of several commands' tables. */
#define CLI_OPTION_ROW_SPLIT(HELP, INITIAL)                                                        \
    {                                                                                              \
        .name = "split", .type = CLI_OPTION_CHOICE, .offset = CLI_OPTION(split), .help = HELP,     \
        .initial = INITIAL, .choices = cli_split_names                                             \
    }
#define CLI_OPTION_ROW_THEME(HELP)                                                                 \
    {                                                                                              \
        .name = "theme", .type = CLI_OPTION_CHOICE, .offset = CLI_OPTION(theme), .help = HELP,     \
        .initial = "light", .choices = cli_theme_names                                             \
    }
#define CLI_OPTION_ROW_FILE(NAME, FIELD, HELP)                                                     \
    {                                                                                              \
        .name = NAME, .type = CLI_OPTION_TEXT, .offset = CLI_OPTION(FIELD), .value = "FILE",       \
        .help = HELP                                                                               \
    }
#define CLI_OPTION_ROW_FLAG(NAME, FIELD, HELP)                                                     \
    { .name = NAME, .type = CLI_OPTION_FLAG, .offset = CLI_OPTION(FIELD), .help = HELP }

/* How many operands (words that are no option) a command takes. */
enum cli_operand {
    CLI_OPERAND_NONE,
    CLI_OPERAND_OPTIONAL,
    CLI_OPERAND_REQUIRED,
    CLI_OPERAND_SEVERAL /* one or more: the command looks at their number */
};

/* common.c: the options with one meaning everywhere. */
extern const struct cli_option cli_common_options[];
extern const char *const cli_split_names[];   /* in the order of enum weft_split */
extern const char *const cli_mapping_names[]; /* in the order of enum weft_mapping */
extern const char *const cli_math_names[];    /* in the order of enum weft_math */
extern const char *const cli_theme_names[];   /* in the order of enum canvas_theme */

/* options.c: fills ${options} from ${arguments} (without program and command), the environment and
 * the defaults, in this order of strength. Options are --name value, --name=value, or --flag; --
 * ends them; the last of two wins. Texts point into ${arguments} and the environment. With --help
 * or --version among them the rest is not missed. Fails with WEFT_USAGE. */
enum weft_status cli_options_parse(const struct cli_command *command, int count,
                                   char *const *arguments, struct cli_options *options,
                                   struct weft_error *error);

/* Whether the option ${name} stands on the command line. */
bool cli_options_given(const struct cli_options *options, const char *name);

/* values.c: stores ${text} as the value of ${option}. ${source} says in a message where the text is
 * from: "--batch". */
enum weft_status cli_option_set(const struct cli_option *option, const char *text,
                                const char *source, struct cli_options *options,
                                struct weft_error *error);

/* Returns the value that ${option} has in ${options}, as it would be written, perhaps in ${number}; NULL for a flag. */
const char *cli_option_text(const struct cli_option *option, const struct cli_options *options,
                            char number[64]);

/* Reads ${text} as a whole number from ${least} to ${most}. Fails with WEFT_USAGE. */
enum weft_status cli_option_count(const char *text, uint64_t least, uint64_t most,
                                  const char *source, uint64_t *value, struct weft_error *error);

#endif

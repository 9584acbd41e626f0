/* resume_command.c: the command line that continues an interrupted training. */
#include <string.h>

#include "base/text.h"
#include "cli/parser.h"
#include "cli/train/resume.h"
#include "cli/values.h"
#include "os/process.h"

static bool is_plain(const char *word) {
    return *word != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_./:=@%+,-")] == '\0';
}

/* Adds ${word} as a shell reads it for one word: in single quotes if need be, with each single
 * quote outside of them. */
static void add_word(struct text *line, const char *word) {
    if (is_plain(word)) {
        text_add(line, "%s", word);
        return;
    }
    text_add(line, "'");
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            text_add(line, "'\\''");
        } else {
            text_add_bytes(line, word, 1);
        }
    }
    text_add(line, "'");
}

/* Adds " --name" and its value; --name=VALUE if the value looks like an option. */
static void add_option(struct text *line, const char *name, const char *value) {
    text_add(line, " --%s", name);
    if (value != NULL) {
        text_add(line, value[0] == '-' ? "=" : " ");
        add_word(line, value);
    }
}

/* Whether the checkpoint keeps the value of an option, or the option chooses the run. */
static bool is_kept(const struct cli_train_options *options, const char *name) {
    static const char *const kept[] = {"epochs", "steps",    "resume", "out",    "force",
                                       "batch",  "lr",       "seed",   "order",  "math",
                                       "init",   "validate", "data",   "network"};
    /* A resumed run may have been given more epochs or steps than its checkpoint has. */
    size_t first = options->resume != NULL ? 2 : 0;
    for (size_t i = first; i < sizeof kept / sizeof kept[0]; i++) {
        if (strcmp(kept[i], name) == 0) {
            return true;
        }
    }
    return false;
}

char *cli_resume_command(const struct cli_training *train) {
    const struct cli_options *common = &train->options.common;
    const struct cli_option *option;
    struct text line = {0};
    add_word(&line, os_program_name());
    text_add(&line, " train");
    add_option(&line, "resume", train->run.path);
    for (size_t i = 0; (option = cli_options_row(common->command, i)) != NULL; i++) {
        char value[64];
        if ((common->given >> i & 1) != 0 && !is_kept(&train->options, option->name)) {
            add_option(&line, option->name, cli_option_text(option, common, value));
        }
    }
    return text_take(&line);
}

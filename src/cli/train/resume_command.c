/* resume_command.c: the command line that goes on with an interrupted training. */
#include "cli/train/train.h"

#include <string.h>

#include "cli/values.h"
#include "os/process.h"

/* Text that grows in a space of fixed size. */
struct line {
    char *text;
    size_t size, length;
    bool full;
};

static void add(struct line *line, const char *text, size_t length) {
    if (line->length + length >= line->size) {
        line->full = true;
        return;
    }
    memcpy(line->text + line->length, text, length);
    line->length += length;
    line->text[line->length] = '\0';
}

static bool is_plain(const char *word) {
    return *word != '\0' && word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                              "0123456789_./:=@%+,-")] == '\0';
}

/* As a shell takes it for one word: in single quotes where need be, a quote itself outside of
 * them. */
static void add_word(struct line *line, const char *word) {
    if (is_plain(word)) {
        add(line, word, strlen(word));
        return;
    }
    add(line, "'", 1);
    for (; *word != '\0'; word++) {
        if (*word == '\'') {
            add(line, "'\\''", 4);
        } else {
            add(line, word, 1);
        }
    }
    add(line, "'", 1);
}

/* " --name" and its value; --name=VALUE where the value looks like an option. */
static void add_option(struct line *line, const char *name, const char *value) {
    add(line, " --", 3);
    add(line, name, strlen(name));
    if (value != NULL) {
        add(line, value[0] == '-' ? "=" : " ", 1);
        add_word(line, value);
    }
}

/* What the checkpoint keeps, and what chooses the run: it must not, or need not, be said again. */
static bool is_kept(const char *name) {
    static const char *const kept[] = {"resume", "out",      "force", "epochs",  "steps",
                                       "batch",  "lr",       "seed",  "order",   "math",
                                       "init",   "validate", "data",  "network", NULL};
    for (size_t i = 0; kept[i] != NULL; i++) {
        if (strcmp(kept[i], name) == 0) {
            return true;
        }
    }
    return false;
}

bool cli_train_resume_command(const struct cli_training *train, char *text, size_t size) {
    const struct cli_train_options *options = &train->options;
    const struct cli_option *option;
    struct line line = {.text = text, .size = size};
    add_word(&line, os_program_name());
    add(&line, " train", 6);
    add_option(&line, "resume", train->run.path);
    /* A run that went on already may have been given more epochs or steps than its checkpoint knows
     * of. */
    if (options->resume != NULL) {
        char number[24];
        if (cli_options_given(&options->common, "epochs")) {
            snprintf(number, sizeof number, "%llu", (unsigned long long)options->epochs);
            add_option(&line, "epochs", number);
        }
        if (cli_options_given(&options->common, "steps")) {
            snprintf(number, sizeof number, "%llu", (unsigned long long)options->steps);
            add_option(&line, "steps", number);
        }
    }
    for (size_t i = 0; (option = cli_options_row(options->common.command, i)) != NULL; i++) {
        char value[64];
        if ((options->common.given >> i & 1) != 0 && !is_kept(option->name)) {
            add_option(&line, option->name, cli_option_text(option, &options->common, value));
        }
    }
    return !line.full;
}

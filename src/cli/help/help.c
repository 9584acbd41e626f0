/* help.c: the pages of weft help, made from the tables of commands and options. A page fits a
 * screen: what is the same for every command is on a separate page. */
#include "cli/help/help.h"

#include <string.h>

#include "base/nearest.h"
#include "cli/nearest.h"
#include "cli/text_wrap.h"
#include "report/screen.h"

enum { WIDTH = 80, COLUMN = 24 /* where explanations begin */ };

void cli_help_usage(const struct cli_option *option, char text[128]) {
    int length =
        snprintf(text, 128, "--%s%s", cli_option_negates(option) ? "[no-]" : "", option->name);
    if (option->type == CLI_OPTION_CHOICE && option->value == NULL) {
        for (size_t i = 0; option->choices[i] != NULL && length < 128; i++) {
            length += snprintf(text + length, 128 - (size_t)length, "%s%s", i == 0 ? " " : "|",
                               option->choices[i]);
        }
    } else if (option->value != NULL) {
        snprintf(text + length, 128 - (size_t)length, " %s", option->value);
    }
}

void cli_help_explain(const struct cli_option *option, char text[512]) {
    int length = snprintf(text, 512, "%s", option->help);
    if (option->initial != NULL && option->variable != NULL) {
        snprintf(text + length, 512 - (size_t)length, " (default: %s; variable %s)",
                 option->initial, option->variable);
    } else if (option->initial != NULL) {
        snprintf(text + length, 512 - (size_t)length, " (default: %s)", option->initial);
    } else if (option->variable != NULL) {
        snprintf(text + length, 512 - (size_t)length, " (variable %s)", option->variable);
    }
}

void cli_help_operand(const struct cli_command *command, char text[64]) {
    text[0] = '\0';
    if (command->operand >= CLI_OPERAND_REQUIRED) {
        snprintf(text, 64, " %s", command->operand_name);
    } else if (command->operand == CLI_OPERAND_OPTIONAL) {
        snprintf(text, 64, " [%s]", command->operand_name);
    }
}

void cli_help_terms(const struct cli_term *terms) {
    for (; terms->term != NULL; terms++) {
        screen_print("  %-*s", COLUMN - 2, terms->term);
        if ((int)strlen(terms->term) > COLUMN - 3) {
            screen_print("\n%*s", COLUMN, "");
        }
        cli_text_wrap(terms->text, COLUMN, COLUMN, WIDTH);
    }
}

static bool is_on_page(const struct cli_option *option, const char *topic) {
    return topic == NULL || option->topic == NULL ? option->topic == topic
                                                  : strcmp(option->topic, topic) == 0;
}

void cli_help_options(const char *title, const struct cli_option *options, const char *topic) {
    if (options == NULL || options->name == NULL) {
        return;
    }
    screen_print("%s:\n", title);
    for (; options->name != NULL; options++) {
        char usage[128], text[512];
        const struct cli_term terms[] = {{usage, text}, {NULL, NULL}};
        if (!is_on_page(options, topic)) {
            continue;
        }
        cli_help_usage(options, usage);
        cli_help_explain(options, text);
        cli_help_terms(terms);
    }
    screen_print("\n");
}

/* Prints ${lines}, indented. */
static void print_examples(const char *lines) {
    screen_print("examples:\n");
    while (*lines != '\0') {
        int length = (int)strcspn(lines, "\n");
        screen_print("  %.*s\n", length, lines);
        lines += length + 1;
    }
}

/* Names the page that has the rest of ${options}, if there is one. */
static void print_topics(const struct cli_option *options) {
    const char *names[2] = {"", ""}, *topic = NULL;
    size_t count = 0;
    for (; options != NULL && options->name != NULL; options++) {
        if (options->topic != NULL && count < 2) {
            names[count++] = options->name;
            topic = options->topic;
        }
    }
    if (topic != NULL) {
        screen_print("weft help %s explains --%s, --%s and other options.\n", topic, names[0],
                     names[1]);
    }
}

void cli_help_command(const struct cli_command *command) {
    char operand[64];
    cli_help_operand(command, operand);
    screen_print("weft %s: %s\n\nusage: weft %s [OPTION]...%s\n\n", command->name, command->summary,
                 command->name, operand);
    cli_help_options("options", command->options, NULL);
    print_topics(command->options);
    screen_print(
        "weft help options explains --device, --data, --json and other common options.\n\n");
    if (command->operand == CLI_OPERAND_OPTIONAL || command->operand == CLI_OPERAND_REQUIRED) {
        screen_print("%s is a .safetensors file, or a run folder with model.safetensors.\n\n",
                     command->operand_name);
    }
    if (command->notes != NULL) {
        cli_text_wrap(command->notes, 0, 0, WIDTH);
        screen_print("\n");
    }
    print_examples(command->examples);
}

static void print_program(void) {
    screen_print("weft trains and evaluates a small convolutional network on Fashion-MNIST, with\n"
                 "the same bits on every OpenCL device and on the CPU.\n\n"
                 "usage: weft COMMAND [OPTION]...\n\n");
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];
        screen_print("  %-10s %s\n", command->name, command->summary);
    }
    screen_print("\nweft help COMMAND explains a command, and weft help recipes how train learns.\n"
                 "weft help options, environment, files, exit-codes and completion explain what\n"
                 "is the same for all commands.\n\n");
    print_examples("weft train --epochs 5 --out run-a\n"
                   "weft evaluate run-a --figure confusion.png\nweft verify --all\n");
}

/* ---- weft help [COMMAND or TOPIC] ---- */

static void print_topic(const struct cli_topic *topic) {
    if (topic->print != NULL) {
        topic->print();
        return;
    }
    screen_print_constant(topic->text);
    if (topic->terms != NULL) {
        cli_help_terms(topic->terms);
        screen_print("\n");
        cli_text_wrap(topic->note, 0, 0, WIDTH);
    }
}

/* Returns the name of page ${index}: commands, then ${topics} unless they are NULL. */
static const char *page_name(const void *topics, size_t index) {
    size_t commands = 0;
    while (cli_commands[commands] != NULL) {
        commands++;
    }
    return index < commands ? cli_commands[index]->name
           : topics != NULL ? ((const struct cli_topic *)topics)[index - commands].name
                            : NULL;
}

enum weft_status cli_help_unknown(const char *name, const struct cli_topic *topics,
                                  struct weft_error *error) {
    const char *nearest;
    char word[64];
    cli_nearest_normalise(name, word);
    nearest = cli_nearest_command(word);
    if (nearest == NULL) {
        nearest = nearest_find(word, page_name, topics);
    }
    error_set(error, WEFT_USAGE, "unknown command %.60s: weft --help lists all commands", name);
    return nearest == NULL
               ? WEFT_USAGE
               : error_hint(error, "did you mean weft %s%s?",
                            topics != NULL && nearest[0] != '-' ? "help " : "", nearest);
}

enum weft_status cli_help(int count, char *const *names, struct weft_error *error) {
    const struct cli_command *command;
    if (count == 0) {
        print_program();
        return WEFT_OK;
    }
    if (strcmp(names[0], "complete") == 0) { /* for the scripts of shells, in no list */
        cli_help_complete(count - 1, names + 1);
        return WEFT_OK;
    }
    if (count > 1) {
        return error_set(error, WEFT_USAGE, "weft help: it takes one command");
    }

    /* A command, or a topic. */
    command = cli_command_find(names[0]);
    if (command != NULL) {
        cli_help_command(command);
        return WEFT_OK;
    }
    for (const struct cli_topic *topic = cli_topics; topic->name != NULL; topic++) {
        if (strcmp(topic->name, names[0]) == 0) {
            print_topic(topic);
            return WEFT_OK;
        }
    }
    return cli_help_unknown(names[0], cli_topics, error);
}

/* complete.c: weft help complete WORD...: what the last WORD can be, for the completion scripts of
 * shells.
 *
 * Each line is a word, perhaps followed by a tab and a description, or names the paths that the
 * shell has to offer: ":folders", ":files", or ":files ENDING..." for folders and the files with
 * one of the endings. The shell removes the words that do not begin like the last WORD. */
#include "cli/help/help.h"

#include <stdlib.h>
#include <string.h>

#include "backend/device.h"
#include "cli/exit_code.h"
#include "cli/parser.h"
#include "cli/setup.h"
#include "data/images.h"
#include "report/screen.h"

/* Prints a word and its meaning on one line. */
static void offer(const char *dashes, const char *word, const char *text) {
    screen_print("%s%s\t", dashes, word);
    while (*text != '\0') { /* texts of help have line breaks */
        int length = (int)strcspn(text, "\n");
        screen_print(text[length] == '\n' ? "%.*s " : "%.*s", length, text);
        text += length + (text[length] == '\n');
    }
    screen_print("\n");
}

static void offer_commands(void) {
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        offer("", cli_commands[i]->name, cli_commands[i]->summary);
    }
}

static void offer_topics(void) {
    for (const struct cli_topic *topic = cli_topics; topic->name != NULL; topic++) {
        offer("", topic->name, topic->summary);
    }
}

/* Offers the words that are always valid first: the query of its devices may make a driver end the
 * process. */
static void offer_devices(void) {
    struct device_info *devices = NULL;
    struct weft_error error = {0};
    size_t count = 0;
    char index[16];
    screen_print("auto\tthe default\ncpu\tthe CPU backend\ngpu\tthe only GPU\n");
    screen_flush();
    cli_explain_end(true);
    if (devices_list(&devices, &count, NULL, &error) == WEFT_OK) {
        for (size_t i = 0; i < count; i++) {
            snprintf(index, sizeof index, "%u", devices[i].index);
            if (!devices[i].builtin) {
                offer("", index, devices[i].name);
            }
        }
    }
    free(devices);
}

/* Offers the names of the classes; weft samples --class takes them with hyphens for spaces. */
static void offer_classes(void) {
    for (size_t i = 0; i < sizeof fashion_class_names / sizeof fashion_class_names[0]; i++) {
        char name[64];
        snprintf(name, sizeof name, "%s", fashion_class_names[i]);
        for (char *space = name; (space = strchr(space, ' ')) != NULL;) {
            *space = '-';
        }
        screen_print("%s\n", name);
    }
}

/* Offers values of ${option}, according to the name of the value in the help. */
static void offer_value(const struct cli_option *option) {
    const char *value = option->value != NULL ? option->value : "";
    for (size_t i = 0; option->choices != NULL && option->choices[i] != NULL; i++) {
        screen_print("%s\n", option->choices[i]);
    }
    for (const char *word = option->offers; word != NULL && *word != '\0';) {
        const int length = (int)strcspn(word, " ");
        screen_print("%.*s\n", length, word);
        word += length + (word[length] == ' ');
    }
    if (strcmp(option->name, "class") == 0) {
        offer_classes();
    } else if (strcmp(value, "SEL") == 0) {
        offer_devices();
    } else if (strcmp(value, "FILE") == 0) {
        screen_print(":files\n");
    } else if (strcmp(value, "DIR") == 0) {
        screen_print(":folders\n");
    } else if (strcmp(value, "MODEL") == 0) {
        screen_print(":files .safetensors\n");
    }
}

static void offer_operand(const struct cli_command *command) {
    if (command->operand == CLI_OPERAND_NONE) {
        return;
    }
    screen_print("%s\n", strstr(command->operand_name, "IMAGE") != NULL
                             ? ":files .safetensors .png .PNG"
                         : strstr(command->operand_name, "RUN") != NULL ? ":folders"
                                                                        : ":files .safetensors");
}

/* Offers what follows a command. ${previous} and ${last} are the two words at the end of the
 * command line. */
static void offer_of_command(const struct cli_command *command, const char *previous,
                             const char *last) {
    const struct cli_option *row;
    for (size_t i = 0; (row = cli_options_row(command, i)) != NULL; i++) {
        if (strncmp(previous, "--", 2) == 0 && strcmp(previous + 2, row->name) == 0 &&
            row->type != CLI_OPTION_FLAG) {
            offer_value(row);
            return;
        }
    }
    if (last[0] != '-') {
        offer_operand(command);
        return;
    }
    for (size_t i = 0; (row = cli_options_row(command, i)) != NULL; i++) {
        offer("--", row->name, row->help);
        if (cli_option_negates(row)) {
            offer("--no-", row->name, row->help);
        }
    }
}

void cli_help_complete(int count, char *const *words) {
    const struct cli_command *command = count > 1 ? cli_command_find(words[0]) : NULL;
    if (count <= 1) {
        offer_commands();
        screen_print(
            "help\texplains a command\n--help\tlists the commands\n--version\tthe version\n");
    } else if (command != NULL) {
        offer_of_command(command, words[count - 2], words[count - 1]);
    } else if (count == 2 && strcmp(words[0], "help") == 0) {
        offer_commands();
        offer_topics();
    }
}

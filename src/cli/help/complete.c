/* complete.c: weft help complete WORD...: what the last WORD can be, for the completion scripts of
 * shells.
 *
 * Each line is a word, perhaps followed by a tab and a description, or names the paths that the
 * shell has to offer: ":folders", ":files", or ":files ENDING..." for folders and the files with
 * one of the endings. The shell removes the words that do not begin like the last WORD. */
#include "cli/help/help.h"

#include <stdlib.h>
#include <string.h>

#include "cli/parser.h"
#include "weft/data.h"
#include "weft/device.h"

/* Prints a word and its meaning on one line. */
static void offer(FILE *out, const char *dashes, const char *word, const char *text) {
    fprintf(out, "%s%s\t", dashes, word);
    for (; *text != '\0'; text++) {
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\n', out);
}

static void offer_commands(FILE *out) {
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        offer(out, "", cli_commands[i]->name, cli_commands[i]->summary);
    }
}

static void offer_topics(FILE *out) {
    for (const struct cli_topic *topic = cli_topics; topic->name != NULL; topic++) {
        offer(out, "", topic->name, topic->summary);
    }
}

/* Offers the words that are always valid first: the query of its devices may make a driver end the
 * process. */
static void offer_devices(FILE *out) {
    struct weft_device *devices = NULL;
    struct weft_error error = {0};
    size_t count = 0;
    char note[256], index[16];
    fputs("auto\tthe default\ncpu\tthe CPU backend\ngpu\tthe only GPU\n", out);
    fflush(out);
    if (weft_devices_list(&devices, &count, note, &error) == WEFT_OK) {
        for (size_t i = 0; i < count; i++) {
            snprintf(index, sizeof index, "%u", devices[i].index);
            if (!devices[i].builtin) {
                offer(out, "", index, devices[i].name);
            }
        }
    }
    free(devices);
}

/* Offers the names of the classes; weft samples --class takes them with hyphens for spaces. */
static void offer_classes(FILE *out) {
    for (size_t i = 0; i < sizeof weft_class_names / sizeof weft_class_names[0]; i++) {
        for (const char *c = weft_class_names[i]; *c != '\0'; c++) {
            fputc(*c == ' ' ? '-' : *c, out);
        }
        fputc('\n', out);
    }
}

/* Offers values of ${option}, according to the name of the value in the help. */
static void offer_value(FILE *out, const struct cli_option *option) {
    const char *value = option->value != NULL ? option->value : "";
    for (size_t i = 0; option->choices != NULL && option->choices[i] != NULL; i++) {
        fprintf(out, "%s\n", option->choices[i]);
    }
    if (strcmp(option->name, "class") == 0) {
        offer_classes(out);
    } else if (strcmp(value, "SEL") == 0) {
        offer_devices(out);
    } else if (strcmp(value, "FILE") == 0) {
        fputs(":files\n", out);
    } else if (strcmp(value, "DIR") == 0) {
        fputs(":folders\n", out);
    } else if (strcmp(value, "MODEL") == 0) {
        fputs(":files .safetensors\n", out);
    }
}

static void offer_operand(FILE *out, const struct cli_command *command) {
    if (command->operand == CLI_OPERAND_NONE) {
        return;
    }
    fputs(strstr(command->operand_name, "IMAGE") != NULL ? ":files .safetensors .png .PNG\n"
          : strstr(command->operand_name, "RUN") != NULL ? ":folders\n"
                                                         : ":files .safetensors\n",
          out);
}

/* Offers what follows a command. ${previous} and ${last} are the two words at the end of the
 * command line. */
static void offer_of_command(FILE *out, const struct cli_command *command, const char *previous,
                             const char *last) {
    const struct cli_option *row;
    for (size_t i = 0; (row = cli_options_row(command, i)) != NULL; i++) {
        if (strncmp(previous, "--", 2) == 0 && strcmp(previous + 2, row->name) == 0 &&
            row->type != CLI_OPTION_FLAG) {
            offer_value(out, row);
            return;
        }
    }
    if (last[0] != '-') {
        offer_operand(out, command);
        return;
    }
    for (size_t i = 0; (row = cli_options_row(command, i)) != NULL; i++) {
        offer(out, "--", row->name, row->help);
    }
}

void cli_help_complete(FILE *out, int count, char *const *words) {
    const struct cli_command *command = count > 1 ? cli_command_find(words[0]) : NULL;
    if (count <= 1) {
        offer_commands(out);
        fputs("help\texplains a command\n--help\tlists the commands\n--version\tthe version\n",
              out);
    } else if (command != NULL) {
        offer_of_command(out, command, words[count - 2], words[count - 1]);
    } else if (count == 2 && strcmp(words[0], "help") == 0) {
        offer_commands(out);
        offer_topics(out);
    }
}

/* help.c: help, generated from the tables of commands and options. */
#include "cli/cli.h"

#include <string.h>

#define COLUMN 24 /* where explanations begin */

/* "--order shuffled|file" */
static void option_usage(const struct weft_option *option, char text[128]) {
    int length = snprintf(text, 128, "--%s", option->name);
    if (option->type == WEFT_OPTION_CHOICE) {
        for (size_t i = 0; option->choices[i] != NULL && length < 128; i++) {
            length += snprintf(text + length, 128 - (size_t)length, "%s%s", i == 0 ? " " : "|",
                               option->choices[i]);
        }
    } else if (option->value != NULL) {
        snprintf(text + length, 128 - (size_t)length, " %s", option->value);
    }
}

static void print_option(FILE *out, const struct weft_option *option) {
    char usage[128];
    const char *line = option->help;
    option_usage(option, usage);
    fprintf(out, "  %-*s", COLUMN - 3, usage);
    if (strlen(usage) > COLUMN - 4) {
        fprintf(out, "\n  %*s", COLUMN - 3, "");
    }
    for (;;) {
        size_t length = strcspn(line, "\n");
        fprintf(out, " %.*s", (int)length, line);
        if (line[length] == '\0') {
            break;
        }
        fprintf(out, "\n  %*s", COLUMN - 3, "");
        line += length + 1;
    }
    if (option->initial != NULL && option->variable != NULL) {
        fprintf(out, "\n  %*s (default: %s; variable %s)", COLUMN - 3, "", option->initial,
                option->variable);
    } else if (option->initial != NULL) {
        fprintf(out, " (default: %s)", option->initial);
    } else if (option->variable != NULL) {
        fprintf(out, "\n  %*s (variable %s)", COLUMN - 3, "", option->variable);
    }
    fputc('\n', out);
}

static void print_options(FILE *out, const char *title, const struct weft_option *options) {
    if (options != NULL && options->name != NULL) {
        fprintf(out, "\n%s:\n", title);
        for (; options->name != NULL; options++) {
            print_option(out, options);
        }
    }
}

void weft_help_command(FILE *out, const struct weft_command *command) {
    fprintf(out, "weft %s: %s\n\nusage: weft %s [OPTION]...", command->name, command->summary,
            command->name);
    if (command->operand >= WEFT_OPERAND_REQUIRED) {
        fprintf(out, " %s", command->operand_name);
    } else if (command->operand == WEFT_OPERAND_OPTIONAL) {
        fprintf(out, " [%s]", command->operand_name);
    }
    fputc('\n', out);
    print_options(out, "options", command->options);
    print_options(out, "options of every command", weft_common_options);
    if (command->operand == WEFT_OPERAND_OPTIONAL || command->operand == WEFT_OPERAND_REQUIRED) {
        fprintf(out, "\n%s is a .safetensors file, or a run folder that holds model.safetensors.\n",
                command->operand_name);
    }
    if (command->notes != NULL) {
        fprintf(out, "\n%s", command->notes);
    }
    fprintf(out, "\nexample:\n  %s\n", command->example);
}

void weft_help_program(FILE *out) {
    fputs("weft trains and evaluates a small convolutional network on Fashion-MNIST, with the "
          "same bits\non every OpenCL device and on the CPU.\n\n"
          "usage: weft COMMAND [OPTION]...\n\ncommands:\n",
          out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        fprintf(out, "  %-10s %s\n", command->name, command->summary);
    }
    fputs("  help       explains a command: weft help train\n\n"
          "exit codes: 0 done, 1 the work failed or a difference, 2 wrong usage, 3 bad or missing "
          "file,\n4 device or OpenCL, 5 no verdict, 6 unstable, 130 interrupted\n\n"
          "example:\n  weft train --epochs 5\n",
          out);
}

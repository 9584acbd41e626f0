/* manual.c: the manual page weft(1), from the same tables as weft help. */
#include "cli/help/help.h"

#include <string.h>

#include "report/screen.h"
#include "revision.h"
#include "weft/version.h"

enum { LINE_MOST = 76 };

/* Returns the character escaped, so that roff prints it unchanged. */
static const char *escape(char c, char plain[2]) {
    plain[0] = c;
    plain[1] = '\0';
    return c == '\\'   ? "\\e"
           : c == '-'  ? "\\-"
           : c == '\'' ? "\\(aq"
           : c == '`'  ? "\\(ga"
           : c == '^'  ? "\\(ha"
           : c == '~'  ? "\\(ti"
                       : plain;
}

/* Writes the word at ${text}, escaped, into ${word}; returns its bytes in ${text}. */
static size_t escape_word(const char *text, bool first, char word[512]) {
    size_t length = strcspn(text, " \n"), used = 0;
    word[0] = '\0';
    if (first && (text[0] == '.' || text[0] == '\'')) { /* would be a macro */
        used = (size_t)snprintf(word, 512, "\\&");
    }
    for (size_t i = 0; i < length && used < 500; i++) {
        char plain[2];
        used += (size_t)snprintf(word + used, 512 - used, "%s", escape(text[i], plain));
    }
    return length;
}

/* Prints a paragraph in lines of moderate length. A sentence begins a new line. */
static void print_text(const char *text) {
    size_t used = 0;
    bool sentence = false; /* the last word ended one */
    while (*text != '\0') {
        char word[512];
        bool capital = *text >= 'A' && *text <= 'Z';
        size_t length;
        if (used > 0 && sentence && capital) {
            screen_print("\n");
            used = 0;
        }
        length = escape_word(text, used == 0, word);
        if (used > 0 && used + 1 + strlen(word) > LINE_MOST) {
            screen_print("\n");
            used = 0;
            escape_word(text, true, word);
        }
        screen_print("%s%s", used > 0 ? " " : "", word);
        used += strlen(word) + (used > 0);
        sentence = length > 0 && text[length - 1] == '.';
        text += length;
        if (strncmp(text, "\n\n", 2) == 0) {
            screen_print("\n.PP\n");
            used = 0;
        } else if (strncmp(text, "\n- ", 3) == 0) {
            screen_print("\n.br\n");
            used = 0;
        }
        text += strspn(text, " \n");
    }
    if (used > 0) {
        screen_print("\n");
    }
}

/* Prints a term in bold, and its meaning below. */
static void print_term(const char *term, const char *text) {
    char plain[2];
    screen_print(".TP\n.B ");
    if (*term == '.') {
        screen_print("\\&");
    }
    for (; *term != '\0'; term++) {
        screen_print("%s", escape(*term, plain));
    }
    screen_print("\n");
    print_text(text);
}

static void print_terms(const struct cli_term *terms) {
    for (; terms->term != NULL; terms++) {
        print_term(terms->term, terms->text);
    }
}

static void print_options(const struct cli_option *options) {
    for (; options != NULL && options->name != NULL; options++) {
        char usage[128], text[512];
        cli_help_usage(options, usage);
        cli_help_explain(options, text);
        print_term(usage, text);
    }
}

/* Prints lines unchanged. */
static void print_lines(const char *lines) {
    for (; lines != NULL && *lines != '\0'; lines++) {
        char plain[2];
        screen_print_constant(escape(*lines, plain));
    }
}

static void print_command(const struct cli_command *command) {
    char text[256], operand[64];
    cli_help_operand(command, operand);
    screen_print(".SS weft %s [OPTION]...%s\n", command->name, operand);
    snprintf(text, sizeof text, "%s.", command->summary);
    text[0] = text[0] >= 'a' && text[0] <= 'z' ? (char)(text[0] - 'a' + 'A') : text[0];
    print_text(text);
    print_options(command->options);
    if (command->notes != NULL) {
        screen_print(".PP\n");
        print_text(command->notes);
    }
    if (command->details != NULL) {
        screen_print(".PP\n");
        print_text(command->details);
    }
    screen_print(".PP\n.EX\n");
    print_lines(command->examples);
    screen_print(".EE\n");
}

static void print_environment(void) {
    for (const struct cli_option *option = cli_common_options; option->name != NULL; option++) {
        if (option->variable != NULL) {
            char text[128];
            snprintf(text, sizeof text, "like --%s %s; the option overrides it", option->name,
                     option->value);
            print_term(option->variable, text);
        }
    }
    print_terms(cli_variables);
}

static void print_files(void) {
    print_text("weft train writes a run folder with these files:");
    print_terms(cli_file_names);
    screen_print(".PP\n");
    print_text("The images are the four IDX files of Fashion-MNIST, .gz or not, in the folder "
               "of --data, $WEFT_DATA, data/fashion-mnist or "
               "/usr/share/datasets/fashion-mnist. Compiled OpenCL programs are kept in "
               "$XDG_CACHE_HOME/weft.");
}

void cli_manual_print(void) {
    screen_print(".TH WEFT 1 " WEFT_PAGE_DATE " \"weft %s\"\n", weft_version());
    screen_print(
        ".SH NAME\nweft \\- trains a convolutional network with equal bits on every device\n"
        ".SH SYNOPSIS\n.B weft\nCOMMAND [OPTION]... [OPERAND]...\n.br\n"
        ".B weft help\n[COMMAND or TOPIC]\n.br\n.B weft \\-\\-version\n[\\-\\-json]\n"
        ".SH DESCRIPTION\n");
    print_text("weft trains and evaluates a small convolutional network on Fashion-MNIST, on "
               "OpenCL devices and on the CPU, with the same bits on every device. "
               "Results go to stdout, progress and messages to stderr. MODEL is a .safetensors "
               "file, or a run folder with model.safetensors.");

    /* What a command does, and its options. */
    screen_print(".SH COMMANDS\n");
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        const struct cli_command *command = cli_commands[i];
        print_command(command);
    }
    screen_print(".SS weft help [COMMAND or TOPIC]\n");
    print_text("Explains a command, or one of these:");
    for (const struct cli_topic *topic = cli_topics; topic->name != NULL; topic++) {
        print_term(topic->name, topic->summary);
    }
    screen_print(".SH OPTIONS OF EVERY COMMAND\n");
    print_text("--name VALUE and --name=VALUE are the same. The last of two wins. A word -- "
               "ends the options.");
    print_options(cli_common_options);

    /* What is the same for every command. */
    screen_print(".SH ENVIRONMENT\n");
    print_environment();
    screen_print(".SH FILES\n");
    print_files();
    screen_print(".SH EXIT STATUS\n");
    print_terms(cli_exit_codes);
    screen_print(".SH EXAMPLES\n");
    print_text("Train, look at the result, and check a device:");
    screen_print(".PP\n.EX\n");
    print_lines("weft train --epochs 5 --out run-a\nweft evaluate run-a --figure "
                "confusion.png\nweft report run-a\nweft verify --all\n");
    screen_print(".EE\n");
}

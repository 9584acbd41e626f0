/* completion_fish.c: the script for fish: a line for each command, option and operand. */
#include "cli/help.h"

static const char head[] =
    "# fish completion of weft, printed by \"weft help fish\".\n"
    "\n"
    "function __weft_devices\n"
    "    printf 'auto\\tthe default\\ncpu\\tthe CPU backend\\ngpu\\tthe only GPU\\n'\n"
    "    weft devices --json --quiet 2>/dev/null |\n"
    "        sed -n '/\"type\":\"builtin\"/d; "
    "s/.*\"index\":\\([0-9]*\\),.*\"name\":\"\\([^\"]*\\)\".*/\\1\\t\\2/p'\n"
    "end\n"
    "\n"
    "# What begins like the current word: folders, and files with one of the endings.\n"
    "function __weft_ending\n"
    "    __fish_complete_directories (commandline -ct)\n"
    "    for ending in $argv\n"
    "        for file in (commandline -ct)*$ending\n"
    "            echo $file\n"
    "        end\n"
    "    end\n"
    "end\n"
    "\n"
    "complete -c weft -f\n";

/* ${text} in single quotes, on one line. */
static void print_quoted(FILE *out, const char *text) {
    fputc('\'', out);
    for (; *text != '\0'; text++) {
        if (*text == '\'' || *text == '\\') {
            fputc('\\', out);
        }
        fputc(*text == '\n' ? ' ' : *text, out);
    }
    fputc('\'', out);
}

/* What comes behind "complete": the offer for an operand, or for the value of an option. */
static void print_offer(FILE *out, enum weft_word word, const char *const *choices) {
    static const char *const offers[] = {
        [WEFT_WORD_ANY] = "",
        [WEFT_WORD_DEVICE] = " -a '(__weft_devices)'",
        [WEFT_WORD_FILE] = " -F",
        [WEFT_WORD_FOLDER] = " -a '(__weft_ending)'",
        [WEFT_WORD_MODEL] = " -a '(__weft_ending .safetensors)'",
        [WEFT_WORD_PICTURE] = " -a '(__weft_ending .safetensors .png .PNG)'",
    };
    if (choices == NULL) {
        fputs(offers[word], out);
        return;
    }
    fputs(" -a '", out);
    for (size_t i = 0; choices[i] != NULL; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "", choices[i]);
    }
    fputc('\'', out);
}

static void print_options(FILE *out, const char *condition, const struct weft_option *options) {
    for (; options != NULL && options->name != NULL; options++) {
        enum weft_word word = weft_completion_value(options);
        fprintf(out, "complete -c weft -n '%s' -l %s", condition, options->name);
        if (options->type != WEFT_OPTION_FLAG) {
            fputs(word == WEFT_WORD_FILE ? " -r" : " -x", out);
            print_offer(out, word, weft_completion_choices(options));
        }
        fputs(" -d ", out);
        print_quoted(out, options->help);
        fputc('\n', out);
    }
}

static void print_word(FILE *out, const char *condition, const char *word, const char *text) {
    fprintf(out, "complete -c weft -n '%s' -a %s -d ", condition, word);
    print_quoted(out, text);
    fputc('\n', out);
}

static void print_help(FILE *out) {
    static const char seen[] = "__fish_seen_subcommand_from help";
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        print_word(out, seen, command->name, command->summary);
    }
    for (const struct weft_topic *topic = weft_topics; topic->name != NULL; topic++) {
        print_word(out, seen, topic->name, topic->summary);
    }
}

void weft_completion_fish(FILE *out) {
    fputs(head, out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        print_word(out, "__fish_use_subcommand", command->name, command->summary);
    }
    print_word(out, "__fish_use_subcommand", "help", "explains a command");
    print_word(out, "__fish_use_subcommand", "--version", "the version of weft");
    print_help(out);
    print_options(out, "not __fish_use_subcommand; and not __fish_seen_subcommand_from help",
                  weft_common_options);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        char condition[128];
        snprintf(condition, sizeof condition, "__fish_seen_subcommand_from %s", command->name);
        print_options(out, condition, command->options);
        if (command->operand != WEFT_OPERAND_NONE) {
            fprintf(out, "complete -c weft -n '%s'", condition);
            print_offer(out, weft_completion_operand(command), NULL);
            fputc('\n', out);
        }
    }
}

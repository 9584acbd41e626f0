/* completion_fish.c: the script for fish: a line for each command, option and operand. */
#include "cli/help/completion.h"
#include "cli/options.h"

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
    "complete -c weft -f\n"
    "complete -c weft -n __fish_use_subcommand -a help -d 'explains a command'\n"
    "complete -c weft -n __fish_use_subcommand -a --version -d 'the version of weft'\n";

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

static const struct cli_shell shell;

static void print_word(FILE *out, const char *condition, const char *word, const char *text) {
    fprintf(out, "complete -c weft -n '%s' -a %s -d ", condition, word);
    print_quoted(out, text);
    fputc('\n', out);
}

/* The first word, or the one behind help. */
static void print_command(FILE *out, const char *name, const char *summary) {
    print_word(out, "__fish_use_subcommand; or __fish_seen_subcommand_from help", name, summary);
}

static void print_topic(FILE *out, const char *name, const char *summary) {
    print_word(out, "__fish_seen_subcommand_from help", name, summary);
}

/* When it is offered: behind ${command}, or behind every one if that is NULL. */
static void print_condition(FILE *out, const struct cli_command *command) {
    if (command != NULL) {
        fprintf(out, "complete -c weft -n '__fish_seen_subcommand_from %s'", command->name);
    } else {
        fputs("complete -c weft -n "
              "'not __fish_use_subcommand; and not __fish_seen_subcommand_from help'",
              out);
    }
}

static void print_option(FILE *out, const struct cli_command *command,
                         const struct cli_option *option, const struct cli_offer *offer) {
    print_condition(out, command);
    fprintf(out, " -l %s", option->name);
    if (option->type != CLI_OPTION_FLAG) {
        fputs(offer->word == CLI_WORD_FILE ? " -r" : " -x", out);
        cli_completion_offer(out, &shell, offer);
    }
    fputs(" -d ", out);
    print_quoted(out, option->help);
    fputc('\n', out);
}

static void print_operand(FILE *out, const struct cli_command *command,
                          const struct cli_offer *offer) {
    print_condition(out, command);
    cli_completion_offer(out, &shell, offer);
    fputc('\n', out);
}

static const struct cli_shell shell = {
    .head = head,
    .topics = "",
    .common = "",
    .commands = "",
    .end = "",
    .tail = "",
    .command = print_command,
    .topic = print_topic,
    .option = print_option,
    .operand = print_operand,
    .words = {[CLI_WORD_ANY] = "",
              [CLI_WORD_DEVICE] = " -a '(__weft_devices)'",
              [CLI_WORD_FILE] = " -F",
              [CLI_WORD_FOLDER] = " -a '(__weft_ending)'",
              [CLI_WORD_MODEL] = " -a '(__weft_ending .safetensors)'",
              [CLI_WORD_PICTURE] = " -a '(__weft_ending .safetensors .png .PNG)'"},
    .before = " -a '",
    .behind = "'",
};

void cli_completion_fish(FILE *out) {
    cli_completion_print(out, &shell);
}

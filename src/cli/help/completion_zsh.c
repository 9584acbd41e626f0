/* completion_zsh.c: the script for zsh. As a file _weft in $fpath it is loaded at the first use; sourced, it registers itself. */
#include <string.h>

#include "cli/help/completion.h"
#include "cli/options.h"

static const char head[] =
    "#compdef weft\n"
    "# zsh completion of weft, printed by \"weft help zsh\".\n"
    "\n"
    "_weft_devices() {\n"
    "    local -a devices\n"
    "    devices=('auto:the default' 'cpu:the CPU backend' 'gpu:the only GPU'\n"
    "        ${(f)\"$(weft devices --json --quiet 2>/dev/null |\n"
    "            sed -n '/\"type\":\"builtin\"/d; "
    "s/.*\"index\":\\([0-9]*\\),.*\"name\":\"\\([^\"]*\\)\".*/\\1:\\2/p')\"})\n"
    "    _describe -t devices device devices\n"
    "}\n"
    "\n"
    "_weft_models() {\n"
    "    _files -g '*.safetensors'\n"
    "}\n"
    "\n"
    "_weft_pictures() {\n"
    "    _files -g '*.(#i)(png|safetensors)'\n"
    "}\n"
    "\n"
    "_weft() {\n"
    "    local -a commands topics common own\n"
    "    commands=(\n"
    "        'help:explains a command'\n";

static const char commands[] = "    )\n"
                               "    if (( CURRENT == 2 )); then\n"
                               "        _describe -t commands command commands\n"
                               "        return\n"
                               "    fi\n"
                               "    local command=$words[2]\n"
                               "    shift words\n"
                               "    (( CURRENT-- ))\n"
                               "    case $command in\n";

static const char tail[] = "    help)\n"
                           "        _describe -t commands command commands\n"
                           "        _describe -t topics topic topics\n"
                           "        return ;;\n"
                           "    esac\n"
                           "    _arguments $common $own\n"
                           "}\n\n"
                           "if [[ $funcstack[1] == _weft ]]; then\n"
                           "    _weft \"$@\"\n"
                           "else\n"
                           "    compdef _weft weft\n"
                           "fi\n";

static const struct cli_shell shell;

/* The first line of ${text} inside single quotes, with what would end a part of a specification escaped. */
static void print_text(FILE *out, const char *text) {
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            fputs("'\\''", out);
        } else if (strchr("[]:\\", *text) != NULL) {
            fprintf(out, "\\%c", *text);
        } else {
            fputc(*text == '\n' ? ' ' : *text, out);
        }
    }
}

/* Commands and topics. */
static void print_name(FILE *out, const char *name, const char *summary) {
    fprintf(out, "        '%s:", name);
    print_text(out, summary);
    fputs("'\n", out);
}

static void begin(FILE *out, const struct cli_command *command) {
    fprintf(out, "    %s)\n        own=(\n", command->name);
}

static void print_option(FILE *out, const struct cli_command *command,
                         const struct cli_option *option, const struct cli_offer *offer) {
    bool flag = option->type == CLI_OPTION_FLAG;
    fprintf(out, "%s'--%s%s[", command != NULL ? "            " : "        ", option->name,
            flag ? "" : "=");
    print_text(out, option->help);
    fputc(']', out);
    if (!flag) {
        fprintf(out, ":%s:", option->value != NULL ? option->value : option->name);
        cli_completion_offer(out, &shell, offer);
    }
    fputs("'\n", out);
}

static void print_operand(FILE *out, const struct cli_command *command,
                          const struct cli_offer *offer) {
    fputs("            '*:", out);
    print_text(out, command->operand_name);
    fputc(':', out);
    cli_completion_offer(out, &shell, offer);
    fputs("'\n", out);
}

static const struct cli_shell shell = {
    .head = head,
    .topics = "    )\n    topics=(\n",
    .common = "    )\n    common=(\n",
    .commands = commands,
    .end = "        ) ;;\n",
    .tail = tail,
    .command = print_name,
    .topic = print_name,
    .begin = begin,
    .option = print_option,
    .operand = print_operand,
    .words = {[CLI_WORD_ANY] = " ",
              [CLI_WORD_DEVICE] = "_weft_devices",
              [CLI_WORD_FILE] = "_files",
              [CLI_WORD_FOLDER] = "_files -/",
              [CLI_WORD_MODEL] = "_weft_models",
              [CLI_WORD_PICTURE] = "_weft_pictures"},
    .before = "(",
    .behind = ")",
};

void cli_completion_zsh(FILE *out) {
    cli_completion_print(out, &shell);
}

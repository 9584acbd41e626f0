/* completion_bash.c: the script for bash, of version 3.2 and later. */
#include "cli/help/completion.h"
#include "cli/options.h"

/* _weft_option does the work: each option of the command is a call of it, with a value one that has what to offer behind it. */
static const char head[] =
    "# bash completion of weft, printed by \"weft help bash\".\n"
    "# shellcheck shell=bash\n"
    "\n"
    "# Takes the lines of stdin as what is offered.\n"
    "_weft_take() {\n"
    "    local line\n"
    "    while IFS= read -r line; do\n"
    "        COMPREPLY+=(\"$line\")\n"
    "    done\n"
    "}\n"
    "\n"
    "_weft_words() {\n"
    "    _weft_take < <(compgen -W \"$1\" -- \"$current\")\n"
    "}\n"
    "\n"
    "# Names of files get the marks of files: quotes, and a slash behind a folder.\n"
    "_weft_paths() {\n"
    "    _weft_take < <(compgen \"$@\" -- \"$current\")\n"
    "    compopt -o filenames 2>/dev/null\n"
    "}\n"
    "\n"
    "_weft_files() { _weft_paths -f; }\n"
    "_weft_folders() { _weft_paths -d; }\n"
    "_weft_models() { _weft_paths -d; _weft_paths -f -X '!*.safetensors'; }\n"
    "_weft_pictures() { _weft_models; _weft_paths -f -X '!*.[Pp][Nn][Gg]'; }\n"
    "\n"
    "_weft_devices() {\n"
    "    _weft_words \"auto cpu gpu $(weft devices --json --quiet 2>/dev/null |\n"
    "        sed -n '/\"type\":\"builtin\"/d; s/.*\"index\":\\([0-9]*\\),.*/\\1/p' | tr '\\n' ' "
    "')\"\n"
    "}\n"
    "\n"
    "# _weft_option NAME [CALL...]: the command has this option; CALL offers what its value can "
    "be.\n"
    "_weft_option() {\n"
    "    names+=\" $1\"\n"
    "    if [ $# -gt 1 ] && [ \"$previous\" = \"$1\" ]; then\n"
    "        shift\n"
    "        value=(\"$@\")\n"
    "    fi\n"
    "}\n"
    "\n"
    "_weft_commands=\"";

static const char tail[] =
    "    help) [ \"$COMP_CWORD\" -gt 2 ] || operand=(_weft_words \"$_weft_commands "
    "$_weft_topics\") ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_weft() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=${COMP_WORDS[1]} names=\"\"\n"
    "    local -a value operand\n"
    "    COMPREPLY=() value=() operand=()\n"
    "    # --split=test comes as three words.\n"
    "    if [ \"$current\" = \"=\" ]; then\n"
    "        current=\"\"\n"
    "    elif [ \"$previous\" = \"=\" ]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        _weft_words \"$_weft_commands help --help --version\"\n"
    "        return\n"
    "    fi\n"
    "    _weft_look_up\n"
    "    if [ ${#value[@]} -gt 0 ]; then\n"
    "        \"${value[@]}\"\n"
    "    elif [[ $current == -* ]]; then\n"
    "        _weft_words \"$names\"\n"
    "    elif [ ${#operand[@]} -gt 0 ]; then\n"
    "        \"${operand[@]}\"\n"
    "    fi\n"
    "}\n"
    "\n"
    "complete -F _weft weft\n";

static const struct cli_shell shell;

/* Commands and topics: words of a list. */
static void print_name(FILE *out, const char *name, const char *summary) {
    (void)summary;
    fprintf(out, " %s", name);
}

static void begin(FILE *out, const struct cli_command *command) {
    fprintf(out, "    %s)\n", command->name);
}

/* Flags have no value. */
static void print_option(FILE *out, const struct cli_command *command,
                         const struct cli_option *option, const struct cli_offer *offer) {
    fprintf(out, "%s_weft_option --%s", command != NULL ? "        " : "    ", option->name);
    if (option->type != CLI_OPTION_FLAG) {
        fputc(' ', out);
        cli_completion_offer(out, &shell, offer);
    }
    fputc('\n', out);
}

static void print_operand(FILE *out, const struct cli_command *command,
                          const struct cli_offer *offer) {
    (void)command;
    fputs("        operand=(", out);
    cli_completion_offer(out, &shell, offer);
    fputs(")\n", out);
}

static const struct cli_shell shell = {
    .head = head,
    .topics = "\"\n_weft_topics=\"",
    .common = "\"\n\n_weft_common() {\n",
    .commands = "}\n\n# Finds what can follow the command.\n"
                "_weft_look_up() {\n"
                "    [ \"$command\" = help ] || _weft_common\n"
                "    case $command in\n",
    .end = "        ;;\n",
    .tail = tail,
    .command = print_name,
    .topic = print_name,
    .begin = begin,
    .option = print_option,
    .operand = print_operand,
    .words = {[CLI_WORD_ANY] = ":",
              [CLI_WORD_DEVICE] = "_weft_devices",
              [CLI_WORD_FILE] = "_weft_files",
              [CLI_WORD_FOLDER] = "_weft_folders",
              [CLI_WORD_MODEL] = "_weft_models",
              [CLI_WORD_PICTURE] = "_weft_pictures"},
    .before = "_weft_words \"",
    .behind = "\"",
};

void cli_completion_bash(FILE *out) {
    cli_completion_print(out, &shell);
}

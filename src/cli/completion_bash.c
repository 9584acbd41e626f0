/* completion_bash.c: the script for bash, of version 3.2 and later. */
#include "cli/help.h"

/* What does not depend on the tables. */
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
    "\n";

static const char entry[] =
    "_weft() {\n"
    "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
    "    local command=${COMP_WORDS[1]}\n"
    "    COMPREPLY=()\n"
    "    # --split=test comes as three words.\n"
    "    if [ \"$current\" = \"=\" ]; then\n"
    "        current=\"\"\n"
    "    elif [ \"$previous\" = \"=\" ]; then\n"
    "        previous=${COMP_WORDS[COMP_CWORD - 2]}\n"
    "    fi\n"
    "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
    "        _weft_words \"$_weft_commands help --help --version\"\n"
    "    elif ! _weft_value; then\n"
    "        if [[ $current == -* ]]; then\n"
    "            _weft_options\n"
    "        else\n"
    "            _weft_operands\n"
    "        fi\n"
    "    fi\n"
    "}\n"
    "\n"
    "complete -F _weft weft\n";

/* The call that offers words of this kind; nothing is known of WEFT_WORD_ANY. */
static void print_offer(FILE *out, enum weft_word word, const char *const *choices) {
    static const char *const calls[] = {
        [WEFT_WORD_ANY] = "",
        [WEFT_WORD_DEVICE] = "_weft_devices ",
        [WEFT_WORD_FILE] = "_weft_files ",
        [WEFT_WORD_FOLDER] = "_weft_folders ",
        [WEFT_WORD_MODEL] = "_weft_models ",
        [WEFT_WORD_PICTURE] = "_weft_pictures ",
    };
    if (choices == NULL) {
        fputs(calls[word], out);
        return;
    }
    fputs("_weft_words \"", out);
    for (size_t i = 0; choices[i] != NULL; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "", choices[i]);
    }
    fputs("\" ", out);
}

/* What follows "weft ${command} ... --option"; flags have no value. */
static void print_values(FILE *out, const char *command, const struct weft_option *options) {
    for (; options != NULL && options->name != NULL; options++) {
        if (options->type != WEFT_OPTION_FLAG) {
            fprintf(out, "    %s:--%s) ", command, options->name);
            print_offer(out, weft_completion_value(options), weft_completion_choices(options));
            fputs(";;\n", out);
        }
    }
}

static void print_names(FILE *out, const struct weft_option *options) {
    for (; options != NULL && options->name != NULL; options++) {
        fprintf(out, " --%s", options->name);
    }
}

static void print_operands(FILE *out) {
    fputs("_weft_operands() {\n    case $command in\n", out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        if (command->operand != WEFT_OPERAND_NONE) {
            fprintf(out, "    %s) ", command->name);
            print_offer(out, weft_completion_operand(command), NULL);
            fputs(";;\n", out);
        }
    }
    fputs("    help) [ \"$COMP_CWORD\" -gt 2 ] || _weft_words \"$_weft_commands", out);
    for (const struct weft_topic *topic = weft_topics; topic->name != NULL; topic++) {
        fprintf(out, " %s", topic->name);
    }
    fputs("\" ;;\n    esac\n}\n\n", out);
}

void weft_completion_bash(FILE *out) {
    fputs(head, out);
    fputs("_weft_commands=\"", out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        fprintf(out, "%s%s", command == weft_commands ? "" : " ", command->name);
    }
    fputs("\"\n\n# Whether the word before is an option with a value, which is then offered.\n"
          "_weft_value() {\n    case $command:$previous in\n",
          out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        print_values(out, command->name, command->options);
    }
    print_values(out, "*", weft_common_options);
    fputs("    *) return 1 ;;\n    esac\n    return 0\n}\n\n"
          "_weft_options() {\n    local common=\"",
          out);
    print_names(out, weft_common_options);
    fputs("\"\n    case $command in\n", out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        fprintf(out, "    %s) _weft_words \"$common", command->name);
        print_names(out, command->options);
        fputs("\" ;;\n", out);
    }
    fputs("    esac\n}\n\n", out);
    print_operands(out);
    fputs(entry, out);
}

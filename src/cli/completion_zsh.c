/* completion_zsh.c: the script for zsh. As a file _weft in $fpath it is loaded at the first use; sourced, it registers itself. */
#include "cli/help.h"

#include <string.h>

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
    "\n";

static const char entry[] = "if [[ $funcstack[1] == _weft ]]; then\n"
                            "    _weft \"$@\"\n"
                            "else\n"
                            "    compdef _weft weft\n"
                            "fi\n";

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

/* The action of a specification. */
static void print_action(FILE *out, enum weft_word word, const char *const *choices) {
    static const char *const actions[] = {
        [WEFT_WORD_ANY] = " ",
        [WEFT_WORD_DEVICE] = "_weft_devices",
        [WEFT_WORD_FILE] = "_files",
        [WEFT_WORD_FOLDER] = "_files -/",
        [WEFT_WORD_MODEL] = "_weft_models",
        [WEFT_WORD_PICTURE] = "_weft_pictures",
    };
    if (choices == NULL) {
        fputs(actions[word], out);
        return;
    }
    fputc('(', out);
    for (size_t i = 0; choices[i] != NULL; i++) {
        fprintf(out, "%s%s", i > 0 ? " " : "", choices[i]);
    }
    fputc(')', out);
}

static void print_options(FILE *out, const char *indent, const struct weft_option *options) {
    for (; options != NULL && options->name != NULL; options++) {
        bool flag = options->type == WEFT_OPTION_FLAG;
        fprintf(out, "%s'--%s%s[", indent, options->name, flag ? "" : "=");
        print_text(out, options->help);
        fputc(']', out);
        if (!flag) {
            fprintf(out, ":%s:", options->value != NULL ? options->value : options->name);
            print_action(out, weft_completion_value(options), weft_completion_choices(options));
        }
        fputs("'\n", out);
    }
}

/* An array of what the command alone takes. */
static void print_own(FILE *out, const struct weft_command *command) {
    fprintf(out, "    %s)\n        own=(\n", command->name);
    print_options(out, "            ", command->options);
    if (command->operand != WEFT_OPERAND_NONE) {
        fputs("            '*:", out);
        print_text(out, command->operand_name);
        fputc(':', out);
        print_action(out, weft_completion_operand(command), NULL);
        fputs("'\n", out);
    }
    fputs("        ) ;;\n", out);
}

static void print_described(FILE *out, const char *name, const char *text) {
    fprintf(out, "        '%s:", name);
    print_text(out, text);
    fputs("'\n", out);
}

void weft_completion_zsh(FILE *out) {
    fputs(head, out);
    fputs("_weft() {\n    local -a commands topics common own\n    commands=(\n", out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        print_described(out, command->name, command->summary);
    }
    print_described(out, "help", "explains a command");
    fputs("    )\n    topics=(\n", out);
    for (const struct weft_topic *topic = weft_topics; topic->name != NULL; topic++) {
        print_described(out, topic->name, topic->summary);
    }
    fputs("    )\n    common=(\n", out);
    print_options(out, "        ", weft_common_options);
    fputs("    )\n"
          "    if (( CURRENT == 2 )); then\n"
          "        _describe -t commands command commands\n"
          "        return\n"
          "    fi\n"
          "    local command=$words[2]\n"
          "    shift words\n"
          "    (( CURRENT-- ))\n"
          "    case $command in\n",
          out);
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        print_own(out, command);
    }
    fputs("    help)\n"
          "        _describe -t commands command commands\n"
          "        _describe -t topics topic topics\n"
          "        return ;;\n"
          "    esac\n"
          "    _arguments $common $own\n"
          "}\n\n",
          out);
    fputs(entry, out);
}

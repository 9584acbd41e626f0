/* topics.c: the pages of weft help that are not about a command. */
#include "cli/help/help.h"

#include "cli/train/train.h"
#include "report/screen.h"

const struct cli_term cli_exit_codes[] = {
    {"0", "done"},
    {"1", "the work failed: verify or compare found a difference, or a training diverged or "
          "learned nothing"},
    {"2", "wrong usage"},
    {"3", "a data or model file is missing or damaged, or an output or stdout cannot be written"},
    {"4", "there is no such device, or OpenCL failed"},
    {"5", "no verdict: a verification or comparison did not come to its end (a hang, a crash, a "
          "time limit, no memory), or its stdout cannot be written"},
    {"6", "unstable: two equal runs differ"},
    {"130", "interrupted by Ctrl-C or SIGTERM"},
    {NULL, NULL},
};

const struct cli_term cli_variables[] = {
    {"XDG_CACHE_HOME",
     "compiled OpenCL programs are kept in weft in this folder (default: ~/.cache)"},
    {"NO_COLOR", "no colours, if it is not empty"},
    {"TERM", "with the value dumb: neither colours nor progress bars"},
    {"COLORTERM",
     "with the value truecolor or 24bit: matrices and images in all colours, otherwise in 216"},
    {"COLUMNS", "the width of the terminal, if the terminal does not report it"},
    {"LC_ALL, LC_CTYPE, LANG",
     "the first of them that is set: with UTF-8, images are drawn with half blocks"},
    {"TMPDIR", "the folder for the run folders of weft bench --whole (default: /tmp)"},
    {NULL, NULL},
};

const struct cli_term cli_file_names[] = {
    {"model.safetensors", "parameters and running statistics, under PyTorch's names"},
    {"checkpoint.safetensors", "what --resume needs, written after each complete epoch"},
    {"history.csv, steps.csv", "accuracy and loss of each epoch and of the steps"},
    {"confusion-SPLIT.csv", "confusion matrices of train and test, also as .svg and .png"},
    {"curves.svg, curves.png", "loss and accuracy"},
    {"run.json", "options, device, versions and results"},
    {"report.html", "the file that weft report writes"},
    {NULL, NULL},
};

static void print_options(void) {
    cli_help_options("options of every command", cli_common_options, NULL);
    screen_print(
        "--name VALUE and --name=VALUE are the same. The last of two wins. -- ends them.\n");
}

static void print_recipes(void) {
    cli_help_options("options of weft train: how it changes the values", cli_command_train.options,
                     "recipes");
    screen_print("A FILE has a JSON object of these options, --epochs, --batch, --lr, --order and\n"
                 "--validate: {\"optimizer\": \"sgd\", \"momentum\": 0.9, \"epochs\": 20}\n");
}

static void print_environment(void) {
    screen_print("variables of the environment; an option overrides its variable:\n");
    for (const struct cli_option *option = cli_common_options; option->name != NULL; option++) {
        if (option->variable != NULL) {
            char text[128];
            const struct cli_term terms[] = {{option->variable, text}, {NULL, NULL}};
            snprintf(text, sizeof text, "like --%s %s", option->name, option->value);
            cli_help_terms(terms);
        }
    }
    cli_help_terms(cli_variables);
}

static const char completion[] =
    "completion of commands, options and their values:\n\n"
    "  bash   source <(weft help bash)\n"
    "  zsh    source <(weft help zsh)\n"
    "  fish   weft help fish | source\n\n"
    "meson install puts these scripts, and the manual page (weft help man), where\n"
    "shells and man find them.\n";

const struct cli_topic cli_topics[] = {
    {"options", "the options of every command", .print = print_options},
    {"recipes", "optimizer, schedule and other options of weft train", .print = print_recipes},
    {"environment", "variables of the environment", .print = print_environment},
    {"files", "the files of a run folder", .text = "a run folder, written by weft train:\n",
     .terms = cli_file_names,
     .note = "The images are four IDX files, .gz or not, in --data, $WEFT_DATA, data/fashion-mnist "
             "or /usr/share/datasets/fashion-mnist. tools/fetch-data downloads them."},
    {"exit-codes", "the exit codes", .text = "exit codes:\n", .terms = cli_exit_codes,
     .note = "A message on stderr is \"weft: WHAT FAILED: WHY\", often with a second line that "
             "explains what to do. With --json, messages are also events on stdout."},
    {"completion", "completion in bash, zsh and fish", .text = completion},
    {"man", "prints the manual page weft(1)", .print = cli_manual_print},
    {"bash", "prints the completion of bash", .text = cli_completion_bash},
    {"zsh", "prints the completion of zsh", .text = cli_completion_zsh},
    {"fish", "prints the completion of fish", .text = cli_completion_fish},
    {NULL, NULL},
};

/* commands.c: the table of commands. A new command is a file of its own and a row here. */
#include "cli/cli.h"

#include <string.h>

const struct weft_command weft_commands[] = {
    {.name = "devices",
     .summary = "lists devices and which one is the default, and why",
     .run = weft_command_devices,
     .options = weft_devices_options,
     .example = "weft devices --json"},
    {.name = "data",
     .summary = "says what the data folder holds",
     .run = weft_command_data,
     .example = "weft data --data data/sample"},
    {.name = "samples",
     .summary = "shows images",
     .run = weft_command_samples,
     .options = weft_samples_options,
     .example = "weft samples --class Sandal --count 40 --out sandals.png"},
    {.name = "summary",
     .summary = "shows the network as a table, and in PyTorch's notation",
     .run = weft_command_summary,
     .options = weft_summary_options,
     .operand = WEFT_OPERAND_OPTIONAL,
     .operand_name = "MODEL",
     .notes = "Without MODEL and --network: the published network.\n",
     .example = "weft summary run-1"},
    {.name = "train",
     .summary = "trains, evaluates, writes a run folder",
     .run = weft_command_train,
     .options = weft_train_options,
     .notes = weft_train_notes,
     .example = "weft train --epochs 2 --seed 7 --out run-a"},
    {.name = "evaluate",
     .summary = "confusion matrix of a model",
     .run = weft_command_evaluate,
     .options = weft_evaluate_options,
     .operand = WEFT_OPERAND_REQUIRED,
     .operand_name = "MODEL",
     .example = "weft evaluate run-1 --split test --csv confusion.csv"},
    {.name = "predict",
     .summary = "classes of images",
     .run = weft_command_predict,
     .options = weft_predict_options,
     .operand = WEFT_OPERAND_SEVERAL,
     .operand_name = "MODEL IMAGE...",
     .notes = weft_predict_notes,
     .example = "weft predict run-1 shirt.png shoe.png"},
    {.name = "verify",
     .summary = "checks a device against the CPU backend, byte for byte",
     .run = weft_command_verify,
     .options = weft_verify_options,
     .notes = weft_verify_notes,
     .example = "weft verify --device gpu --quick"},
    {.name = "compare",
     .summary = "two models or runs: equal, or where they differ",
     .run = weft_command_compare,
     .options = weft_compare_options,
     .operand = WEFT_OPERAND_SEVERAL,
     .operand_name = "A B",
     .notes = weft_compare_notes,
     .example = "weft compare run-1 run-2"},
    {.name = "bench",
     .summary = "speed: epoch, evaluation, kernels, peak",
     .run = weft_command_bench,
     .options = weft_bench_options,
     .notes = weft_bench_notes,
     .example = "weft bench --peak"},
    {.name = NULL},
};

const struct weft_command *weft_command_find(const char *name) {
    for (const struct weft_command *command = weft_commands; command->name != NULL; command++) {
        if (strcmp(command->name, name) == 0) {
            return command;
        }
    }
    return NULL;
}

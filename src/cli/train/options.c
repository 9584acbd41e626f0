/* options.c: the row of weft train in the table of commands, and the table of its options. */
#include "cli/train/train.h"

#include "cli/command.h"

static const char *const orders[] = {"shuffled", "file", NULL}; /* enum weft_order */

#define OPTIONS struct cli_train_options

static const struct cli_option rows[] = {
    OPTION_COUNT("epochs", epochs, "5", 1, 100000, "passes over all training images"),
    OPTION_COUNT("batch", batch, "100", 1, 1000000, "images per step"),
    OPTION_FLOAT("lr", lr, "0.01", 1e-9f, 1e3f, "Adam's learning rate"),
    OPTION_COUNT("seed", seed, "0", 0, UINT64_MAX, "seed of the initial values and the shuffles"),
    OPTION_CHOICE("order", order, "shuffled", orders, "order of the images"),
    OPTION_COUNT("steps", steps, NULL, 1, UINT64_MAX / 2, "end after N steps in total"),
    OPTION_COUNT("validate", validate, NULL, 1, 1000000,
                 "hold out the last N images, evaluate them by epoch;\n"
                 "the final matrix of train covers the whole split"),
    OPTION_TEXT("init", init, "MODEL", "begin with the network and the values of MODEL"),
    OPTION_FILE("network", network, "layers in JSON, instead of the published network"),
    OPTION_TEXT("out", out, "DIR", "the run folder (default: run-N, the first that is new)"),
    OPTION_TEXT("resume", resume, "DIR",
                "continue after the last complete epoch of DIR, with the same\n"
                "bits; --epochs may be larger, the device another"),
    OPTION_FLAG("force", force, "replace the run in a DIR that is not empty"),
    OPTION_FILE("dump-gradients", dump_gradients,
                "write the gradients of the last step as safetensors"),
    {.name = NULL},
};

static const char notes[] =
    "Ctrl-C keeps the last complete epoch. Exit code 1: the training learned nothing.\n";

static const char details[] =
    "A training that learned nothing ends with exit code 1, after its files were written:\n"
    "- it has two epochs or more, and the mean loss of each is higher than that of the previous "
    "one;\n"
    "- it has 100 steps or more, and the last epoch is no better than guessing: its mean loss is\n"
    "  not below ln(classes), and less than 1.5 / classes of its images are right.\n"
    "\n"
    "A loss that is not a finite number ends it at once, also with exit code 1. The files of the\n"
    "last complete epoch are kept.\n"
    "\n"
    "Ctrl-C stops it with exit code 130. --resume then gives the same bits as a training without\n"
    "the stop. A second Ctrl-C ends it at once.\n"
    "\n"
    "Without --out, the folder is the first of run-1, run-2, ... that does not exist.\n";

const struct cli_command cli_command_train = {
    .name = "train",
    .summary = "trains a model, evaluates it, and writes a run folder",
    .run = cli_train_run,
    .options_size = sizeof(struct cli_train_options),
    .options = rows,
    .notes = notes,
    .details = details,
    .examples = "weft train --epochs 2 --seed 7 --out run-a\n"
                "weft train --resume run-a --epochs 5\n"
                "weft train --device cpu --validate 5000\n",
};

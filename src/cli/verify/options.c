/* options.c: the row of weft verify in the table of commands, and the table of its options. */
#include "cli/verify/verify.h"

#include "cli/command.h"

#define OPTIONS struct cli_verify_options

static const struct cli_option rows[] = {
    OPTION_FLAG("all", all, "every device, each in a process of its own"),
    OPTION_FLAG("quick", quick, "20 steps, few shapes: seconds (the default)"),
    OPTION_FLAG("full", full, "600 steps, all shapes, mappings and fusions: a minute"),
    OPTION_COUNT("seed", seed, "0", 0, UINT64_MAX, "of all values, images and shuffles"),
    OPTION_COUNT("steps", steps, NULL, 1, 1000000, "of training (default: 20, or 600 with --full)"),
    OPTION_TIME("for", soak, "go on with new seeds for TIME (50s, 10m, 2h): a soak test"),
    OPTION_TIME("timeout", timeout,
                "per device; then there is no verdict (exit code 5)\n"
                "(default: none, with --all 15m)"),
    OPTION_TEXT("bundle", bundle, "DIR",
                "put there what a driver's author needs to reproduce a\n"
                "difference: kernels, inputs, a C program"),
    OPTION_TEXT("inject", inject, "STEP:TENSOR:ELEMENT:BIT",
                "flip that bit on the device, to see it found"),
    {.name = NULL},
};

static const char notes[] =
    "The first value that differs is named, run again in other ways, and explained.\n"
    "\n"
    "exit codes: 0 equal, 1 different, 6 unstable, 5 no verdict, 4 device not opened\n";

static const char details[] =
    "The device computes beside the CPU backend, or beside hashes of it that are known, and bytes\n"
    "are compared: transfers, single operations, layers, training, evaluation. Images are made "
    "from the\n"
    "seed, so no data set is needed; --data takes one.\n"
    "\n"
    "Unstable are two runs on the device that differ from each other. There is no verdict after a "
    "hang, a\n"
    "crash, a time limit or an interruption, and without a sound reference.\n";

const struct cli_command cli_command_verify = {
    .name = "verify",
    .summary = "checks a device against the CPU backend, byte for byte",
    .run = cli_verify_run,
    .options_size = sizeof(struct cli_verify_options),
    .options = rows,
    .notes = notes,
    .details = details,
    .examples = "weft verify --device gpu --quick\n"
                "weft verify --all\n"
                "weft verify --for 10m --bundle found\n",
};

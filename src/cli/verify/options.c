/* options.c: the row of weft verify in the table of commands, and the table of its options. */
#include "cli/verify/verify.h"

#include "cli/command.h"

#define OPTIONS struct cli_verify_options

static const struct cli_option rows[] = {
    OPTION_FLAG("all", all, "verify every device, each in a separate process"),
    OPTION_FLAG("quick", quick, "20 steps, few shapes: seconds (the default)"),
    OPTION_FLAG("full", full, "600 steps, all shapes, mappings and fusions: a minute"),
    OPTION_COUNT("seed", seed, "0", 0, UINT64_MAX, "seed of all values, images and shuffles"),
    OPTION_COUNT("steps", steps, NULL, 1, 1000000,
                 "steps of training (default: 20, or 600 with --full)"),
    OPTION_TIME("for", soak, "continue with new seeds for TIME (50s, 10m, 2h): a soak test"),
    OPTION_TIME("timeout", timeout,
                "time limit of a device; after it, there is no verdict (exit\n"
                "code 5) (default: none, with --all 15m)"),
    OPTION_TEXT("bundle", bundle, "DIR",
                "write into DIR what the author of a driver needs to reproduce\n"
                "a difference: kernels, inputs, a C program"),
    OPTION_TEXT("inject", inject, "STEP:TENSOR:ELEMENT:BIT",
                "flip that bit on the device, as a test"),
    {.name = NULL},
};

static const char notes[] =
    "The first value that differs is named, repeated in other ways, and explained.\n"
    "\n"
    "exit codes: 0 equal, 1 different, 6 unstable, 5 no verdict, 4 device not opened\n";

static const char details[] =
    "The bytes that the device computes are compared with those of the CPU backend, or with known\n"
    "hashes of them: transfers, single operations, layers, training, evaluation. The images are\n"
    "made from the seed, so no data set is needed; --data uses a data set.\n"
    "\n"
    "A device is unstable if two equal runs on it differ. There is no verdict after a hang, a\n"
    "crash, a time limit or an interruption, or if the CPU backend of this host is no valid\n"
    "reference.\n";

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

/* options.c: the table of weft verify's own options. */
#include "cli/cli.h"

#define YEAR 31536000

const struct cli_option weft_verify_options[] = {
    CLI_OPTION_ROW_FLAG("all", all, "every device, each in a process of its own"),
    CLI_OPTION_ROW_FLAG("quick", quick, "20 steps, few shapes: seconds (the default)"),
    CLI_OPTION_ROW_FLAG("full", full, "600 steps, all shapes, mappings and fusions: a minute"),
    {.name = "seed",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(seed),
     .value = "N",
     .help = "of all values, images and shuffles",
     .initial = "0",
     .least = 0,
     .most = UINT64_MAX},
    {.name = "steps",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(steps),
     .value = "N",
     .help = "of training (default: 20, or 600 with --full)",
     .least = 1,
     .most = 1000000},
    {.name = "for",
     .type = CLI_OPTION_TIME,
     .offset = CLI_OPTION(soak),
     .value = "TIME",
     .help = "go on with new seeds for TIME (50s, 10m, 2h): a soak test",
     .least = 1,
     .most = YEAR},
    {.name = "timeout",
     .type = CLI_OPTION_TIME,
     .offset = CLI_OPTION(timeout),
     .value = "TIME",
     .help = "per device; then there is no verdict (exit code 5)\n"
             "(default: none, with --all 15m)",
     .least = 1,
     .most = YEAR},
    {.name = "bundle",
     .type = CLI_OPTION_TEXT,
     .offset = CLI_OPTION(bundle),
     .value = "DIR",
     .help = "put there what a driver's author needs to reproduce a\n"
             "difference: kernels, inputs, a C program"},
    {.name = "inject",
     .type = CLI_OPTION_TEXT,
     .offset = CLI_OPTION(inject),
     .value = "STEP:TENSOR:ELEMENT:BIT",
     .help = "flip that bit on the device, to see it found"},
    {.name = NULL},
};

const char cli_verify_notes[] =
    "The first value that differs is named, run again in other ways, and explained.\n"
    "\n"
    "exit codes: 0 equal, 1 different, 6 unstable, 5 no verdict, 4 device not opened\n";

const char cli_verify_details[] =
    "The device computes beside the CPU backend, or beside hashes of it that are known, and bytes\n"
    "are compared: transfers, single operations, layers, training, evaluation. Images are made "
    "from the\n"
    "seed, so no data set is needed; --data takes one.\n"
    "\n"
    "Unstable are two runs on the device that differ from each other. There is no verdict after a "
    "hang, a\n"
    "crash, a time limit or an interruption, and without a sound reference.\n";

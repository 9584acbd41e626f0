/* options.c: the table of weft bench's own options. */
#include "cli/bench/bench.h"

const char *const cli_bench_parts[] = {"train", "evaluate", "kernels", "peak", "whole", NULL};

const char cli_bench_notes[] = "Times are medians.\n";

const char cli_bench_details[] =
    "train: an epoch, from the shuffle to the parameters read back, images on "
    "the\n"
    "device; evaluate: the test images with running statistics. kernels: one more run of each, "
    "which\n"
    "the device itself measures; FLOP are the products of conv2d and linear, bytes what a kernel "
    "reads\n"
    "and writes, each once. peak: fused multiply-adds on registers alone.\n";

const struct cli_option cli_bench_options[] = {
    {.name = "images",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(images),
     .value = "N",
     .help = "only the first N images of each split",
     .initial = "60000",
     .least = 1,
     .most = UINT32_MAX},
    {.name = "batch",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(batch),
     .value = "N",
     .help = "images of a training step",
     .initial = "100",
     .least = 1,
     .most = 1000000},
    {.name = "steps",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(steps),
     .value = "N",
     .help = "an epoch is at most N steps",
     .least = 1,
     .most = UINT32_MAX},
    {.name = "repeat",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(repeat),
     .value = "N",
     .help = "runs of each part",
     .initial = "5",
     .least = 1,
     .most = 1000},
    CLI_OPTION_ROW_FLAG("peak", peak, "measures the device's peak too, and shares of it"),
    CLI_OPTION_ROW_FLAG("whole", whole, "the whole of weft train too: data, device, epochs, files"),
    {.name = "epochs",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(epochs),
     .value = "N",
     .help = "of --whole",
     .initial = "5",
     .least = 1,
     .most = 100000},
    {.name = "only",
     .type = CLI_OPTION_CHOICE,
     .offset = CLI_OPTION(only),
     .help = "one part, and --peak if that is given",
     .choices = cli_bench_parts},
    CLI_OPTION_ROW_FILE("network", network, "a list of layers in JSON, not the published network"),
    {.name = "wide",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(wide),
     .value = "N",
     .help = "N times the channels and features, inside the network",
     .initial = "1",
     .least = 1,
     .most = 1024},
    {.name = NULL},
};

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
    OPTION_COUNT("images", images, "60000", 1, UINT32_MAX, "only the first N images of each split"),
    OPTION_COUNT("batch", batch, "100", 1, 1000000, "images of a training step"),
    OPTION_COUNT("steps", steps, NULL, 1, UINT32_MAX, "an epoch is at most N steps"),
    OPTION_COUNT("repeat", repeat, "5", 1, 1000, "runs of each part"),
    OPTION_FLAG("peak", peak, "measures the device's peak too, and shares of it"),
    OPTION_FLAG("whole", whole, "the whole of weft train too: data, device, epochs, files"),
    OPTION_COUNT("epochs", epochs, "5", 1, 100000, "of --whole"),
    OPTION_CHOICE("only", only, NULL, cli_bench_parts, "one part, and --peak if that is given"),
    OPTION_FILE("network", network, "a list of layers in JSON, not the published network"),
    OPTION_COUNT("wide", wide, "1", 1, 1024,
                 "N times the channels and features, inside the network"),
    {.name = NULL},
};

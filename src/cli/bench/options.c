/* options.c: the table of weft bench's own options. */
#include "cli/bench/bench.h"

const char *const weft_bench_parts[] = {"train", "evaluate", "kernels", "peak", "whole", NULL};

const char weft_bench_notes[] = "Times are medians.\n";

const char weft_bench_details[] =
    "train: an epoch, from the shuffle to the parameters read back, images on "
    "the\n"
    "device; evaluate: the test images with running statistics. kernels: one more run of each, "
    "which\n"
    "the device itself measures; FLOP are the products of conv2d and linear, bytes what a kernel "
    "reads\n"
    "and writes, each once. peak: fused multiply-adds on registers alone.\n";

const struct weft_option weft_bench_options[] = {
    {.name = "images",
     .type = WEFT_OPTION_COUNT,
     .offset = WEFT_OPTION(images),
     .value = "N",
     .help = "only the first N images of each split",
     .initial = "60000",
     .least = 1,
     .most = UINT32_MAX},
    {.name = "batch",
     .type = WEFT_OPTION_COUNT,
     .offset = WEFT_OPTION(batch),
     .value = "N",
     .help = "images of a training step",
     .initial = "100",
     .least = 1,
     .most = 1000000},
    {.name = "steps",
     .type = WEFT_OPTION_COUNT,
     .offset = WEFT_OPTION(steps),
     .value = "N",
     .help = "an epoch is at most N steps",
     .least = 1,
     .most = UINT32_MAX},
    {.name = "repeat",
     .type = WEFT_OPTION_COUNT,
     .offset = WEFT_OPTION(repeat),
     .value = "N",
     .help = "runs of each part",
     .initial = "5",
     .least = 1,
     .most = 1000},
    WEFT_OPTION_ROW_FLAG("peak", peak, "measures the device's peak too, and shares of it"),
    WEFT_OPTION_ROW_FLAG("whole", whole,
                         "the whole of weft train too: data, device, epochs, files"),
    {.name = "epochs",
     .type = WEFT_OPTION_COUNT,
     .offset = WEFT_OPTION(epochs),
     .value = "N",
     .help = "of --whole",
     .initial = "5",
     .least = 1,
     .most = 100000},
    {.name = "only",
     .type = WEFT_OPTION_CHOICE,
     .offset = WEFT_OPTION(only),
     .help = "one part, and --peak if that is given",
     .choices = weft_bench_parts},
    WEFT_OPTION_ROW_FILE("network", network, "a list of layers in JSON, not the published network"),
    {.name = "wide",
     .type = WEFT_OPTION_COUNT,
     .offset = WEFT_OPTION(wide),
     .value = "N",
     .help = "N times the channels and features, inside the network",
     .initial = "1",
     .least = 1,
     .most = 1024},
    {.name = NULL},
};

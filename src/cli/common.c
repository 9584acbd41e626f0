/* common.c: the options that mean the same in every command. */
#include "cli/cli.h"

const char *const cli_split_names[] = {"train", "test", NULL};
const char *const cli_math_names[] = {"exact", "fast", NULL};
const char *const cli_mapping_names[] = {"auto", "cpu", "gpu", NULL};

const struct cli_option cli_common_options[] = {
    {.name = "device",
     .type = CLI_OPTION_TEXT,
     .offset = CLI_OPTION(device),
     .value = "SEL",
     .help = "auto, cpu, gpu, N, P:D, pci:BUS, uuid:HEX, or part of the\n"
             "name of a device or platform (weft devices lists them)",
     .initial = "auto",
     .variable = "WEFT_DEVICE"},
    {.name = "data",
     .type = CLI_OPTION_TEXT,
     .offset = CLI_OPTION(data),
     .value = "DIR",
     .help = "folder of the four IDX files (default: data/fashion-mnist,\n"
             "then /usr/share/datasets/fashion-mnist)",
     .variable = "WEFT_DATA"},
    {.name = "threads",
     .type = CLI_OPTION_COUNT,
     .offset = CLI_OPTION(threads),
     .value = "N",
     .help = "threads of the CPU backend (default: all processors)",
     .variable = "WEFT_THREADS",
     .least = 1,
     .most = 1024},
    {.name = "kernels",
     .type = CLI_OPTION_TEXT,
     .offset = CLI_OPTION(kernels),
     .value = "DIR",
     .help = ".cl files from there, not the built-in ones",
     .variable = "WEFT_KERNELS"},
    {.name = "math",
     .type = CLI_OPTION_CHOICE,
     .offset = CLI_OPTION(math),
     .help = "exact: equal bits; fast: products of matrices by CLBlast, on\n"
             "OpenCL devices, and no bits are promised",
     .initial = "exact",
     .choices = cli_math_names},
    {.name = "mapping",
     .type = CLI_OPTION_CHOICE,
     .offset = CLI_OPTION(mapping),
     .help = "how work is laid onto work-items; never changes a bit",
     .initial = "auto",
     .choices = cli_mapping_names},
    CLI_OPTION_ROW_FLAG("no-fuse", no_fuse,
                        "run each layer by kernels of its own; never changes a bit"),
    CLI_OPTION_ROW_FLAG("no-cache", no_cache,
                        "compile OpenCL kernels anew; else programs are kept in\n"
                        "$XDG_CACHE_HOME/weft"),
    {.name = "cl-options",
     .type = CLI_OPTION_TEXT,
     .offset = CLI_OPTION(cl_options),
     .value = "STRING",
     .help = "further options for the OpenCL compiler"},
    CLI_OPTION_ROW_FLAG("json", json, "results as JSON on stdout, one object a line"),
    CLI_OPTION_ROW_FLAG("quiet", quiet, "nothing on stderr but errors and warnings"),
    CLI_OPTION_ROW_FLAG("verbose", verbose,
                        "more on stderr: devices, OpenCL programs and their logs, the\n"
                        "cache, memory, which layers are fused"),
    CLI_OPTION_ROW_FLAG("help", help, "this text"),
    CLI_OPTION_ROW_FLAG("version", version, "the version of weft and of its libraries"),
    {.name = NULL},
};

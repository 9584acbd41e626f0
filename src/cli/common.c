/* common.c: the options that every command has. */
#include "cli/json.h"
#include "cli/options.h"

const char *const cli_split_names[] = {"train", "test", NULL};
const char *const cli_math_names[] = {"exact", "fast", NULL};
const char *const cli_mapping_names[] = {"auto", "cpu", "gpu", NULL};

#define OPTIONS struct cli_options

const struct cli_option cli_common_options[] = {
    {OPTION_ROW(CLI_OPTION_TEXT, "device", device,
                "auto, cpu, gpu, N, P:D, pci:BUS, uuid:HEX, or part of the\n"
                "name of a device or platform (weft devices lists them)"),
     .value = "SEL", .initial = "auto", .variable = "WEFT_DEVICE"},
    {OPTION_ROW(CLI_OPTION_TEXT, "data", data,
                "folder of the four IDX files (default: data/fashion-mnist,\n"
                "then /usr/share/datasets/fashion-mnist)"),
     .value = "DIR", .variable = "WEFT_DATA"},
    {OPTION_ROW(CLI_OPTION_COUNT, "threads", threads,
                "threads of the CPU backend (default: all processors)"),
     .value = "N", .least = 1, .most = 1024, .variable = "WEFT_THREADS"},
    {OPTION_ROW(CLI_OPTION_TEXT, "kernels", kernels, ".cl files from there, not the built-in ones"),
     .value = "DIR", .variable = "WEFT_KERNELS"},
    OPTION_CHOICE("math", math, "exact", cli_math_names,
                  "exact: equal bits; fast: products of matrices by CLBlast, on\n"
                  "OpenCL devices, and no bits are promised"),
    OPTION_CHOICE("mapping", mapping, "auto", cli_mapping_names,
                  "how work is laid onto work-items; never changes a bit"),
    OPTION_FLAG("no-fuse", no_fuse, "run each layer by kernels of its own; never changes a bit"),
    OPTION_FLAG("no-cache", no_cache,
                "compile OpenCL kernels anew; else programs are kept in\n"
                "$XDG_CACHE_HOME/weft"),
    OPTION_TEXT("cl-options", cl_options, "STRING", "further options for the OpenCL compiler"),
    OPTION_FLAG("json", json, "results as JSON on stdout, one object a line"),
    OPTION_FLAG("quiet", quiet, "nothing on stderr but errors and warnings"),
    OPTION_FLAG("verbose", verbose,
                "more on stderr: devices, OpenCL programs and their logs, the\n"
                "cache, memory, which layers are fused"),
    OPTION_FLAG("help", help, "this text"),
    OPTION_FLAG("version", version, "the version of weft and of its libraries"),
    {.name = NULL},
};

void cli_options_json(struct json_writer *json, const struct cli_options *options) {
    json_write_string(json, "device", options->device);
    json_write_string(json, "data", options->data);
    cli_json_count(json, "threads", options->threads);
    json_write_string(json, "kernels", options->kernels);
    json_write_string(json, "math", cli_math_names[options->math]);
    json_write_string(json, "mapping", cli_mapping_names[options->mapping]);
    json_write_bool(json, "no_fuse", options->no_fuse);
    json_write_bool(json, "no_cache", options->no_cache);
    json_write_string(json, "cl_options", options->cl_options);
}

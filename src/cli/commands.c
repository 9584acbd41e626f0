/* commands.c: the list of commands, and the options that every command has. A new command is a new
 * file, which has its row, and a line here. */
#include <string.h>

#include "cli/command.h"
#include "cli/json.h"

#define COMMANDS(X)                                                                                \
    X(devices)                                                                                     \
    X(data)                                                                                        \
    X(samples)                                                                                     \
    X(summary)                                                                                     \
    X(train)                                                                                       \
    X(evaluate)                                                                                    \
    X(predict)                                                                                     \
    X(verify)                                                                                      \
    X(compare)                                                                                     \
    X(bench)                                                                                       \
    X(report)

#define DECLARE(NAME) extern const struct cli_command cli_command_##NAME;
#define ADDRESS(NAME) &cli_command_##NAME,

COMMANDS(DECLARE)
const struct cli_command *const cli_commands[] = {COMMANDS(ADDRESS) NULL};

const struct cli_command *cli_command_find(const char *name) {
    for (size_t i = 0; cli_commands[i] != NULL; i++) {
        if (strcmp(cli_commands[i]->name, name) == 0) {
            return cli_commands[i];
        }
    }
    return NULL;
}

/* ---- the options of every command ---- */

const char *const cli_split_names[] = {"train", "test", NULL};
const char *const cli_math_names[] = {"exact", "fast", NULL};
const char *const cli_mapping_names[] = {"auto", "cpu", "gpu", NULL};
const char *const cli_step_kernel_names[] = {"auto", "always", "never", NULL};

#define OPTIONS struct cli_options

const struct cli_option cli_common_options[] = {
    {OPTION_ROW(CLI_OPTION_TEXT, "device", device,
                "auto, cpu, gpu, N, P:D, pci:BUS, uuid:HEX, or part of a name"),
     .value = "SEL", .initial = "auto", .variable = "WEFT_DEVICE"},
    {OPTION_ROW(CLI_OPTION_TEXT, "data", data,
                "folder of IDX, PNG or CIFAR files (default: Fashion-MNIST)"),
     .value = "DIR", .variable = "WEFT_DATA"},
    OPTION_FLOAT("test-fraction", test_fraction, NULL, 0.001f, 0.999f,
                 "part to hold out if DIR has no test images"),
    OPTION_TEXT("mean", mean, "X[,X,X]", "mean of pixel / 255 of each channel, or computed"),
    OPTION_TEXT("std", std, "X[,X,X]", "standard deviation, likewise"),
    {OPTION_ROW(CLI_OPTION_COUNT, "threads", threads,
                "threads of the CPU backend, or compute units of an OpenCL\n"
                "CPU device (default: all)"),
     .value = "N", .least = 1, .most = 1024, .variable = "WEFT_THREADS"},
    {OPTION_ROW(CLI_OPTION_TEXT, "kernels", kernels,
                "use the .cl files in DIR instead of the built-in ones"),
     .value = "DIR", .variable = "WEFT_KERNELS"},
    OPTION_CHOICE("math", math, "exact", cli_math_names,
                  "exact: equal bits; fast: CLBlast multiplies the matrices, on\n"
                  "OpenCL devices, and no bits are promised"),
    OPTION_CHOICE("mapping", mapping, "auto", cli_mapping_names,
                  "how work-items share the work; changes no bit"),
    OPTION_FLAG("no-fuse", no_fuse, "compute each layer with separate kernels; changes no bit"),
    OPTION_FLAG("images-on-host", images_on_host,
                "send images in portions, as if there were no room"),
    OPTION_FLAG("no-cache", no_cache,
                "compile the OpenCL kernels again; otherwise compiled programs\n"
                "are kept in $XDG_CACHE_HOME/weft"),
    OPTION_TEXT("cl-options", cl_options, "STRING", "additional options for the OpenCL compiler"),
    OPTION_FLAG("json", json, "print results as JSON on stdout, one object per line"),
    OPTION_FLAG("quiet", quiet, "print only errors and warnings on stderr"),
    OPTION_FLAG("verbose", verbose, "print more on stderr, such as OpenCL's buffers and logs"),
    OPTION_FLAG("help", help, "print this text"),
    OPTION_FLAG("version", version, "print the versions of weft and of its libraries"),
    {.name = NULL},
};

void cli_options_json(struct json_writer *json, const struct cli_options *options) {
    json_write_string(json, "device", options->device);
    json_write_string(json, "data", options->data);
    if (options->test_fraction > 0) {
        json_write_float(json, "test_fraction", options->test_fraction);
    }
    cli_json_text(json, "mean", options->mean);
    cli_json_text(json, "std", options->std);
    cli_json_count(json, "threads", options->threads);
    json_write_string(json, "kernels", options->kernels);
    json_write_string(json, "math", cli_math_names[options->math]);
    json_write_string(json, "mapping", cli_mapping_names[options->mapping]);
    json_write_bool(json, "no_fuse", options->no_fuse);
    json_write_bool(json, "images_on_host", options->images_on_host);
    json_write_bool(json, "no_cache", options->no_cache);
    json_write_string(json, "cl_options", options->cl_options);
}

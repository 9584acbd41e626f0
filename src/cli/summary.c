/* summary.c: weft summary: the network as a table, as PyTorch prints it, and as a graph. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "cli/command.h"
#include "cli/json.h"
#include "cli/load.h"
#include "cli/needs.h"
#include "cli/options.h"
#include "cli/summary_memory.h"
#include "cli/text_wrap.h"
#include "report/screen.h"
#include "weft/network.h"

struct options {
    struct cli_options common;
    const char *network;
    bool dot, memory;
};
#define OPTIONS struct options

static const struct cli_option rows[] = {
    OPTION_FILE("network", network,
                "a list of layers in JSON; with MODEL, the layers of one that does\n"
                "not name them"),
    OPTION_FLAG("dot", dot, "prints the graph for Graphviz: weft summary --dot | dot -Tsvg"),
    OPTION_FLAG("memory", memory, "shows which tensors of a training step share memory"),
    {.name = NULL},
};

/* Writes "6 x 24 x 24", or "192" when flat, into ${text}. Returns ${text}. */
static const char *shape_text(const size_t shape[3], bool flat, char text[64]) {
    if (flat) {
        snprintf(text, 64, "%zu", shape[0]);
    } else {
        snprintf(text, 64, "%zu x %zu x %zu", shape[0], shape[1], shape[2]);
    }
    return text;
}

#define STEP_IMAGES 100 /* the default of --batch of weft train */

enum { KIND = 10, OUTPUT = 18, PARAMETERS = 10, FLOP = 14 }; /* KIND: at least */

/* The columns of the table, and the widths of the first two: a kind of 0 is omitted. */
struct layout {
    int name, kind;
    bool flop;
};

/* Prints a row. All cells are text, since the head is a row too. */
static void print_row(const struct layout *layout, const char *name, const char *kind,
                      const char *output, const char *parameters, const char *flop) {
    screen_print("%-*s  ", layout->name, name);
    if (layout->kind > 0) {
        screen_print("%-*s  ", layout->kind, kind);
    }
    screen_print(layout->kind > 0 ? "%-16s  %10s" : "%-12s  %10s", output, parameters);
    if (layout->flop) {
        screen_print("  %12s", flop);
    }
    screen_print("\n");
}

/* Chooses the columns that fit. The name, which often includes the kind, always has one; --json has
 * the FLOP too. */
static struct layout choose(const struct weft_network *network, int columns) {
    struct layout layout = {.name = (int)strlen("layer"), .kind = KIND};
    for (size_t i = 0; i < weft_network_layers(network); i++) {
        const struct weft_layer *layer = weft_network_layer(network, i);
        const int name = (int)strlen(layer->name), kind = (int)strlen(layer->kind);
        layout.name = name > layout.name ? name : layout.name;
        layout.kind = kind > layout.kind ? kind : layout.kind;
    }
    if (columns < layout.name + 2 + layout.kind + 2 + OUTPUT + PARAMETERS + FLOP) {
        layout.kind = 0;
    }
    layout.flop = layout.kind > 0 || columns >= layout.name + 2 + OUTPUT - 4 + PARAMETERS + FLOP;
    return layout;
}

/* Prints the layers as a table: name, kind, output of one image, parameters, FLOP forward of one
 * image, and totals. A table wider than ${columns} omits the kinds, then FLOP. */
static void print_table(const struct weft_network *network, int columns) {
    struct layout layout = choose(network, columns);
    const struct weft_layer *first = weft_network_layer(network, 0);
    char shape[64], parameters[24], flop[24], needs[200];
    uint64_t sum = 0;
    print_row(&layout, "layer", "kind", "output", "parameters", "FLOP");
    print_row(&layout, "input", "", shape_text(first->input, first->flat_input, shape), "", "");
    for (size_t i = 0; i < weft_network_layers(network); i++) {
        const struct weft_layer *layer = weft_network_layer(network, i);
        sum += layer->flop;
        snprintf(parameters, sizeof parameters, "%zu", layer->parameters);
        snprintf(flop, sizeof flop, "%llu", (unsigned long long)layer->flop);
        print_row(&layout, layer->name, layer->kind,
                  shape_text(layer->output, layer->flat_output, shape), parameters, flop);
    }
    snprintf(parameters, sizeof parameters, "%zu", weft_network_parameters(network));
    snprintf(flop, sizeof flop, "%llu", (unsigned long long)sum);
    print_row(&layout, "total", "", "", parameters, flop);
    screen_print_constant("\n");
    cli_text_line(2, "training: %s",
                  cli_needs_text(network, STEP_IMAGES, STEP_IMAGES, false, needs));
}

/* What a training needs, with the default of --batch. */
static void json_needs(struct json_writer *json, const struct weft_network *network) {
    struct weft_needs needs = {.size = sizeof needs};
    weft_network_needs(network, STEP_IMAGES, false, &needs, NULL);
    json_write_open(json, "training", '{');
    json_write_integer(json, "batch", STEP_IMAGES);
    json_write_integer(json, "flop", needs.flop);
    json_write_integer(json, "device_memory", needs.arrays + needs.activations);
    json_write_integer(json, "host_memory", needs.host);
    json_write_close(json, '}');
}

static void json_layers(struct json_writer *json, const struct weft_network *network) {
    uint64_t flop = 0;
    json_write_open(json, "layers", '[');
    for (size_t i = 0; i < weft_network_layers(network); i++) {
        const struct weft_layer *layer = weft_network_layer(network, i);
        json_write_open(json, NULL, '{');
        json_write_string(json, "name", layer->name);
        json_write_string(json, "kind", layer->kind);
        json_write_open(json, "output", '[');
        for (size_t j = 0; j < (layer->flat_output ? 1 : 3); j++) {
            json_write_integer(json, NULL, layer->output[j]);
        }
        json_write_close(json, ']');
        json_write_integer(json, "parameters", layer->parameters);
        json_write_integer(json, "flop", layer->flop);
        json_write_close(json, '}');
        flop += layer->flop;
    }
    json_write_close(json, ']');
    json_write_integer(json, "parameters", weft_network_parameters(network));
    json_write_integer(json, "flop", flop);
    json_needs(json, network);
}

/* ${path} and ${sha256} are NULL where there is no model file. */
static enum weft_status print(const struct options *given, const struct weft_network *network,
                              const char *path, const char *sha256, struct weft_error *error) {
    const struct cli_options *options = &given->common;
    char *pytorch = weft_network_to_pytorch(network), *list = weft_network_to_json(network);
    char *dot = given->dot ? weft_network_to_dot(network) : NULL;
    struct json_writer json;
    enum weft_status status = WEFT_OK;
    if (pytorch == NULL || list == NULL || (given->dot && dot == NULL)) {
        status = error_set(error, WEFT_NO_MEMORY, "summary: no memory for its text");
    } else if (cli_event_begin(&json, options->json, "summary")) {
        json_write_string(&json, "model", path);
        json_write_string(&json, "sha256", sha256);
        json_write_raw(&json, "network", list);
        json_layers(&json, network);
        json_write_string(&json, "pytorch", pytorch);
        if (dot != NULL) {
            json_write_string(&json, "dot", dot);
        }
        if (given->memory) {
            status = cli_memory_json(&json, network, STEP_IMAGES, error);
        }
        if (status == WEFT_OK) {
            status = cli_event_end(&json, error);
        } else {
            free(text_take(&json.text));
        }
    } else if (dot != NULL) {
        screen_print_lines(stdout, "", dot);
    } else if (given->memory) {
        status = cli_memory_print(network, STEP_IMAGES, error);
    } else {
        print_table(network, cli_text_columns());
        screen_print_lines(stdout, "\n", pytorch);
        if (path != NULL) {
            screen_print("\nmodel: %s, sha256: %s\n", path, sha256);
        }
    }
    weft_free(pytorch);
    weft_free(list);
    weft_free(dot);
    return status;
}

static enum weft_status run(const void *given, struct weft_error *error) {
    const struct options *options = given;
    const struct cli_options *common = &options->common;
    struct weft_model *model = NULL;
    struct weft_network *network = NULL;
    enum weft_status status;
    if (common->operand_count > 0) {
        TRY(cli_load_model(common, common->operands[0], options->network, &model, error));
        status = print(options, weft_model_network(model), weft_model_path(model),
                       weft_model_sha256(model), error);
    } else {
        TRY(cli_load_network(options->network, &network, error));
        status = print(options, network, NULL, NULL, error);
    }
    weft_network_destroy(network);
    weft_model_destroy(model);
    return status;
}

const struct cli_command cli_command_summary = {
    .name = "summary",
    .summary = "shows the network as a table and in PyTorch's notation",
    .run = run,
    .options_size = sizeof(struct options),
    .options = rows,
    .operand = CLI_OPERAND_OPTIONAL,
    .operand_name = "MODEL",
    .notes = "Without MODEL and --network, it shows the published network.\n",
    .examples = "weft summary run-1\n"
                "weft summary --network layers.json\n"
                "weft summary --memory --network layers.json\n"
                "weft summary --dot run-1 | dot -Tsvg >network.svg\n",
};

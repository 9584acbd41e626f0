/* summary.c: weft summary: the network as a table and as PyTorch prints it. */
#include "cli/cli.h"

#include <stdlib.h>

const struct cli_option cli_summary_options[] = {
    CLI_OPTION_ROW_FILE("network", network,
                        "a list of layers in JSON, as in a model file's metadata"),
    {.name = NULL},
};

static void json_layers(struct json_writer *json, const struct weft_network *network) {
    uint64_t flop = 0;
    json_write_open(json, "layers", '[');
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        struct weft_shape shape = layer->output;
        json_write_open(json, NULL, '{');
        json_write_string(json, "name", layer->name);
        json_write_string(json, "kind", weft_kind_name(layer->kind));
        json_write_open(json, "output", '[');
        json_write_integer(json, NULL, shape.channels);
        if (!shape.flat) {
            json_write_integer(json, NULL, shape.height);
            json_write_integer(json, NULL, shape.width);
        }
        json_write_close(json, ']');
        json_write_integer(json, "parameters", report_layer_parameters(network, i));
        json_write_integer(json, "flop", weft_layer_flop(layer));
        json_write_close(json, '}');
        flop += weft_layer_flop(layer);
    }
    json_write_close(json, ']');
    json_write_integer(json, "parameters", network->parameter_count);
    json_write_integer(json, "flop", flop);
}

/* ${path} and ${sha256} are NULL where there is no model file. */
static enum weft_status print(const struct cli_options *options, const struct weft_network *network,
                              const char *path, const char *sha256, struct weft_error *error) {
    char *pytorch = weft_network_to_pytorch(network), *list = weft_network_to_json(network);
    enum weft_status status = WEFT_OK;
    if (pytorch == NULL || list == NULL) {
        status = weft_fail(error, WEFT_FAILED, "summary: no memory for its text");
    } else if (options->json) {
        struct json_writer json = {0};
        json_write_open(&json, NULL, '{');
        json_write_string(&json, "event", "summary");
        json_write_string(&json, "model", path);
        json_write_string(&json, "sha256", sha256);
        json_write_raw(&json, "network", list);
        json_layers(&json, network);
        json_write_string(&json, "pytorch", pytorch);
        json_write_close(&json, '}');
        status = json_write_print(&json, stdout, error);
    } else {
        report_summary(stdout, network, cli_screen_columns());
        printf("\n%s\n", pytorch);
        if (path != NULL) {
            printf("\nmodel: %s, sha256: %s\n", path, sha256);
        }
    }
    free(pytorch);
    free(list);
    return status;
}

enum weft_status cli_command_summary(const struct cli_options *options, struct weft_error *error) {
    struct weft_model *model = NULL;
    struct weft_network *network = NULL;
    char path[4096], sha256[65];
    enum weft_status status;
    if (options->operand != NULL && options->network != NULL) {
        return weft_fail(error, WEFT_USAGE, "--network: MODEL brings its own network");
    }
    if (options->operand != NULL) {
        status = cli_shared_model_load(options, options->operand, &model, path, sha256, error);
        if (status == WEFT_OK) {
            status = print(options, model->network, path, sha256, error);
        }
    } else {
        status = cli_shared_network(options->network, &network, error);
        if (status == WEFT_OK) {
            status = print(options, network, NULL, NULL, error);
        }
    }
    weft_network_destroy(network);
    weft_model_destroy(model);
    return status;
}

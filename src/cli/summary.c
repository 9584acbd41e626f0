/* summary.c: weft summary: the network as a table and as PyTorch prints it. */
#include "cli/cli.h"

#include <stdlib.h>

const struct weft_option weft_summary_options[] = {
    WEFT_OPTION_ROW_FILE("network", network,
                         "a list of layers in JSON, as in a model file's metadata"),
    {.name = NULL},
};

static void json_layers(struct weft_json *json, const struct weft_network *network) {
    uint64_t flop = 0;
    weft_json_open(json, "layers", '[');
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct weft_layer *layer = &network->layers[i];
        struct weft_shape shape = layer->output;
        weft_json_open(json, NULL, '{');
        weft_json_string(json, "name", layer->name);
        weft_json_string(json, "kind", weft_kind_name(layer->kind));
        weft_json_open(json, "output", '[');
        weft_json_integer(json, NULL, shape.channels);
        if (!shape.flat) {
            weft_json_integer(json, NULL, shape.height);
            weft_json_integer(json, NULL, shape.width);
        }
        weft_json_close(json, ']');
        weft_json_integer(json, "parameters", weft_report_layer_parameters(network, i));
        weft_json_integer(json, "flop", weft_layer_flop(layer));
        weft_json_close(json, '}');
        flop += weft_layer_flop(layer);
    }
    weft_json_close(json, ']');
    weft_json_integer(json, "parameters", network->parameter_count);
    weft_json_integer(json, "flop", flop);
}

/* ${path} and ${sha256} are NULL where there is no model file. */
static enum weft_status print(const struct weft_options *options,
                              const struct weft_network *network, const char *path,
                              const char *sha256, struct weft_error *error) {
    char *pytorch = weft_network_to_pytorch(network), *list = weft_network_to_json(network);
    enum weft_status status = WEFT_OK;
    if (pytorch == NULL || list == NULL) {
        status = weft_fail(error, WEFT_FAILED, "summary: no memory for its text");
    } else if (options->json) {
        struct weft_json json = {0};
        weft_json_open(&json, NULL, '{');
        weft_json_string(&json, "event", "summary");
        weft_json_string(&json, "model", path);
        weft_json_string(&json, "sha256", sha256);
        weft_json_raw(&json, "network", list);
        json_layers(&json, network);
        weft_json_string(&json, "pytorch", pytorch);
        weft_json_close(&json, '}');
        status = weft_json_print(&json, stdout, error);
    } else {
        weft_report_summary(stdout, network, weft_screen_columns());
        printf("\n%s\n", pytorch);
        if (path != NULL) {
            printf("\nmodel: %s, sha256: %s\n", path, sha256);
        }
    }
    free(pytorch);
    free(list);
    return status;
}

enum weft_status weft_command_summary(const struct weft_options *options,
                                      struct weft_error *error) {
    struct weft_model *model = NULL;
    struct weft_network *network = NULL;
    char path[4096], sha256[65];
    enum weft_status status;
    if (options->operand != NULL && options->network != NULL) {
        return weft_fail(error, WEFT_USAGE, "--network: MODEL brings its own network");
    }
    if (options->operand != NULL) {
        status = weft_shared_model_load(options, options->operand, &model, path, sha256, error);
        if (status == WEFT_OK) {
            status = print(options, model->network, path, sha256, error);
        }
    } else {
        status = weft_shared_network(options->network, &network, error);
        if (status == WEFT_OK) {
            status = print(options, network, NULL, NULL, error);
        }
    }
    weft_network_destroy(network);
    weft_model_destroy(model);
    return status;
}

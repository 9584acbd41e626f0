/* shape.c: shapes as numbers and as text, and their checks. */
#include "network/layer.h"

#include <stdio.h>

size_t shape_size(struct tensor_shape shape) {
    return shape.channels * shape.height * shape.width;
}

char *shape_text(struct tensor_shape shape, char text[64]) {
    if (shape.flat) {
        snprintf(text, 64, "%zu", shape.channels);
    } else {
        /* Three numbers below 2^31 have at most 30 digits. */
        snprintf(text, 64, "%zu x %zu x %zu", shape.channels, shape.height, shape.width);
    }
    return text;
}

enum weft_status layer_infer_windows(struct network_layer *layer, size_t channels,
                                     struct layer_windows windows, const char *what,
                                     struct weft_error *error) {
    uint64_t height = (uint64_t)layer->input.height + 2 * (uint64_t)windows.padding;
    uint64_t width = (uint64_t)layer->input.width + 2 * (uint64_t)windows.padding;
    char input[64];
    shape_text(layer->input, input);
    if (layer->input.flat) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s needs channels x height x width, but its input is flat: %s",
                         layer_kind_name(layer->kind), input);
    }
    if (windows.padding > windows.height / 2 || windows.padding > windows.width / 2) {
        return error_set(error, WEFT_BAD_FILE,
                         "the padding %zu is more than half of the %s %zu x %zu", windows.padding,
                         what, windows.height, windows.width);
    }
    if (windows.height > height || windows.width > width) {
        return error_set(error, WEFT_BAD_FILE, "the %s %zu x %zu is larger than its input %s", what,
                         windows.height, windows.width, input);
    }
    layer->output =
        (struct tensor_shape){.channels = channels,
                              .height = (size_t)((height - windows.height) / windows.stride + 1),
                              .width = (size_t)((width - windows.width) / windows.stride + 1)};
    return WEFT_OK;
}

struct tensor_shape network_output(const struct weft_network *network) {
    return network->layers[network->layer_count - 1].output;
}

enum weft_status network_check_classifier(const struct weft_network *network, size_t classes,
                                          struct weft_error *error) {
    const struct network_layer *last = &network->layers[network->layer_count - 1];
    char output[64];
    if (classes < 2) {
        return error_set(error, WEFT_USAGE, "classes: at least 2 are needed, not %zu", classes);
    }
    if (!last->output.flat || last->output.channels != classes) {
        return error_set(error, WEFT_BAD_FILE,
                         "layer %zu (%s): the last layer gives %s%s, but %zu classes need a flat "
                         "output of %zu",
                         network->layer_count, last->name, shape_text(last->output, output),
                         last->output.flat ? "" : " (not flat)", classes, classes);
    }
    return WEFT_OK;
}

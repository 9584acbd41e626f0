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

char *pair_python(struct network_pair pair, char text[64]) {
    if (pair.height == pair.width) {
        snprintf(text, 64, "%zu", pair.height);
    } else {
        snprintf(text, 64, "(%zu, %zu)", pair.height, pair.width);
    }
    return text;
}

enum weft_status layer_check_padding(struct network_pair window, struct network_pair padding,
                                     struct weft_error *error) {
    char text[64];
    if (padding.height > window.height / 2 || padding.width > window.width / 2) {
        return error_set(error, WEFT_BAD_FILE,
                         "the padding %s is more than half of the window %zu x %zu",
                         pair_python(padding, text), window.height, window.width);
    }
    return WEFT_OK;
}

enum weft_status layer_infer_windows(struct network_layer *layer, size_t channels,
                                     struct layer_windows windows, const char *what,
                                     struct weft_error *error) {
    struct network_pair kernel = windows.kernel, padding = windows.padding;
    uint64_t height = (uint64_t)layer->input.height + 2 * (uint64_t)padding.height;
    uint64_t width = (uint64_t)layer->input.width + 2 * (uint64_t)padding.width;
    uint64_t rows = (uint64_t)(kernel.height - 1) * windows.dilation.height + 1;
    uint64_t columns = (uint64_t)(kernel.width - 1) * windows.dilation.width + 1;
    bool dilated = windows.dilation.height > 1 || windows.dilation.width > 1;
    char input[64];
    shape_text(layer->input, input);
    if (layer->input.flat) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s needs channels x height x width, but its input is flat: %s",
                         layer_kind_name(layer->kind), input);
    }
    if (height > NETWORK_IMAGE_MAX || width > NETWORK_IMAGE_MAX) {
        return error_set(error, WEFT_BAD_FILE,
                         "the input %s with the padding %zu x %zu is larger than %u", input,
                         padding.height, padding.width, NETWORK_IMAGE_MAX);
    }
    if (rows > height || columns > width) {
        return error_set(error, WEFT_BAD_FILE, "the %s %zu x %zu%s is larger than its input %s%s",
                         what, kernel.height, kernel.width, dilated ? ", dilated," : "", input,
                         padding.height + padding.width > 0 ? " with its padding" : "");
    }
    layer->output =
        (struct tensor_shape){.channels = channels,
                              .height = (size_t)((height - rows) / windows.stride.height + 1),
                              .width = (size_t)((width - columns) / windows.stride.width + 1)};
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

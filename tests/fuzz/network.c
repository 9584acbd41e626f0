/* network.c: lists of layers: one that is read is written as a text that reads back to itself, and
 * one that is refused is refused at a place in it. */
#include "fuzz.h"

#include <stdio.h>

#include "base/json_position.h"
#include "network/network.h"

static void write_and_read(const struct weft_network *network) {
    char *text = network_to_json(network), *second, *pytorch, *dot;
    struct weft_error error = {0}, ignored = {0};
    struct weft_network *again = NULL;
    REQUIRE(text != NULL && network_create(text, &again, &error) == WEFT_OK);
    second = network_to_json(again);
    pytorch = network_to_pytorch(again);
    dot = network_to_dot(again);
    REQUIRE(strcmp(text, second) == 0 && pytorch != NULL && dot != NULL);
    for (size_t i = 0; i < network->layer_count; i++) {
        layer_flop(&network->layers[i]);
    }
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        size_t room = tensor->trained ? network->parameter_count : network->buffer_count;
        REQUIRE(tensor->offset <= room && tensor->count <= room - tensor->offset);
        REQUIRE(network_find(network, tensor->name) == tensor);
    }
    network_check_classifier(network, 10, &ignored);
    free(text);
    free(second);
    free(pytorch);
    free(dot);
    network_destroy(again);
}

/* The message of a mistake in ${text} begins with a place in it. */
static void require_place(const char *text, const struct weft_error *error) {
    size_t line, column;
    struct json_position end = json_position_of(text, strlen(text));
    if (sscanf(error->message, "network:%zu:%zu: ", &line, &column) == 2) {
        REQUIRE(line >= 1 && line <= end.line && column >= 1);
        REQUIRE(column <= (line < end.line ? strlen(text) : end.column));
    } else {
        REQUIRE(strlen(text) > 1 << 20 || error->status != WEFT_BAD_FILE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    char *text = copy_text((struct input){bytes, size});
    struct weft_error error = {0};
    struct weft_network *network = NULL;
    enum weft_status status = network_create(text, &network, &error);
    if (status == WEFT_OK) {
        write_and_read(network);
    } else {
        require_failure(status, &error);
        require_place(text, &error);
        REQUIRE(network == NULL);
    }
    network_destroy(network);
    free(text);
    return 0;
}

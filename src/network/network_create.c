/* network_create.c: makes a network from a list of layers: names, shapes, offsets of tensors. */
#include "base/json_position.h"
#include "base/json_read.h"
#include "base/nearest.h"
#include "base/try.h"
#include "network/layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A list of layers that is read, and the way to the mistake in it. */
struct source {
    const char *text;
    struct json_path path;
};

/* Stores the product of ${count} ${factors} in ${product} if it is at most NETWORK_FLOATS_MAX. */
static bool multiply(const size_t *factors, size_t count, size_t *product) {
    uint64_t value = 1;
    for (size_t i = 0; i < count; i++) {
        if (factors[i] > NETWORK_FLOATS_MAX) {
            return false;
        }
        value *= factors[i]; /* both below 2^31 */
        if (value > NETWORK_FLOATS_MAX) {
            return false;
        }
    }
    *product = (size_t)value;
    return true;
}

static enum weft_status check_size(struct tensor_shape shape, const char *what,
                                   struct weft_error *error) {
    size_t sides[] = {shape.channels, shape.height, shape.width}, size;
    char text[64];
    if (multiply(sides, 3, &size) && size <= NETWORK_IMAGE_MAX) {
        return WEFT_OK;
    }
    return error_set(error, WEFT_BAD_FILE, "%s: %s is more than %u numbers", what,
                     shape_text(shape, text), NETWORK_IMAGE_MAX);
}

/* "input": [channels, height, width] or [features]. */
static enum weft_status read_input(const json_t *json, struct tensor_shape *shape,
                                   struct weft_error *error) {
    uint64_t sides[3] = {1, 1, 1};
    size_t count = json_array_size(json);
    bool good = count == 1 || count == 3;
    for (size_t i = 0; good && i < count; i++) {
        good = json_read_integer(json_array_get(json, i), NETWORK_INPUT_SIDE_MAX, &sides[i]) &&
               sides[i] > 0;
    }
    if (!good) {
        return error_set(error, WEFT_BAD_FILE,
                         "input: [channels, height, width] or [features] was expected, each a "
                         "whole number from 1 to %d",
                         NETWORK_INPUT_SIDE_MAX);
    }
    *shape = (struct tensor_shape){.channels = (size_t)sides[0],
                                   .height = (size_t)sides[1],
                                   .width = (size_t)sides[2],
                                   .flat = count == 1};
    return check_size(*shape, "input", error);
}

/* Returns whether ${name} can be part of a tensor's name in every backend and in PyTorch, where a
 * dot is between the names of a module and its part. */
static bool good_name(const char *name) {
    size_t length = strlen(name);
    return length > 0 && length < LAYER_NAME_MAX && strcmp(name, "input") != 0 && name[0] != '.' &&
           name[length - 1] != '.' && strstr(name, "..") == NULL &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") ==
               length;
}

/* Returns where ${layer} of the list has its name, or begins. */
static struct json_position name_position(const char *text, size_t layer) {
    const struct json_path path = {
        .steps = {{.member = "name"}, {.index = layer}, {.member = "layers"}}, .count = 3};
    return json_position_find(text, &path);
}

static enum weft_status read_name(struct weft_network *network, size_t index, const json_t *list,
                                  const char *text, struct weft_error *error) {
    const json_t *json = json_object_get(list, "name");
    const char *name = json_string_value(json);
    struct network_layer *layer = &network->layers[index];
    char shown[80];
    if (json == NULL) {
        snprintf(layer->name, sizeof layer->name, "%s%zu", layer_kind_name(layer->kind), index + 1);
    } else if (name == NULL || !good_name(name)) {
        return error_set(
            error, WEFT_BAD_FILE,
            "name: 1 to %d letters, digits, _ and single dots inside were expected, and not "
            "\"input\"%s%s",
            LAYER_NAME_MAX - 1, name != NULL ? ": " : "",
            name != NULL ? text_printable(name, shown) : "");
    } else {
        strcpy(layer->name, name);
        layer->named = true;
    }
    for (size_t i = 0; i < index; i++) {
        if (strcmp(network->layers[i].name, layer->name) == 0) {
            struct json_position other = name_position(text, i);
            return error_set(error, WEFT_BAD_FILE,
                             "layer %zu has the same name (line %zu, column %zu)", i + 1,
                             other.line, other.column);
        }
    }
    return WEFT_OK;
}

static const char *kind_name(const void *context, size_t index) {
    (void)context;
    return index < LAYER_KIND_COUNT ? layer_kind_name((enum layer_kind_id)index) : NULL;
}

static enum weft_status read_kind(const json_t *list, enum layer_kind_id *kind,
                                  struct weft_error *error) {
    const json_t *json = json_object_get(list, "kind");
    const char *name = json_is_string(json) ? json_string_value(json) : "";
    char shown[80], known[512] = "";
    *kind = kind_find(name);
    if (*kind != LAYER_KIND_COUNT) {
        return WEFT_OK;
    }
    for (int i = 0; i < LAYER_KIND_COUNT; i++) {
        strncat(known, i > 0 ? ", " : "", sizeof known - strlen(known) - 1);
        strncat(known, layer_kind_name((enum layer_kind_id)i), sizeof known - strlen(known) - 1);
    }
    error_set(error, WEFT_BAD_FILE, "unknown kind \"%s\": known are %s",
              text_printable(name, shown), known);
    nearest_hint(name, kind_name, NULL, error);
    return WEFT_BAD_FILE;
}

/* Gives the tensors of ${layer} their names, and their offsets after those of the layers before. */
static enum weft_status place_tensors(struct weft_network *network, struct network_layer *layer,
                                      struct weft_error *error) {
    const struct layer_kind *kind = layer_kinds[layer->kind];
    struct network_tensor declared[LAYER_TENSORS_MAX] = {{.rank = 0}};
    size_t parts = kind->declare != NULL ? kind->declare(layer, declared) : 0;
    layer->first_tensor = network->tensor_count;
    for (size_t i = 0; i < parts; i++) {
        struct network_tensor *tensor;
        size_t *total;
        if (declared[i].rank == 0) {
            continue;
        }
        tensor = &network->tensors[network->tensor_count++];
        layer->tensors++;
        *tensor = declared[i];
        tensor->part = i;
        total = tensor->trained ? &network->parameter_count : &network->buffer_count;
        snprintf(tensor->name, sizeof tensor->name, "%.63s.%.31s", layer->name, declared[i].name);
        tensor->layer = (size_t)(layer - network->layers);
        for (size_t j = tensor->rank; j < 4; j++) {
            tensor->shape[j] = 1;
        }
        if (!multiply(tensor->shape, 4, &tensor->count) ||
            tensor->count > NETWORK_FLOATS_MAX - *total) {
            return error_set(error, WEFT_BAD_FILE,
                             "%s, %zu x %zu x %zu x %zu, makes the network larger than %u floats",
                             tensor->name, tensor->shape[0], tensor->shape[1], tensor->shape[2],
                             tensor->shape[3], NETWORK_FLOATS_MAX);
        }
        tensor->offset = *total;
        *total += tensor->count;
    }
    return WEFT_OK;
}

static enum weft_status read_layer(struct weft_network *network, size_t index, json_t *list,
                                   struct source *source, struct weft_error *error) {
    struct json_path *path = &source->path;
    struct network_layer *layer = &network->layers[index];
    const struct layer_kind *kind;
    if (!json_is_object(list)) {
        return error_set(error, WEFT_BAD_FILE, "an object {\"kind\": ...} was expected");
    }
    TRY(json_path_member(path, "kind", read_kind(list, &layer->kind, error)));
    kind = layer_kinds[layer->kind];
    TRY(json_path_member(path, "name", read_name(network, index, list, source->text, error)));
    TRY(arguments_read(list, layer, path, error));
    TRY(json_path_member(path, "inputs", inputs_read(network, index, list, layer, path, error)));
    layer->output = layer->input;
    if (kind->join != NULL) {
        TRY(kind->join(network, layer, error));
    } else if (kind->infer != NULL) {
        TRY(kind->infer(layer, error));
    }
    TRY(check_size(layer->output, "the output", error));
    return place_tensors(network, layer, error);
}

static enum weft_status read_layers(struct weft_network *network, const json_t *layers,
                                    struct source *source, struct weft_error *error) {
    size_t count = json_array_size(layers);
    if (count < 1 || count > NETWORK_LAYERS_MAX) {
        return error_set(error, WEFT_BAD_FILE, "layers: a list of 1 to %d layers was expected",
                         NETWORK_LAYERS_MAX);
    }
    network->layers = calloc(count, sizeof *network->layers);
    network->tensors = calloc(count * LAYER_TENSORS_MAX, sizeof *network->tensors);
    if (network->layers == NULL || network->tensors == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for %zu layers", count);
    }
    network->layer_count = count;
    for (size_t i = 0; i < count; i++) {
        enum weft_status status = read_layer(network, i, json_array_get(layers, i), source, error);
        const char *name = network->layers[i].name;
        if (status != WEFT_OK) {
            error_context(error, name[0] != '\0' ? "layer %zu (%s)" : "layer %zu", i + 1, name);
            return json_path_element(&source->path, i, status);
        }
    }
    return network_link(network, &source->path, error);
}

static enum weft_status read_network(struct weft_network *network, json_t *json,
                                     struct source *source, struct weft_error *error) {
    struct json_path *path = &source->path;
    const char *member;
    json_t *value;
    char shown[80];
    if (!json_is_object(json)) {
        return error_set(error, WEFT_BAD_FILE,
                         "an object {\"input\": ..., \"layers\": ...} was expected");
    }
    json_object_foreach(json, member, value) {
        if (strcmp(member, "input") != 0 && strcmp(member, "layers") != 0) {
            path->key = true;
            return json_path_member(path, member,
                                    error_set(error, WEFT_BAD_FILE,
                                              "unknown member \"%s\": it has input and layers",
                                              text_printable(member, shown)));
        }
    }
    TRY(json_path_member(path, "input",
                         read_input(json_object_get(json, "input"), &network->input, error)));
    return json_path_member(path, "layers",
                            read_layers(network, json_object_get(json, "layers"), source, error));
}

enum weft_status network_create(const char *text, struct weft_network **network,
                                struct weft_error *error) {
    struct weft_network *made = NULL;
    struct source source = {.text = text};
    json_t *json;
    enum weft_status status;
    *network = NULL;
    if (strlen(text) > NETWORK_LIST_BYTES_MAX) {
        return error_set(error, WEFT_BAD_FILE, "network: the list has more than %d bytes",
                         NETWORK_LIST_BYTES_MAX);
    }
    TRY(json_read_text(text, "network", &json, error));
    made = calloc(1, sizeof *made);
    if (made == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for a network");
        goto done;
    }
    status = read_network(made, json, &source, error);
    if (status == WEFT_BAD_FILE) {
        struct json_position position = json_position_find(text, &source.path);
        error_context(error, "network:%zu:%zu", position.line, position.column);
    }
    TRY_OR(done, status);
    TRY_OR(done, network_describe(made, error));
    *network = made;
    made = NULL;
done:
    json_decref(json);
    network_destroy(made);
    return status;
}

void network_destroy(struct weft_network *network) {
    if (network != NULL) {
        free(network->layers);
        free(network->tensors);
        free(network->readers);
        free(network->first_reader);
        free(network->public_layers);
        free(network->public_tensors);
        free(network);
    }
}

const struct network_tensor *network_find(const struct weft_network *network, const char *name) {
    for (size_t i = 0; i < network->tensor_count; i++) {
        if (strcmp(network->tensors[i].name, name) == 0) {
            return &network->tensors[i];
        }
    }
    return NULL;
}

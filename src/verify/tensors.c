/* tensors.c: compares two backends tensor by tensor, in the order in which the tensors were
 * computed. */
#include "verify/tensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/lanes.h"
#include "backend/opencl/debug/debug.h"
#include "base/try.h"
#include "compare/compare.h"
#include "network/layer.h"
#include "numerics.h"

/* A comparison in progress. */
struct walk {
    const struct verify_pair *pair;
    const struct weft_network *network;
    struct verify_difference *found;
    float *device, *expected; /* room for the longest tensor or array each */
    bool kept;                /* the device keeps the last activation that was read */
};

void verify_compare(struct verify_difference *found, const char *layer, const char *tensor,
                    const char *name, const void *device, const void *expected, size_t count,
                    bool is_integer) {
    if (found->differing > 0 || memcmp(device, expected, count * sizeof(uint32_t)) == 0) {
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t a, b;
        memcpy(&a, (const char *)device + i * sizeof a, sizeof a);
        memcpy(&b, (const char *)expected + i * sizeof b, sizeof b);
        if (a != b && found->differing++ == 0) {
            found->element = i;
            found->device = a;
            found->expected = b;
        }
    }
    snprintf(found->layer, sizeof found->layer, "%s", layer);
    snprintf(found->tensor, sizeof found->tensor, "%s", tensor);
    snprintf(found->name, sizeof found->name, "%s", name);
    found->is_integer = is_integer;
    found->ulp =
        is_integer ? 0 : ulp_distance(weft_as_float(found->device), weft_as_float(found->expected));
    found->of = count;
}

/* Returns "conv1.output", or "output" if names are short. */
static const char *short_name(const struct walk *walk, const char *name) {
    const char *dot = strchr(name, '.');
    return walk->pair->long_names || dot == NULL || strncmp(name, "input.", 6) == 0 ? name
                                                                                    : dot + 1;
}

/* Compares the lanes without an image of the gradient ${name} with 0, on which sums over lanes
 * rely. */
static enum weft_status compare_empty_lanes(struct walk *walk, struct activation activation,
                                            const char *layer, const char *tensor, const char *name,
                                            struct weft_error *error) {
    struct backend *device = walk->pair->device;
    size_t size = shape_size(activation_shape(walk->network, activation.index));
    size_t count = walk->pair->count, lanes = lanes_shards(count) * CPU_LANES;
    if (walk->found->differing > 0 || count == lanes) {
        return WEFT_OK;
    }
    TRY(device->ops->tensor(device, activation, lanes, walk->device, error));
    memcpy(walk->expected, walk->device, count * size * sizeof *walk->expected);
    memset(walk->expected + count * size, 0, (lanes - count) * size * sizeof *walk->expected);
    verify_compare(walk->found, layer, tensor, name, walk->device, walk->expected, lanes * size,
                   false);
    walk->found->in_empty_lane = walk->found->differing > 0;
    return WEFT_OK;
}

/* Compares ${activation}, the result of ${layer}, if the device keeps it. */
static enum weft_status compare_activation(struct walk *walk, struct activation activation,
                                           const char *layer, struct weft_error *error) {
    const struct verify_pair *pair = walk->pair;
    size_t index = activation.index;
    size_t count = pair->count * shape_size(activation_shape(walk->network, index));
    struct weft_error failure = {0};
    char name[ACTIVATION_NAME];
    const char *tensor;
    enum weft_status status;
    if (walk->found->differing > 0) {
        return WEFT_OK;
    }
    activation_name(walk->network, activation, name);
    status = backend_tensor(pair->device, name, walk->device, count, &failure);
    walk->kept = status != WEFT_USAGE;
    if (status == WEFT_USAGE) {
        return WEFT_OK; /* layers are fused */
    }
    if (status != WEFT_OK) {
        return error_set(error, status, "%s", failure.message);
    }
    TRY(backend_tensor(pair->expected, name, walk->expected, count, error));
    /* Among the tensors of a layer, the gradient that it alone passes on is called that of its
     * input. */
    tensor =
        !activation.gradient || activation_readers(walk->network, index) == 0 || pair->long_names
            ? short_name(walk, name)
        : activation_readers(walk->network, index) == 1 ? "input.grad"
                                                        : name;
    verify_compare(walk->found, layer, tensor, name, walk->device, walk->expected, count, false);
    return activation.gradient && !pair->device->device.builtin
               ? compare_empty_lanes(walk, activation, layer, tensor, name, error)
               : WEFT_OK;
}

static enum weft_status read_both(struct walk *walk, enum backend_array array,
                                  struct weft_error *error) {
    TRY(backend_read(walk->pair->device, array, walk->device, error));
    return backend_read(walk->pair->expected, array, walk->expected, error);
}

/* Compares the tensors of layer ${index} in the flat array that has been read, as the results of
 * ${kind}. */
static void compare_tensors(struct walk *walk, size_t index, bool trained, const char *kind,
                            const char *suffix) {
    const struct network_layer *layer = &walk->network->layers[index];
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct network_tensor *tensor = &walk->network->tensors[layer->first_tensor + i];
        char name[LAYER_NAME_MAX + 64];
        if (tensor->trained == trained) {
            snprintf(name, sizeof name, "%s%s", tensor->name, suffix);
            verify_compare(walk->found, kind, short_name(walk, name), name,
                           walk->device + tensor->offset, walk->expected + tensor->offset,
                           tensor->count, false);
        }
    }
}

static enum weft_status compare_forward(struct walk *walk, struct weft_error *error) {
    const struct weft_network *network = walk->network;
    TRY(compare_activation(walk, (struct activation){.index = 0}, "gather", error));
    for (size_t i = 0; i < network->layer_count; i++) {
        const char *kind = layer_kind_name(network->layers[i].kind);
        /* The kernel of a convolution pools where the convolution's own output is not kept. */
        bool fused = i > 0 && !walk->kept && layer_flop(&network->layers[i - 1]) > 0;
        TRY(compare_activation(walk, (struct activation){.index = i + 1},
                               fused ? layer_kind_name(network->layers[i - 1].kind) : kind, error));
        if (layer_kinds[network->layers[i].kind]->counts_batches) {
            TRY(read_both(walk, ARRAY_BUFFERS, error));
            compare_tensors(walk, i, false, kind, "");
        }
    }
    return WEFT_OK;
}

/* Names "update" as the layer of ${found}, a gradient of parameters, if the device's gradient is
 * not the sum of its shards, which the kernel of the update makes; or if it is clipped, because it
 * then depends on all gradients. */
static enum weft_status check_sum(struct walk *walk, struct weft_error *error) {
    const struct verify_pair *pair = walk->pair;
    const size_t shards = lanes_shards(pair->count);
    const float scale = pair->training ? update_scale(pair->update, pair->count) : 1.0f;
    struct tensor_ref ref;
    void *read = NULL;
    const float *partials;
    size_t stride = 0;
    if (pair->device->device.builtin || !tensor_ref_find(walk->network, walk->found->name, &ref)) {
        return WEFT_OK;
    }
    TRY(debug_api->read_partials(pair->device, shards, &read, &stride, error));
    partials = read;
    for (size_t i = ref.offset; partials != NULL && i < ref.offset + ref.count; i++) {
        float total = 0.0f;
        for (size_t shard = 0; shard < shards; shard++) {
            total += partials[shard * stride + i];
        }
        if (weft_as_uint(walk->device[i]) != weft_as_uint(weft_clean(weft_clean(total) * scale)) ||
            (pair->training && pair->update->clip_norm > 0)) {
            snprintf(walk->found->layer, sizeof walk->found->layer, "update");
        }
    }
    free(read);
    return WEFT_OK;
}

/* Stores the kinds of the readers of activation ${index}, each once: "conv2d + add". */
static void readers_text(const struct weft_network *network, size_t index, char text[128]) {
    const struct network_reader *readers = &network->readers[network->first_reader[index]];
    bool has[LAYER_KIND_COUNT] = {false};
    size_t length = 0;
    for (size_t i = 0; i < activation_readers(network, index); i++) {
        const enum layer_kind_id kind = network->layers[readers[i].layer].kind;
        if (!has[kind] && length < 128) {
            length += (size_t)snprintf(text + length, 128 - length, "%s%s", i > 0 ? " + " : "",
                                       layer_kind_name(kind));
        }
        has[kind] = true;
    }
}

/* Compares the gradients that ${layer} completes: of activations that no layer before it reads. */
static enum weft_status compare_dinputs(struct walk *walk, const struct network_layer *layer,
                                        struct weft_error *error) {
    const struct weft_network *network = walk->network;
    for (size_t input = layer->input_count; input-- > 0;) {
        const size_t index = layer->inputs[input];
        char readers[128];
        if (layer_completes_gradient(network, layer, input) &&
            (index > 0 || !walk->pair->training)) {
            readers_text(network, index, readers);
            TRY(compare_activation(walk, (struct activation){.index = index, .gradient = true},
                                   readers, error));
        }
    }
    return WEFT_OK;
}

static enum weft_status compare_backward(struct walk *walk, struct weft_error *error) {
    const struct weft_network *network = walk->network;
    struct activation last = {.index = network->layer_count, .gradient = true};
    TRY(compare_activation(walk, last, "cross_entropy", error));
    for (size_t i = network->layer_count; i-- > 0;) {
        const char *kind = layer_kind_name(network->layers[i].kind);
        if (network->layers[i].tensors > 0) {
            TRY(read_both(walk, ARRAY_GRADIENTS, error));
            bool before = walk->found->differing > 0;
            compare_tensors(walk, i, true, kind, ".grad");
            if (!before && walk->found->differing > 0) {
                TRY(check_sum(walk, error));
            }
        }
        TRY(compare_dinputs(walk, &network->layers[i], error));
    }
    return WEFT_OK;
}

static void compare_results(const struct walk *walk) {
    const struct weft_step_result *device = &walk->pair->results[0], *expected = device + 1;
    verify_compare(walk->found, "cross_entropy", "loss", "", &device->loss, &expected->loss, 1,
                   false);
    verify_compare(walk->found, "cross_entropy", "correct", "", &device->correct,
                   &expected->correct, 1, true);
}

static enum weft_status compare_update(struct walk *walk, struct weft_error *error) {
    static const struct {
        enum backend_array array;
        const char *suffix;
    } arrays[] = {{ARRAY_MOMENTS, ".moment"},
                  {ARRAY_SECOND_MOMENTS, ".second_moment"},
                  {ARRAY_PARAMETERS, ""}};
    for (size_t a = 0; a < sizeof arrays / sizeof arrays[0]; a++) {
        TRY(read_both(walk, arrays[a].array, error));
        for (size_t i = 0; i < walk->network->layer_count; i++) {
            compare_tensors(walk, i, true, "update", arrays[a].suffix);
        }
    }
    return WEFT_OK;
}

static enum weft_status compare_all(struct walk *walk, struct weft_error *error) {
    TRY(compare_forward(walk, error));
    if (walk->pair->results != NULL) {
        compare_results(walk);
    }
    if (walk->pair->backward) {
        TRY(compare_backward(walk, error));
    }
    return walk->pair->training ? compare_update(walk, error) : WEFT_OK;
}

enum weft_status verify_tensors(const struct verify_pair *pair, struct verify_difference *found,
                                struct weft_error *error) {
    const struct weft_network *network = backend_network(pair->device);
    struct walk walk = {.pair = pair, .network = network, .found = found};
    size_t longest = network->parameter_count + network->buffer_count + 1;
    enum weft_status status;
    for (size_t i = 0; i <= network->layer_count; i++) {
        size_t count =
            lanes_shards(pair->count) * CPU_LANES * shape_size(activation_shape(network, i));
        longest = count > longest ? count : longest;
    }
    found->differing = 0;
    found->in_empty_lane = false;
    walk.device = calloc(longest, sizeof *walk.device);
    walk.expected = calloc(longest, sizeof *walk.expected);
    status = walk.device != NULL && walk.expected != NULL
                 ? compare_all(&walk, error)
                 : error_set(error, WEFT_NO_MEMORY, "verify: no memory for a tensor");
    free(walk.device);
    free(walk.expected);
    return status;
}

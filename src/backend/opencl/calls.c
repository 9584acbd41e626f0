/* calls.c: the calls of functions that compute a group of layers. */
#include "backend/opencl/calls.h"
#include "network/layer.h"
#include "network/lifetimes.h"

const struct opencl_function opencl_gradient_copy = {
    .name = "gradient_copy",
    .range = RANGE_SHARDS,
    .arguments = {ARG_DOUTPUT, ARG_GRADIENT, ARG_SIZE, ARG_VALUES, ARG_OFFSET, ARG_OUT_SIZE},
};
const struct opencl_function opencl_gradient_add = {
    .name = "gradient_add",
    .range = RANGE_SHARDS,
    .arguments = {ARG_DOUTPUT, ARG_GRADIENT, ARG_SIZE, ARG_VALUES, ARG_OFFSET, ARG_OUT_SIZE},
};
const struct opencl_function opencl_gradient_add_contribution = {
    .name = "gradient_add",
    .range = RANGE_SHARDS,
    .arguments = {ARG_CONTRIBUTION, ARG_GRADIENT, ARG_SIZE, ARG_VALUES, ARG_ZERO, ARG_SIZE},
};

/* Returns the layer that reads the inputs of ${group}. */
static const struct network_layer *first_layer(const struct opencl_groups *groups, size_t group) {
    return &groups->network->layers[groups->list[group].first];
}

size_t opencl_input_of(const struct opencl_groups *groups, const struct opencl_call *call) {
    return first_layer(groups, call->group)->inputs[call->input];
}

static bool stores_gradient(const struct opencl_groups *groups, const struct opencl_call *call) {
    return layer_stores_gradient(groups->network, first_layer(groups, call->group), call->input);
}

size_t opencl_tensor_of(const struct opencl_groups *groups, const struct opencl_call *call,
                        enum opencl_argument argument) {
    const struct weft_network *network = groups->network;
    const struct opencl_group *group = &groups->list[call->group];
    const size_t gradient = lifetimes_gradient(network, opencl_input_of(groups, call));
    const size_t contribution = lifetimes_contribution(network, group->first);
    switch (argument) {
    case ARG_INPUT:
        return opencl_input_of(groups, call);
    case ARG_FIRST_INPUT:
        return first_layer(groups, call->group)->inputs[0];
    case ARG_OUTPUT:
        return group->end;
    case ARG_DOUTPUT:
        return lifetimes_gradient(network, group->end);
    case ARG_DINPUT:
        return stores_gradient(groups, call) ? gradient : contribution;
    case ARG_GRADIENT:
        return gradient;
    case ARG_CONTRIBUTION:
        return contribution;
    default:
        return OPENCL_NO_TENSOR;
    }
}

bool opencl_call_of_gradient(const struct opencl_call *call) {
    return call->function == &opencl_gradient_copy || call->function == &opencl_gradient_add ||
           call->function == &opencl_gradient_add_contribution;
}

bool opencl_argument_begins(const struct opencl_function *function, enum opencl_argument argument) {
    return function->passes != 0 &&
           (argument == ARG_PARAMETERS || argument == ARG_BUFFERS || argument == ARG_PARTIALS);
}

size_t opencl_layer_begin(const struct weft_network *network, const struct network_layer *layer,
                          bool trained) {
    for (size_t i = 0; i < layer->tensors; i++) {
        const struct network_tensor *tensor = &network->tensors[layer->first_tensor + i];
        if (tensor->trained == trained) {
            return tensor->offset;
        }
    }
    return 0;
}

size_t opencl_begin_of(const struct opencl_groups *groups, const struct opencl_call *call,
                       enum opencl_argument argument) {
    return opencl_layer_begin(groups->network,
                              &groups->network->layers[groups->list[call->group].main],
                              argument != ARG_BUFFERS);
}

/* Returns the values of an image of the input of ${call}. */
static size_t input_size(const struct opencl_groups *groups, const struct opencl_call *call) {
    return shape_size(activation_shape(groups->network, opencl_input_of(groups, call)));
}

size_t opencl_constant_of(const struct opencl_groups *groups, const struct opencl_call *call,
                          enum opencl_argument argument) {
    const struct network_layer *layer = first_layer(groups, call->group);
    size_t offset = 0;
    switch (argument) {
    case ARG_SIZE:
        return input_size(groups, call);
    case ARG_VALUES:
        return opencl_values_per_item(input_size(groups, call), groups->mapping);
    case ARG_OUT_SIZE:
        return shape_size(layer->output);
    case ARG_OFFSET:
        /* The output of add has the channels of each input, that of concat those of all. */
        for (size_t i = 0; i < call->input && layer->kind == LAYER_KIND_CONCAT; i++) {
            offset += shape_size(layer_input_shape(groups->network, layer, i));
        }
        return offset;
    case ARG_LAYER:
        return groups->list[call->group].main + 1;
    default:
        return 0;
    }
}

/* See RANGE_BATCH, RANGE_ITEMS and settles. */
static unsigned passes_of(const struct opencl_group *group,
                          const struct opencl_function *function) {
    if (group->by_items != 0) {
        return function->range == RANGE_ITEMS ? function->passes & group->by_items
                                              : function->passes & ~group->by_items;
    }
    if (function->range == RANGE_ITEMS) {
        return 0;
    }
    if (function->range == RANGE_BATCH) {
        return function->passes & group->by_channels;
    }
    if (function->settles || (group->settles && function->range != RANGE_SUMS)) {
        return function->settles && group->settles ? function->passes : 0;
    }
    return function->passes & ~group->by_channels;
}

static size_t count_items(size_t (*items)(const struct network_layer *, enum weft_mapping),
                          const struct network_layer *layer, enum weft_mapping mapping) {
    return items != NULL ? items(layer, mapping) : 0;
}

struct opencl_call opencl_call_of(const struct opencl_groups *groups, size_t group,
                                  const struct opencl_function *function, size_t input) {
    const struct network_layer *layer = &groups->network->layers[groups->list[group].main];
    const size_t more = count_items(function->input_items, layer, groups->mapping);
    struct opencl_call call = {
        .function = function,
        .group = group,
        .items = count_items(function->items, layer, groups->mapping) + more,
        .input = input,
        .passes = passes_of(&groups->list[group], function),
        .dinput_items = more,
    };
    call.input_items = opencl_input_of(groups, &call) == 0 ? more : 0;
    if (function->end_input > 0) {
        call.items = input_size(groups, &call) / opencl_constant_of(groups, &call, ARG_VALUES);
    }
    return call;
}

/* Adds the call that makes the gradient of input ${input} of ${group} complete, if there is one. */
static size_t add_gradient(const struct opencl_groups *groups, size_t group, size_t input,
                           struct opencl_call *calls) {
    const struct opencl_layer *layer = groups->list[group].layer;
    struct opencl_call call = {.group = group, .input = input, .passes = PASS_BACKWARD};
    const size_t activation = opencl_input_of(groups, &call);
    const bool stores = stores_gradient(groups, &call);
    if (layer->passes_gradient &&
        (layer->file != NULL || activation_readers(groups->network, activation) > 1)) {
        call.function = stores ? &opencl_gradient_copy : &opencl_gradient_add;
    } else if (!stores) {
        call.function = &opencl_gradient_add_contribution;
    } else {
        return 0;
    }
    call.items = input_size(groups, &call) / opencl_constant_of(groups, &call, ARG_VALUES);
    call.dinput_items = call.items;
    call.input_items = activation == 0 ? call.items : 0;
    *calls = call;
    return 1;
}

size_t opencl_calls_of(const struct opencl_groups *groups, size_t group,
                       struct opencl_call calls[OPENCL_GROUP_CALLS]) {
    const struct opencl_layer *layer = groups->list[group].layer;
    const size_t inputs = first_layer(groups, group)->input_count;
    size_t count = 0;
    for (size_t f = 0; f < layer->function_count; f++) {
        const struct opencl_function *function = &layer->functions[f];
        const size_t end = function->end_input > 0 ? function->end_input : 1;
        for (size_t input = function->begin_input; input < end && input < inputs; input++) {
            calls[count++] = opencl_call_of(groups, group, function, input);
        }
    }
    for (size_t input = inputs; input-- > 0;) {
        count += add_gradient(groups, group, input, &calls[count]);
    }
    return count;
}

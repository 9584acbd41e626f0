/* batch_norm.c: the macros and functions of cl/batch_norm.cl. */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

static void define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping) {
    size_t size = weft_shape_size(layer->output);
    opencl_define(text, "CHANNELS", layer->output.channels);
    opencl_define(text, "AREA", layer->output.height * layer->output.width);
    opencl_define(text, "VALUES_PER_ITEM", opencl_values_per_item(size, mapping));
    opencl_define_float(text, "EPS", layer->as.batch_norm.eps);
    opencl_define_float(text, "MOMENTUM", layer->as.batch_norm.momentum);
}

/* Five floats a channel, then three a shard and channel. */
static size_t scratch(const struct weft_layer *layer, size_t shards) {
    return layer->output.channels * (5 + 3 * shards) * sizeof(cl_float);
}

static size_t channels(const struct weft_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return layer->output.channels;
}

static size_t value_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    size_t size = weft_shape_size(layer->output);
    return size / opencl_values_per_item(size, mapping);
}

/* The functions that both tables have. Those of running statistics gain nothing from channels. */
/* clang-format off */
#define SETTLE_RUNNING                                                                             \
    {.name = "batch_norm_settle_running", .passes = PASS_FORWARD_RUNNING, .range = RANGE_ONCE,     \
     .items = channels, .arguments = {ARG_SCRATCH, ARG_PARAMETERS, ARG_BUFFERS}}
#define FORWARD(pass)                                                                              \
    {.name = "batch_norm_forward", .passes = pass, .range = RANGE_SHARDS, .items = value_items,    \
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_SCRATCH, ARG_OUTPUT}}
#define GRADIENTS(pass)                                                                            \
    {.name = "batch_norm_gradients", .passes = pass, .range = RANGE_SUMS, .items = channels,       \
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_PARTIALS}}
#define DSETTLE_RUNNING                                                                            \
    {.name = "batch_norm_dsettle_running", .passes = PASS_BACKWARD_RUNNING, .range = RANGE_ONCE,   \
     .items = channels, .arguments = {ARG_SCRATCH}}
#define BACKWARD(pass)                                                                             \
    {.name = "batch_norm_backward", .passes = pass, .range = RANGE_SHARDS,                         \
     .input_items = value_items,                                                                   \
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_DINPUT, ARG_COUNT}}
/* clang-format on */

static const struct opencl_function functions[] = {
    {.name = "batch_norm_measure",
     .passes = PASS_FORWARD_BATCH,
     .range = RANGE_SUMS,
     .items = channels,
     .arguments = {ARG_INPUT, ARG_SCRATCH, ARG_COUNT}},
    {.name = "batch_norm_settle",
     .passes = PASS_FORWARD_BATCH,
     .range = RANGE_ONCE,
     .items = channels,
     .arguments = {ARG_SCRATCH, ARG_PARAMETERS, ARG_BUFFERS, ARG_COUNT, ARG_UPDATE}},
    SETTLE_RUNNING,
    FORWARD(PASS_FORWARD),
    GRADIENTS(PASS_BACKWARD),
    {.name = "batch_norm_dsettle",
     .passes = PASS_BACKWARD_BATCH,
     .range = RANGE_ONCE,
     .items = channels,
     .arguments = {ARG_SCRATCH, ARG_PARTIALS, ARG_COUNT}},
    DSETTLE_RUNNING,
    BACKWARD(PASS_BACKWARD),
};

static const struct opencl_function channel_functions[] = {
    {.name = "batch_norm_channel_forward",
     .passes = PASS_FORWARD_BATCH,
     .range = RANGE_BATCH,
     .items = channels,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_BUFFERS, ARG_SCRATCH, ARG_OUTPUT, ARG_COUNT,
                   ARG_UPDATE}},
    SETTLE_RUNNING,
    FORWARD(PASS_FORWARD_RUNNING),
    {.name = "batch_norm_channel_backward",
     .passes = PASS_BACKWARD_BATCH,
     .range = RANGE_BATCH,
     .items = channels,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_PARTIALS, ARG_DINPUT, ARG_COUNT}},
    GRADIENTS(PASS_BACKWARD_RUNNING),
    DSETTLE_RUNNING,
    BACKWARD(PASS_BACKWARD_RUNNING),
};

const struct opencl_layer opencl_batch_norm = {
    .file = "batch_norm.cl",
    .define = define,
    .reads_relu = true,
    .scratch = scratch,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

const struct opencl_layer opencl_batch_norm_channels = {
    .file = "batch_norm.cl",
    .define = define,
    .reads_relu = true,
    .scratch = scratch,
    .function_count = sizeof channel_functions / sizeof channel_functions[0],
    .functions = channel_functions,
};

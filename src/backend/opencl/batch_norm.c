/* batch_norm.c: the macros and functions of cl/batch_norm.cl. */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

/* Returns the values of a channel that an item computes where its group has settled it: some, since
 * to settle takes the time of several. */
static size_t settled_values(const struct network_layer *layer) {
    return opencl_divisor(layer->output.height * layer->output.width, 16);
}

static size_t settled_items(const struct network_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return shape_size(layer->output) / settled_values(layer);
}

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    size_t size = shape_size(layer->output);
    size_t area = layer->output.height * layer->output.width;
    opencl_define(text, "CHANNELS", layer->output.channels);
    opencl_define(text, "AREA", area);
    opencl_define(text, "AREA_TOGETHER", opencl_divisor(area, OPENCL_TOGETHER));
    opencl_define(text, "VALUES_PER_ITEM", opencl_values_per_item(size, mapping));
    opencl_define(text, "SETTLED_VALUES", settled_values(layer));
    opencl_define(text, "AFFINE", layer->as.batch_norm.affine);
    opencl_define_float(text, "EPS", layer->as.batch_norm.eps);
    opencl_define_float(text, "MOMENTUM", layer->as.batch_norm.momentum);
}

/* Five floats a channel, then three a shard and channel. */
static size_t scratch(const struct network_layer *layer, enum weft_mapping mapping, size_t shards) {
    (void)mapping;
    return layer->output.channels * (5 + 3 * shards) * sizeof(cl_float);
}

static const struct opencl_function functions[] = {
    {.name = "batch_norm_measure",
     .passes = PASS_FORWARD_BATCH,
     .range = RANGE_SUMS,
     .items = opencl_channels,
     .arguments = {ARG_INPUT, ARG_SCRATCH, ARG_COUNT}},
    {.name = "batch_norm_settle",
     .passes = PASS_FORWARD_BATCH,
     .range = RANGE_ONCE,
     .items = opencl_channels,
     .arguments = {ARG_SCRATCH, ARG_PARAMETERS, ARG_BUFFERS, ARG_COUNT, ARG_UPDATE}},
    {.name = "batch_norm_channel_forward",
     .passes = PASS_FORWARD_BATCH,
     .range = RANGE_BATCH,
     .items = opencl_channels,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_BUFFERS, ARG_SCRATCH, ARG_OUTPUT, ARG_COUNT,
                   ARG_UPDATE}},
    {.name = "batch_norm_channel_running",
     .passes = PASS_FORWARD_RUNNING,
     .range = RANGE_BATCH,
     .items = opencl_channels,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_BUFFERS, ARG_SCRATCH, ARG_OUTPUT, ARG_COUNT}},
    {.name = "batch_norm_settle_running",
     .passes = PASS_FORWARD_RUNNING,
     .range = RANGE_ONCE,
     .items = opencl_channels,
     .arguments = {ARG_SCRATCH, ARG_PARAMETERS, ARG_BUFFERS}},
    {.name = "batch_norm_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = opencl_value_items,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_SCRATCH, ARG_OUTPUT}},
    {.name = "batch_norm_settled_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SUMS,
     .settles = true,
     .items = settled_items,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_BUFFERS, ARG_SCRATCH, ARG_OUTPUT, ARG_COUNT,
                   ARG_UPDATE, ARG_BATCH}},
    {.name = "batch_norm_channel_backward",
     .passes = PASS_BACKWARD_BATCH,
     .range = RANGE_BATCH,
     .items = opencl_channels,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_PARTIALS, ARG_DINPUT, ARG_COUNT}},
    {.name = "batch_norm_gradients",
     .passes = PASS_BACKWARD,
     .range = RANGE_SUMS,
     .items = opencl_channels,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_PARTIALS, ARG_COUNT}},
    {.name = "batch_norm_dsettle",
     .passes = PASS_BACKWARD_BATCH,
     .range = RANGE_ONCE,
     .items = opencl_channels,
     .arguments = {ARG_SCRATCH, ARG_PARTIALS, ARG_COUNT}},
    {.name = "batch_norm_dsettle_running",
     .passes = PASS_BACKWARD_RUNNING,
     .range = RANGE_ONCE,
     .items = opencl_channels,
     .arguments = {ARG_SCRATCH}},
    {.name = "batch_norm_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .input_items = opencl_value_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_DINPUT, ARG_COUNT}},
    {.name = "batch_norm_settled_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SUMS,
     .settles = true,
     .input_items = settled_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_PARTIALS, ARG_DINPUT, ARG_COUNT,
                   ARG_BATCH}},
};

const struct opencl_layer opencl_batch_norm = {
    .file = "batch_norm.cl",
    .define = define,
    .reads_relu = true,
    .scratch = scratch,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

/* linear.c: the macros and functions of cl/linear.cl. */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"

/* Outputs (forward) or inputs (backward) of one work-item. */
static size_t tile(size_t n, enum weft_mapping mapping) {
    return opencl_divisor(n, mapping == WEFT_MAPPING_GPU ? 2 : 12);
}

static size_t divide_up(size_t n, size_t by) {
    return (n + by - 1) / by;
}

/* Vectors of 16 inputs that a tile of registers has, on a CPU. The last tile may have fewer. */
static size_t blocks(const struct network_layer *layer) {
    const size_t all = lanes_shards(layer->input.channels);
    return all % 2 == 0 || all > 8 ? 2 : opencl_divisor(all, 3);
}

/* Such tiles side by side in a work-item: more in a wide layer, whose weights of adjacent outputs
 * are in different pages of memory. */
static size_t columns(const struct network_layer *layer) {
    const size_t all = divide_up(lanes_shards(layer->input.channels), blocks(layer));
    return opencl_divisor(all, all < 32 ? 1 : all < 64 ? 2 : 4);
}

/* Work-items side by side. */
static size_t strips(const struct network_layer *layer) {
    return divide_up(lanes_shards(layer->input.channels), blocks(layer) * columns(layer));
}

/* Outputs of a work-item of the gradients of parameters, on a CPU: many, since the inputs that it
 * transposes serve all of them, but so that there are some items. */
#define LEAST_OUTPUTS 120
#define MOST_OUTPUTS  480
#define SOME_ITEMS    32

/* Outputs of one work-item of the gradients of parameters. The last item may have fewer. */
static size_t gradient_tile(const struct network_layer *layer, enum weft_mapping mapping) {
    const size_t outputs = layer->output.channels;
    size_t items = divide_up(SOME_ITEMS, strips(layer));
    if (mapping == WEFT_MAPPING_GPU) {
        return opencl_divisor(outputs, 2);
    }
    items = items < divide_up(outputs, LEAST_OUTPUTS) ? items : divide_up(outputs, LEAST_OUTPUTS);
    items = items > divide_up(outputs, MOST_OUTPUTS) ? items : divide_up(outputs, MOST_OUTPUTS);
    return divide_up(outputs, items);
}

/* Outputs of a tile of registers, which has at most 12 sums of a shard and 12 of the batch: a
 * divisor of ${tile} if there is one of about that size. */
static size_t gradient_rows(size_t tile, size_t of_blocks) {
    const size_t most = tile < 12 / of_blocks ? tile : 12 / of_blocks;
    const size_t rows = opencl_divisor(tile, most);
    return 2 * rows > most ? rows : most;
}

#define DINPUT_OUTPUTS 128 /* whose weights are copied at a time: 16 KB a column */

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    const size_t outputs = layer->output.channels;
    opencl_define(text, "HAS_BIAS", layer->as.linear.bias);
    opencl_define(text, "INPUTS", layer->input.channels);
    opencl_define(text, "OUTPUTS", outputs);
    opencl_define(text, "TILE", tile(outputs, mapping));
    opencl_define(text, "DINPUT_TILE", tile(layer->input.channels, mapping));
    opencl_define(text, "DINPUT_OUTPUTS", outputs < DINPUT_OUTPUTS ? outputs : DINPUT_OUTPUTS);
    opencl_define(text, "BLOCKS", blocks(layer));
    opencl_define(text, "COLUMNS", columns(layer));
    opencl_define(text, "GRADIENT_TILE", gradient_tile(layer, mapping));
    opencl_define(text, "GRADIENT_ROWS",
                  gradient_rows(gradient_tile(layer, mapping), blocks(layer)));
    opencl_define(text, "INPUTS_TOGETHER", opencl_divisor(layer->input.channels, OPENCL_TOGETHER));
    opencl_define(text, "OUTPUTS_TOGETHER", opencl_divisor(outputs, OPENCL_TOGETHER));
}

static size_t forward_items(const struct network_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / tile(layer->output.channels, mapping);
}

static size_t input_items(const struct network_layer *layer, enum weft_mapping mapping) {
    return layer->input.channels / tile(layer->input.channels, mapping);
}

static size_t batch_input_items(const struct network_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return strips(layer);
}

static size_t gradient_items(const struct network_layer *layer, enum weft_mapping mapping) {
    return divide_up(layer->output.channels, gradient_tile(layer, mapping)) *
           (mapping == WEFT_MAPPING_GPU ? lanes_shards(layer->input.channels) : strips(layer));
}

static const struct opencl_function functions[] = {
    {.name = "linear_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = forward_items,
     .parts = forward_items, /* a part is an item */
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT}},
    {.name = "linear_batch_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_ITEMS,
     .items = forward_items,
     .parts = forward_items,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT, ARG_COUNT}},
    {.name = "linear_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .items = gradient_items,
     .input_items = input_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT}},
    {.name = "linear_batch_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_ITEMS,
     .items = gradient_items,
     .input_items = batch_input_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT, ARG_COUNT}},
};

const struct opencl_layer opencl_linear = {
    .file = "linear.cl",
    .define = define,
    .reads_relu = true,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

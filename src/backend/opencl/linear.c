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

/* Outputs of one work-item of the gradients of parameters, on a CPU as few as leave enough items:
 * what it transposes serves all of them. The last item may have fewer. */
static size_t gradient_tile(const struct weft_layer *layer, enum weft_mapping mapping) {
    const size_t outputs = layer->output.channels;
    return mapping == WEFT_MAPPING_GPU ? opencl_divisor(outputs, 2)
                                       : divide_up(outputs, divide_up(outputs, 60));
}

/* Vectors of 16 inputs that a tile of registers has, on a CPU. The last tile may have fewer. */
static size_t blocks(const struct weft_layer *layer, enum weft_mapping mapping) {
    const size_t all = lanes_shards(layer->input.channels);
    return mapping == WEFT_MAPPING_GPU ? 1 : all % 2 == 0 || all > 8 ? 2 : opencl_divisor(all, 3);
}

/* Outputs of such a tile, of at most 24 registers in all: a divisor of ${tile} if there is one of
 * about that size. */
static size_t gradient_rows(size_t tile, size_t of_blocks) {
    const size_t most = tile < 24 / of_blocks ? tile : 24 / of_blocks;
    const size_t rows = opencl_divisor(tile, most);
    return 2 * rows > most ? rows : most;
}

#define DINPUT_OUTPUTS 128 /* whose weights are copied at a time: 16 KB, which a cache holds */

static void define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping) {
    const size_t outputs = layer->output.channels;
    opencl_define(text, "INPUTS", layer->input.channels);
    opencl_define(text, "OUTPUTS", outputs);
    opencl_define(text, "TILE", tile(outputs, mapping));
    opencl_define(text, "DINPUT_TILE", tile(layer->input.channels, mapping));
    opencl_define(text, "DINPUT_BLOCKS", blocks(layer, mapping));
    opencl_define(text, "DINPUT_OUTPUTS", outputs < DINPUT_OUTPUTS ? outputs : DINPUT_OUTPUTS);
    opencl_define(text, "GRADIENT_TILE", gradient_tile(layer, mapping));
    opencl_define(text, "GRADIENT_BLOCKS", blocks(layer, mapping));
    opencl_define(text, "GRADIENT_ROWS",
                  gradient_rows(gradient_tile(layer, mapping), blocks(layer, mapping)));
    opencl_define(text, "INPUTS_TOGETHER", opencl_divisor(layer->input.channels, OPENCL_TOGETHER));
    opencl_define(text, "OUTPUTS_TOGETHER", opencl_divisor(outputs, OPENCL_TOGETHER));
}

static size_t forward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / tile(layer->output.channels, mapping);
}

/* Tiles of the inputs. */
static size_t columns(const struct weft_layer *layer, enum weft_mapping mapping) {
    return divide_up(lanes_shards(layer->input.channels), blocks(layer, mapping));
}

static size_t input_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU
               ? layer->input.channels / tile(layer->input.channels, mapping)
               : columns(layer, mapping);
}

static size_t gradient_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    return divide_up(layer->output.channels, gradient_tile(layer, mapping)) *
           columns(layer, mapping);
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
     .input_items = input_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT, ARG_COUNT}},
};

const struct opencl_layer opencl_linear = {
    .file = "linear.cl",
    .define = define,
    .reads_relu = true,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

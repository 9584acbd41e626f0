/* conv2d.c: the macros and functions of cl/conv2d.cl. */
#include "backend/opencl/conv2d.h"
#include "backend/opencl/source.h"

/* The number of values that a work-item can hold: a CPU's vector registers, or some of a GPU's
 * scalar ones. */
#define CPU_REGISTERS 32
#define GPU_REGISTERS 24

/* Returns whether ${a} needs fewer loads for each fma than ${b}, in tiles of ${rows} rows, or as
 * many and is larger. */
static bool better(struct conv2d_tile a, struct conv2d_tile b, size_t rows, size_t kernel) {
    size_t loads_a = rows * (a.columns + kernel - 1 + kernel * a.channels);
    size_t loads_b = rows * (b.columns + kernel - 1 + kernel * b.channels);
    size_t sums_a = rows * a.columns * a.channels, sums_b = rows * b.columns * b.channels;
    size_t cost_a = loads_a * sums_b, cost_b = loads_b * sums_a;
    return cost_a < cost_b || (cost_a == cost_b && sums_a > sums_b);
}

struct conv2d_tile conv2d_choose_tile(size_t channels, size_t columns, size_t rows, size_t unit,
                                      size_t kernel, enum weft_mapping mapping) {
    size_t registers = mapping == WEFT_MAPPING_GPU ? GPU_REGISTERS : CPU_REGISTERS;
    struct conv2d_tile best = {1, unit};
    for (size_t c = 1; c <= channels && c <= registers; c++) {
        for (size_t x = unit; x <= columns && x <= registers; x += unit) {
            struct conv2d_tile tile = {c, x};
            size_t needed = c * x * rows + x + kernel - 1 + 2;
            if (channels % c == 0 && columns % x == 0 && needed <= registers &&
                better(tile, best, rows, kernel)) {
                best = tile;
            }
        }
    }
    return best;
}

/* Output channels x columns. */
static struct conv2d_tile forward_tile(const struct weft_layer *layer, enum weft_mapping mapping) {
    return conv2d_choose_tile(layer->output.channels, layer->output.width, 1, 1,
                              layer->as.conv2d.kernel_width, mapping);
}

/* Input channels x columns. */
static struct conv2d_tile backward_tile(const struct weft_layer *layer, enum weft_mapping mapping) {
    return conv2d_choose_tile(layer->input.channels, layer->input.width, 1, 1,
                              layer->as.conv2d.kernel_width, mapping);
}

/* The taps whose products one work-item sums: output channels x rows x all columns of the
 * kernel. */
struct gradient_tile {
    size_t channels, rows;
    size_t columns; /* of the output, that are loaded together */
};

/* All rows of the kernel if their sums fit the registers, else one row. All rows share each
 * gradient of an output, which may have to be looked up in a pool. */
static struct gradient_tile gradient_tile(const struct weft_layer *layer,
                                          enum weft_mapping mapping) {
    size_t room = (mapping == WEFT_MAPPING_GPU ? GPU_REGISTERS : CPU_REGISTERS) - 6;
    size_t width = layer->as.conv2d.kernel_width, height = layer->as.conv2d.kernel_height;
    bool all_rows = width * height <= room;
    size_t sums = all_rows ? width * height : width;
    struct gradient_tile tile = {1, all_rows ? height : 1,
                                 opencl_divisor(layer->output.width, all_rows ? 2 : 4)};
    if (room / sums > 1) {
        tile.channels = opencl_divisor(layer->output.channels, room / sums);
    }
    return tile;
}

/* The number of tiles that one work-item computes: a complete row, or 1 if that would be long code,
 * or too few items for a GPU. */
static size_t backward_pieces(const struct weft_layer *layer, enum weft_mapping mapping) {
    size_t pieces = layer->input.width / backward_tile(layer, mapping).columns;
    return mapping == WEFT_MAPPING_GPU || pieces > 4 ? 1 : pieces;
}

void conv2d_define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping,
                   bool pooled) {
    opencl_define(text, "POOLED", pooled);
    opencl_define(text, "KERNEL_HEIGHT", layer->as.conv2d.kernel_height);
    opencl_define(text, "KERNEL_WIDTH", layer->as.conv2d.kernel_width);
    opencl_define(text, "TILE_K", forward_tile(layer, mapping).channels);
    opencl_define(text, "TILE_X", forward_tile(layer, mapping).columns);
    opencl_define(text, "DINPUT_TILE_C", backward_tile(layer, mapping).channels);
    opencl_define(text, "DINPUT_TILE_X", backward_tile(layer, mapping).columns);
    opencl_define(text, "DINPUT_PIECES", backward_pieces(layer, mapping));
    opencl_define(text, "GRADIENT_TILE_I", gradient_tile(layer, mapping).rows);
    opencl_define(text, "GRADIENT_TILE_K", gradient_tile(layer, mapping).channels);
    opencl_define(text, "GRADIENT_TILE_X", gradient_tile(layer, mapping).columns);
}

static size_t forward_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    struct conv2d_tile tile = forward_tile(layer, mapping);
    return weft_shape_size(layer->output) / tile.channels / tile.columns;
}

size_t conv2d_input_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    struct conv2d_tile tile = backward_tile(layer, mapping);
    return weft_shape_size(layer->input) / tile.channels / tile.columns /
           backward_pieces(layer, mapping);
}

size_t conv2d_gradient_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    struct gradient_tile tile = gradient_tile(layer, mapping);
    return layer->output.channels / tile.channels * layer->input.channels *
           (layer->as.conv2d.kernel_height / tile.rows);
}

static size_t forward_parts(const struct weft_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / forward_tile(layer, mapping).channels;
}

static const struct opencl_function functions[] = {
    {.name = "conv2d_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = forward_items,
     .parts = forward_parts,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT}},
    {.name = "conv2d_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SUMS,
     .items = conv2d_gradient_items,
     .input_items = conv2d_input_items,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT}},
};

static void define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping) {
    conv2d_define(text, layer, mapping, false);
}

const struct opencl_layer opencl_conv2d = {
    .file = "conv2d.cl",
    .define = define,
    .reads_relu = true,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

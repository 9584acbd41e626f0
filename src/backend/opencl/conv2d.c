/* conv2d.c: the macros and functions of cl/conv2d.cl, and of cl/conv2d_pool.cl, which computes a
 * conv2d and the max_pool2d after it (fusions.c). */
#include "backend/opencl/layer.h"
#include "backend/opencl/source.h"
#include "network/layer.h"

/* The number of values that a work-item can hold: a CPU's vector registers, or some of a GPU's
 * scalar ones. */
#define CPU_REGISTERS 32
#define GPU_REGISTERS 24

/* A tile of sums that one work-item keeps in registers. */
struct tile {
    size_t channels, columns;
};

/* The values that a row of taps reads for some columns: ${stride} is that between the first taps
 * of adjacent columns. 0: adjacent columns share none. */
struct row {
    size_t kernel, stride;
};

/* Returns those of ${columns} columns. */
static size_t row_values(struct row row, size_t columns) {
    return row.stride == 0 ? columns * row.kernel : (columns - 1) * row.stride + row.kernel;
}

/* Returns whether ${a} needs fewer loads for each fma than ${b}, in tiles of ${rows} rows, or as
 * many and is larger. */
static bool better(struct tile a, struct tile b, size_t rows, struct row row) {
    size_t loads_a = rows * (row_values(row, a.columns) + row.kernel * a.channels);
    size_t loads_b = rows * (row_values(row, b.columns) + row.kernel * b.channels);
    size_t sums_a = rows * a.columns * a.channels, sums_b = rows * b.columns * b.channels;
    size_t cost_a = loads_a * sums_b, cost_b = loads_b * sums_a;
    return cost_a < cost_b || (cost_a == cost_b && sums_a > sums_b);
}

/* Returns the tile for which a work-item loads least for each fma: ${channels} and ${columns}
 * are divided by it, its columns are a multiple of ${unit}, and it has ${rows} rows. Its sums, the
 * values of a ${row} and a weight fit the registers. */
static struct tile choose_tile(size_t channels, size_t columns, size_t rows, size_t unit,
                               struct row row, enum weft_mapping mapping) {
    size_t registers = mapping == WEFT_MAPPING_GPU ? GPU_REGISTERS : CPU_REGISTERS;
    struct tile best = {1, unit};
    for (size_t c = 1; c <= channels && c <= registers; c++) {
        for (size_t x = unit; x <= columns && x <= registers; x += unit) {
            struct tile tile = {c, x};
            size_t needed = c * x * rows + row_values(row, x) + 2;
            if (channels % c == 0 && columns % x == 0 && needed <= registers &&
                better(tile, best, rows, row)) {
                best = tile;
            }
        }
    }
    return best;
}

/* What the taps of adjacent outputs read (SLOTS in conv2d.cl). */
static struct row forward_row(const struct network_layer *layer) {
    size_t kernel = layer->as.conv2d.kernel.width, stride = layer->as.conv2d.stride.width;
    bool shared = layer->as.conv2d.dilation.width == 1 && stride <= kernel;
    return (struct row){kernel, shared ? stride : 0};
}

/* Output channels x columns. */
static struct tile forward_tile(const struct network_layer *layer, enum weft_mapping mapping) {
    return choose_tile(conv2d_group_outputs(layer), layer->output.width, 1, 1, forward_row(layer),
                       mapping);
}

/* The maximum stride for which tiles of the gradient of the input have a multiple of it. */
#define MAX_UNIT 4

/* Input channels x columns. */
static struct tile backward_tile(const struct network_layer *layer, enum weft_mapping mapping) {
    size_t stride = layer->as.conv2d.stride.width, width = layer->input.width;
    struct row row = {layer->as.conv2d.kernel.width, layer->as.conv2d.dilation.width == 1};
    return choose_tile(conv2d_group_inputs(layer), width, 1,
                       stride <= MAX_UNIT && width % stride == 0 ? stride : 1, row, mapping);
}

/* The taps whose products one work-item sums at once: output channels x rows x all columns of the
 * kernel. */
struct gradient_tile {
    size_t channels, rows;
    size_t columns; /* of the output, that are loaded together */
    size_t passes;  /* of so many rows each, by one work-item */
};

/* The fewest items of a shard that a GPU should have: fewer wait for memory most of the time. */
#define GPU_ITEMS 64

/* All rows of the kernel if their sums fit the registers, else one row. All rows share each
 * gradient of an output, which may have to be looked up in a pool. A work-item has fewer channels
 * where there are few items, and loads more columns together: it waits once for all. */
static struct gradient_tile gpu_gradient_tile(const struct network_layer *layer) {
    size_t room = GPU_REGISTERS - 6;
    size_t width = layer->as.conv2d.kernel.width, height = layer->as.conv2d.kernel.height;
    size_t rows = width * height <= room ? height : 1, sums = rows * width;
    size_t items = conv2d_group_inputs(layer) * (height / rows),
           outputs = conv2d_group_outputs(layer);
    size_t channels = room / sums > 1 ? opencl_divisor(outputs, room / sums) : 1;
    while (channels > 1 && layer->output.channels / channels * items < GPU_ITEMS) {
        channels = opencl_divisor(outputs, channels - 1);
    }
    return (struct gradient_tile){channels, rows, opencl_divisor(layer->output.width, 12), 1};
}

/* The most sums that a work-item of a CPU adds the lanes of: their code is not a loop. */
#define CPU_SUMS 128

/* Returns whether conv2d_unpool writes the gradients of the output of a pooled convolution: on a
 * CPU, if each is read for several channels of the input. */
static bool unpooled(const struct network_layer *layer, enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_CPU && conv2d_group_inputs(layer) > 1;
}

/* Returns the cost of the loads of ${tile} for each fma. A gradient of an output costs ${lookup}
 * loads: several, if it is looked up in a pool. */
static double gradient_cost(struct gradient_tile tile, struct row row, size_t lookup) {
    size_t loads =
        tile.channels * tile.columns * lookup + tile.rows * row_values(row, tile.columns);
    return (double)loads / (double)(tile.channels * tile.rows * row.kernel * tile.columns);
}

/* The tile that loads least for each fma, if its sums, a row of inputs that the channels share and
 * the gradients that the rows share fit the registers. */
static struct gradient_tile cpu_gradient_tile(const struct network_layer *layer) {
    size_t width = layer->as.conv2d.kernel.width, height = layer->as.conv2d.kernel.height;
    struct row row = forward_row(layer);
    size_t lookup = unpooled(layer, WEFT_MAPPING_CPU) ? 1 : 6;
    struct gradient_tile best = {1, 1, 1, 1};
    for (size_t k = 1; k <= conv2d_group_outputs(layer) && k <= CPU_REGISTERS; k++) {
        for (size_t rows = 1; rows <= height; rows++) {
            for (size_t x = 1; x <= layer->output.width && x <= 16; x++) {
                struct gradient_tile tile = {k, rows, x, 1};
                size_t needed = k * rows * width + width + (rows > 1 ? k * x : 0);
                if (conv2d_group_outputs(layer) % k == 0 && height % rows == 0 &&
                    layer->output.width % x == 0 && needed <= CPU_REGISTERS &&
                    gradient_cost(tile, row, lookup) < gradient_cost(best, row, lookup)) {
                    best = tile;
                }
            }
        }
    }
    size_t sums = best.channels * best.rows * width;
    best.passes = opencl_divisor(height / best.rows, sums < CPU_SUMS ? CPU_SUMS / sums : 1);
    return best;
}

static struct gradient_tile gradient_tile(const struct network_layer *layer,
                                          enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU ? gpu_gradient_tile(layer) : cpu_gradient_tile(layer);
}

/* Sums of taps, and of the biases of its channels. */
static size_t gradient_sums(const struct network_layer *layer, enum weft_mapping mapping) {
    struct gradient_tile tile = gradient_tile(layer, mapping);
    size_t taps = tile.rows * tile.passes * layer->as.conv2d.kernel.width;
    return tile.channels * (taps + layer->as.conv2d.bias);
}

/* The number of tiles of the gradient of the input that one work-item computes: a complete row, or
 * 1 if that would be long code, or too few items for a GPU. */
static size_t backward_pieces(const struct network_layer *layer, enum weft_mapping mapping) {
    size_t pieces = layer->input.width / backward_tile(layer, mapping).columns;
    return mapping == WEFT_MAPPING_GPU || pieces > 4 ? 1 : pieces;
}

/* Appends the macros of conv2d.cl. ${pooled}: the gradient of the output is read from a pool's. */
static void define_conv2d(struct text *text, const struct network_layer *layer,
                          enum weft_mapping mapping, bool pooled) {
    opencl_define(text, "POOLED", pooled);
    opencl_define_pair(text, "KERNEL", layer->as.conv2d.kernel);
    opencl_define_pair(text, "STRIDE", layer->as.conv2d.stride);
    opencl_define_pair(text, "PADDING", layer->as.conv2d.padding);
    opencl_define_pair(text, "DILATION", layer->as.conv2d.dilation);
    opencl_define(text, "GROUPS", layer->as.conv2d.groups);
    opencl_define(text, "HAS_BIAS", layer->as.conv2d.bias);
    opencl_define(text, "TILE_K", forward_tile(layer, mapping).channels);
    opencl_define(text, "TILE_X", forward_tile(layer, mapping).columns);
    opencl_define(text, "DINPUT_TILE_C", backward_tile(layer, mapping).channels);
    opencl_define(text, "DINPUT_TILE_X", backward_tile(layer, mapping).columns);
    opencl_define(text, "DINPUT_PIECES", backward_pieces(layer, mapping));
    opencl_define(text, "GRADIENT_TILE_I", gradient_tile(layer, mapping).rows);
    opencl_define(text, "GRADIENT_TILE_K", gradient_tile(layer, mapping).channels);
    opencl_define(text, "GRADIENT_TILE_X", gradient_tile(layer, mapping).columns);
    opencl_define(text, "GRADIENT_PASSES", gradient_tile(layer, mapping).passes);
}

static size_t forward_items(const struct network_layer *layer, enum weft_mapping mapping) {
    struct tile tile = forward_tile(layer, mapping);
    return shape_size(layer->output) / tile.channels / tile.columns;
}

static size_t input_items(const struct network_layer *layer, enum weft_mapping mapping) {
    struct tile tile = backward_tile(layer, mapping);
    return shape_size(layer->input) / tile.channels / tile.columns /
           backward_pieces(layer, mapping);
}

static size_t gradient_items(const struct network_layer *layer, enum weft_mapping mapping) {
    struct gradient_tile tile = gradient_tile(layer, mapping);
    return layer->output.channels / tile.channels * conv2d_group_inputs(layer) *
           (layer->as.conv2d.kernel.height / (tile.rows * tile.passes));
}

static size_t forward_parts(const struct network_layer *layer, enum weft_mapping mapping) {
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
     .items = gradient_items,
     .input_items = input_items,
     .lane_values = gradient_sums,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT}},
};

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    define_conv2d(text, layer, mapping, false);
}

const struct opencl_layer opencl_conv2d = {
    .file = "conv2d.cl",
    .define = define,
    .reads_relu = true,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

/* ---- with a pool: ${layer} is the conv2d, followed by a max_pool2d, or a relu and that ---- */

static const struct network_layer *pool_of(const struct network_layer *layer) {
    return layer[1].kind == LAYER_KIND_MAX_POOL2D ? &layer[1] : &layer[2];
}

static size_t window_of(const struct network_layer *layer) {
    return pool_of(layer)->as.max_pool2d.kernel.width;
}

/* Returns ${layer} with only the rows and columns of its output that are in a window. */
static struct network_layer pooled(const struct network_layer *layer) {
    struct network_layer part = *layer;
    part.output.height -= part.output.height % window_of(layer);
    part.output.width -= part.output.width % window_of(layer);
    return part;
}

/* Output channels x columns, a multiple of the window. */
static struct tile pool_tile(const struct network_layer *layer, enum weft_mapping mapping) {
    size_t window = window_of(layer);
    return choose_tile(conv2d_group_outputs(layer), pooled(layer).output.width, window, window,
                       forward_row(layer), mapping);
}

static size_t unpool_items(const struct network_layer *layer, enum weft_mapping mapping) {
    return unpooled(layer, mapping) ? layer->output.channels : 0;
}

static void define_pool(struct text *text, const struct network_layer *layer,
                        enum weft_mapping mapping) {
    const struct network_layer part = pooled(layer);
    struct tile tile = pool_tile(layer, mapping);
    define_conv2d(text, &part, mapping, true);
    opencl_define(text, "UNPOOLED", unpooled(layer, mapping));
    opencl_define(text, "POOLS_RELU", pool_of(layer) != &layer[1]);
    opencl_define(text, "WINDOW", window_of(layer));
    opencl_define(text, "POOL_K", tile.channels);
    opencl_define(text, "POOL_X", tile.columns / window_of(layer));
}

static size_t pool_scratch(const struct network_layer *layer, enum weft_mapping mapping,
                           size_t shards) {
    size_t dense = unpooled(layer, mapping) ? shards * shape_size(pooled(layer).output) : 0;
    return opencl_max_pool2d.scratch(pool_of(layer), mapping, shards) +
           dense * CPU_LANES * sizeof(cl_float);
}

static size_t pool_items(const struct network_layer *layer, enum weft_mapping mapping) {
    struct tile tile = pool_tile(layer, mapping);
    return shape_size(pooled(layer).output) / tile.channels / tile.columns / window_of(layer);
}

static size_t pool_parts(const struct network_layer *layer, enum weft_mapping mapping) {
    return layer->output.channels / pool_tile(layer, mapping).channels;
}

static size_t pool_gradient_items(const struct network_layer *layer, enum weft_mapping mapping) {
    const struct network_layer part = pooled(layer);
    return gradient_items(&part, mapping);
}

static size_t pool_gradient_sums(const struct network_layer *layer, enum weft_mapping mapping) {
    const struct network_layer part = pooled(layer);
    return gradient_sums(&part, mapping);
}

static const struct opencl_function pool_functions[] = {
    {.name = "conv2d_pool_forward",
     .passes = PASS_FORWARD,
     .range = RANGE_SHARDS,
     .items = pool_items,
     .parts = pool_parts,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT, ARG_SCRATCH}},
    {.name = "conv2d_unpool",
     .passes = PASS_BACKWARD,
     .range = RANGE_SHARDS,
     .items = unpool_items,
     .arguments = {ARG_DOUTPUT, ARG_SCRATCH}},
    {.name = "conv2d_backward",
     .passes = PASS_BACKWARD,
     .range = RANGE_SUMS,
     .items = pool_gradient_items,
     .input_items = input_items,
     .lane_values = pool_gradient_sums,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_SCRATCH, ARG_PARAMETERS, ARG_PARTIALS, ARG_DINPUT}},
};

const struct opencl_layer opencl_conv2d_pool = {
    .file = "conv2d_pool.cl",
    .define = define_pool,
    .reads_relu = true,
    .scratch = pool_scratch,
    .function_count = sizeof pool_functions / sizeof pool_functions[0],
    .functions = pool_functions,
};

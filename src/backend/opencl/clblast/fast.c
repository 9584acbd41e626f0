/* fast.c: --math fast: the table of conv2d and linear layers, and passes chunk by chunk. */
#include "backend/opencl/clblast/product.h"
#include "backend/opencl/launch.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/plan.h"
#include "backend/opencl/source.h"
#include "base/try.h"

#include <clblast_c.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- the macros of cl/fast.cl ---- */

/* The arguments of the convolution that computes a layer. */
struct taps {
    struct network_pair kernel, stride, padding, dilation;
    bool bias;
};

static struct taps taps_of(const struct network_layer *layer) {
    if (layer->kind == LAYER_KIND_LINEAR) {
        return (struct taps){{1, 1}, {1, 1}, {0, 0}, {1, 1}, layer->as.linear.bias};
    }
    return (struct taps){layer->as.conv2d.kernel, layer->as.conv2d.stride, layer->as.conv2d.padding,
                         layer->as.conv2d.dilation, layer->as.conv2d.bias};
}

static size_t rows_of(const struct network_layer *layer) {
    struct network_pair kernel = taps_of(layer).kernel;
    return layer->input.channels * kernel.height * kernel.width;
}

static size_t area_of(const struct network_layer *layer) {
    return layer->output.height * layer->output.width;
}

static void define(struct text *text, const struct network_layer *layer,
                   enum weft_mapping mapping) {
    struct tensor_shape input = layer->input;
    struct taps taps = taps_of(layer);
    size_t columns = rows_of(layer) * area_of(layer);
    opencl_define_pair(text, "KERNEL", taps.kernel);
    opencl_define_pair(text, "STRIDE", taps.stride);
    opencl_define_pair(text, "PADDING", taps.padding);
    opencl_define_pair(text, "DILATION", taps.dilation);
    opencl_define(text, "HAS_BIAS", taps.bias);
    opencl_define(text, "ROWS", rows_of(layer));
    opencl_define(text, "AREA", area_of(layer));
    opencl_define(text, "COLUMN_VALUES", opencl_values_per_item(columns, mapping));
    opencl_define(text, "FEATURE_VALUES",
                  opencl_values_per_item(shape_size(layer->output), mapping));
    opencl_define(text, "INPUT_VALUES", opencl_values_per_item(shape_size(input), mapping));
}

static size_t dbias_items(const struct network_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return taps_of(layer).bias ? layer->output.channels : 0;
}

/* ---- passes ---- */

/* A pass of one chunk of shards. */
typedef enum weft_status chunk_pass(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                    size_t first, size_t shards, struct weft_error *error);

static enum weft_status for_chunks(struct opencl_backend *cl, size_t group, size_t count,
                                   chunk_pass *pass, struct weft_error *error) {
    struct opencl_fast_layer *layer = &cl->fast->layers[group];
    size_t shards = lanes_shards(count);
    for (size_t first = 0; first < shards; first += layer->chunk) {
        size_t left = shards - first;
        TRY(pass(cl, layer, first, left < layer->chunk ? left : layer->chunk, error));
    }
    return WEFT_OK;
}

/* Enqueues a kernel that reads ${from} and writes ${to}, for ${shards} shards from ${first}. */
static enum weft_status convert(struct opencl_backend *cl, struct opencl_launch *launch,
                                cl_mem from, cl_mem to, size_t first, size_t shards,
                                struct weft_error *error) {
    cl_int begin = (cl_int)first, count = (cl_int)shards;
    return LAUNCH(cl, launch, shards * CPU_LANES, error, ARG(from), ARG(to), ARG(begin),
                  ARG(count));
}

static struct opencl_call call_of(const struct opencl_backend *cl,
                                  const struct opencl_fast_layer *layer) {
    return (struct opencl_call){.group = (size_t)(layer->group - cl->groups.list)};
}

static enum weft_status forward_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                      size_t first, size_t shards, struct weft_error *error) {
    const struct opencl_call call = call_of(cl, layer);
    struct opencl_product product = opencl_fast_forward(cl, layer, shards);
    cl_int begin = (cl_int)first, count = (cl_int)shards, of_layer = (cl_int)layer->weight;
    TRY(convert(cl, &layer->columns, *opencl_buffer_of(cl, &call, ARG_INPUT), cl->fast->matrices,
                first, shards, error));
    TRY(opencl_product_enqueue(cl, &product, error));
    return LAUNCH(cl, &layer->output, shards * CPU_LANES, error, ARG(cl->fast->matrices),
                  ARG(cl->arrays[ARRAY_PARAMETERS]), ARG(cl->values[layer->group->end]), ARG(begin),
                  ARG(count), ARG(of_layer));
}

static enum weft_status gradients_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                        size_t first, size_t shards, struct weft_error *error) {
    const struct opencl_call call = call_of(cl, layer);
    struct opencl_product product = opencl_fast_gradients(cl, layer, shards, first == 0);
    TRY(convert(cl, &layer->columns, *opencl_buffer_of(cl, &call, ARG_INPUT), cl->fast->matrices,
                first, shards, error));
    TRY(convert(cl, &layer->dfeatures, cl->dvalues[layer->group->end], cl->fast->matrices, first,
                shards, error));
    return opencl_product_enqueue(cl, &product, error);
}

static enum weft_status backward_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                       size_t first, size_t shards, struct weft_error *error) {
    const struct opencl_call call = call_of(cl, layer);
    struct opencl_product product = opencl_fast_backward(cl, layer, shards);
    TRY(convert(cl, &layer->dfeatures, cl->dvalues[layer->group->end], cl->fast->matrices, first,
                shards, error));
    TRY(opencl_product_enqueue(cl, &product, error));
    return convert(cl, &layer->dinput, cl->fast->matrices, *opencl_buffer_of(cl, &call, ARG_DINPUT),
                   first, shards, error);
}

static enum weft_status forward(struct opencl_backend *cl, size_t group, size_t count,
                                struct weft_error *error) {
    return for_chunks(cl, group, count, forward_chunk, error);
}

static enum weft_status gradients(struct opencl_backend *cl, size_t group, size_t count,
                                  struct weft_error *error) {
    return for_chunks(cl, group, count, gradients_chunk, error);
}

static enum weft_status backward(struct opencl_backend *cl, size_t group, size_t count,
                                 struct weft_error *error) {
    return for_chunks(cl, group, count, backward_chunk, error);
}

/* A host function counts as one item. */
static size_t one(const struct network_layer *layer, enum weft_mapping mapping) {
    (void)layer;
    (void)mapping;
    return 1;
}

static const struct opencl_function functions[] = {
    {.name = "fast_forward",
     .passes = PASS_FORWARD,
     .items = one,
     .host = forward,
     .arguments = {ARG_INPUT, ARG_PARAMETERS, ARG_OUTPUT}},
    {.name = "fast_dbias",
     .passes = PASS_BACKWARD,
     .range = RANGE_SUMS,
     .items = dbias_items,
     .arguments = {ARG_DOUTPUT, ARG_PARTIALS}},
    {.name = "fast_gradients",
     .passes = PASS_BACKWARD,
     .items = one,
     .host = gradients,
     .arguments = {ARG_INPUT, ARG_DOUTPUT, ARG_PARTIALS}},
    {.name = "fast_backward",
     .passes = PASS_BACKWARD,
     .input_items = one,
     .host = backward,
     .arguments = {ARG_DOUTPUT, ARG_PARAMETERS, ARG_DINPUT}},
};

static const struct opencl_layer fast_layer = {
    .file = "fast.cl",
    .define = define,
    .function_count = sizeof functions / sizeof functions[0],
    .functions = functions,
};

/* ---- opening and closing ---- */

/* Makes the kernel ${name} of ${fast} over ${values} values. */
static enum weft_status make_kernel(struct opencl_backend *cl, const struct opencl_fast_layer *fast,
                                    const char *name, size_t values, struct opencl_launch *launch,
                                    struct weft_error *error) {
    char numbered[64];
    *launch = (struct opencl_launch){.range = RANGE_SHARDS,
                                     .items = values / opencl_values_per_item(values, cl->mapping)};
    snprintf(launch->name, sizeof launch->name, "%s", name);
    snprintf(numbered, sizeof numbered, "%s_%zu", name,
             opencl_group_number(&cl->groups, call_of(cl, fast).group));
    return opencl_launch_create(cl, launch, numbered, error);
}

/* Measures group ${i}, and makes its kernels. */
static enum weft_status make_layer(struct opencl_backend *cl, size_t i, struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.list[i];
    const struct network_layer *layer = &cl->base.network->layers[group->main];
    size_t input = shape_size(layer->input), output = shape_size(layer->output);
    struct opencl_fast_layer *fast = &cl->fast->layers[i];
    *fast = (struct opencl_fast_layer){
        .group = group,
        .features = layer->output.channels,
        .rows = rows_of(layer),
        .area = area_of(layer),
        .weight = cl->base.network->tensors[layer->first_tensor].offset,
    };
    TRY(make_kernel(cl, fast, "fast_columns", fast->rows * fast->area, &fast->columns, error));
    TRY(make_kernel(cl, fast, "fast_output", output, &fast->output, error));
    if (!cl->base.forward_only) {
        TRY(make_kernel(cl, fast, "fast_features", output, &fast->dfeatures, error));
        TRY(make_kernel(cl, fast, "fast_dinput", input, &fast->dinput, error));
    }
    return WEFT_OK;
}

/* Makes the buffers that all layers share. */
static enum weft_status make_buffers(struct opencl_backend *cl, struct weft_error *error) {
    struct opencl_fast *fast = cl->fast;
    if (fast->matrices_bytes > 0) {
        TRY(opencl_buffer(cl, fast->matrices_bytes, "matrices for CLBlast", &fast->matrices,
                          error));
    }
    if (fast->temporary_bytes > 0) {
        TRY(opencl_buffer(cl, fast->temporary_bytes, "copies for CLBlast", &fast->temporary,
                          error));
    }
    return WEFT_OK;
}

static enum weft_status init(struct opencl_backend *cl, struct weft_error *error) {
    cl->fast = calloc(1, sizeof *cl->fast);
    if (cl->fast == NULL ||
        (cl->fast->layers = calloc(cl->groups.count, sizeof *cl->fast->layers)) == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    TRY(opencl_product_tune(cl, error));
    for (size_t i = 0; i < cl->groups.count; i++) {
        if (cl->groups.list[i].layer == &fast_layer) {
            TRY(make_layer(cl, i, error));
        }
    }
    TRY(opencl_fast_choose(cl, error));
    return make_buffers(cl, error);
}

static void finish(struct opencl_backend *cl) {
    if (cl->fast == NULL) {
        return;
    }
    for (size_t i = 0; cl->fast->layers != NULL && i < cl->groups.count; i++) {
        struct opencl_fast_layer *layer = &cl->fast->layers[i];
        opencl_launch_finish(cl, &layer->columns);
        opencl_launch_finish(cl, &layer->output);
        opencl_launch_finish(cl, &layer->dfeatures);
        opencl_launch_finish(cl, &layer->dinput);
    }
    OPENCL_RELEASE(cl->device, MemObject, cl->fast->matrices);
    OPENCL_RELEASE(cl->device, MemObject, cl->fast->temporary);
    free(cl->fast->layers);
    free(cl->fast);
    cl->fast = NULL;
    /* CLBlast caches its programs, which keep this context. */
    if (!opencl_is_lost(cl->device)) {
        CLBlastClearCache();
    }
}

/* A convolution with groups is no single product. */
static bool computes(const struct network_layer *layer) {
    return layer->kind == LAYER_KIND_LINEAR ||
           (layer->kind == LAYER_KIND_CONV2D && layer->as.conv2d.groups == 1);
}

static const struct opencl_engine engine = {
    .layer = &fast_layer,
    .computes = computes,
    .init = init,
    .finish = finish,
};
const struct opencl_engine *const opencl_engine = &engine;

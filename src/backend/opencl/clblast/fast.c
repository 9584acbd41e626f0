/* fast.c: --math fast: the row of conv2d and linear layers, and how its functions go through a
 * batch. */
#include "backend/opencl/clblast/fast.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/opencl.h"
#include "backend/opencl/source.h"

#include <clblast_c.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- what cl/fast.cl is compiled with ---- */

struct taps {
    size_t height, width;
};

static struct taps taps_of(const struct weft_layer *layer) {
    if (layer->kind == WEFT_KIND_LINEAR) {
        return (struct taps){1, 1};
    }
    return (struct taps){layer->as.conv2d.kernel_height, layer->as.conv2d.kernel_width};
}

static size_t rows_of(const struct weft_layer *layer) {
    return layer->input.channels * taps_of(layer).height * taps_of(layer).width;
}

static size_t area_of(const struct weft_layer *layer) {
    return layer->output.height * layer->output.width;
}

static void define(struct text *text, const struct weft_layer *layer, enum weft_mapping mapping) {
    struct weft_shape input = layer->input;
    size_t columns = rows_of(layer) * area_of(layer);
    opencl_define(text, "IN_CHANNELS", input.channels);
    opencl_define(text, "IN_HEIGHT", input.height);
    opencl_define(text, "IN_WIDTH", input.width);
    opencl_define(text, "OUT_CHANNELS", layer->output.channels);
    opencl_define(text, "OUT_HEIGHT", layer->output.height);
    opencl_define(text, "OUT_WIDTH", layer->output.width);
    opencl_define(text, "KERNEL_HEIGHT", taps_of(layer).height);
    opencl_define(text, "KERNEL_WIDTH", taps_of(layer).width);
    opencl_define(text, "ROWS", rows_of(layer));
    opencl_define(text, "AREA", area_of(layer));
    opencl_define(text, "COLUMN_VALUES", opencl_values_per_item(columns, mapping));
    opencl_define(text, "FEATURE_VALUES",
                  opencl_values_per_item(weft_shape_size(layer->output), mapping));
    opencl_define(text, "INPUT_VALUES", opencl_values_per_item(weft_shape_size(input), mapping));
}

static size_t dbias_items(const struct weft_layer *layer, enum weft_mapping mapping) {
    (void)mapping;
    return layer->output.channels;
}

/* ---- passes ---- */

/* Enqueues ${launch} for ${shards} shards from ${first}; its last two arguments are these. */
static enum weft_status run_kernel(struct opencl_backend *cl, struct opencl_launch *launch,
                                   size_t first, size_t shards, struct weft_error *error) {
    cl_int begin = (cl_int)first, count = (cl_int)shards;
    if (opencl_argument_set(launch, launch->numbers, sizeof begin, &begin, error) != WEFT_OK ||
        opencl_argument_set(launch, launch->numbers + 1, sizeof count, &count, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return opencl_launch_enqueue(cl, launch, shards * CPU_LANES, error);
}

/* What a pass does with one chunk of shards. */
typedef enum weft_status run_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                   size_t first, size_t shards, struct weft_error *error);

static enum weft_status run_chunks(struct opencl_backend *cl, size_t group, size_t count,
                                   run_chunk *run, struct weft_error *error) {
    struct opencl_fast_layer *layer = &cl->fast->layers[group];
    size_t shards = lanes_shards(count);
    for (size_t first = 0; first < shards; first += layer->chunk) {
        size_t left = shards - first;
        if (run(cl, layer, first, left < layer->chunk ? left : layer->chunk, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

static enum weft_status forward_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                      size_t first, size_t shards, struct weft_error *error) {
    struct opencl_product product = opencl_fast_forward(cl, layer, shards);
    if (run_kernel(cl, &layer->columns, first, shards, error) != WEFT_OK ||
        opencl_product_run(cl, &product, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return run_kernel(cl, &layer->output, first, shards, error);
}

static enum weft_status gradients_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                        size_t first, size_t shards, struct weft_error *error) {
    struct opencl_product product = opencl_fast_gradients(cl, layer, shards, first == 0);
    if (run_kernel(cl, &layer->columns, first, shards, error) != WEFT_OK ||
        run_kernel(cl, &layer->dfeatures, first, shards, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return opencl_product_run(cl, &product, error);
}

static enum weft_status backward_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                       size_t first, size_t shards, struct weft_error *error) {
    struct opencl_product product = opencl_fast_backward(cl, layer, shards);
    if (run_kernel(cl, &layer->dfeatures, first, shards, error) != WEFT_OK ||
        opencl_product_run(cl, &product, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    return run_kernel(cl, &layer->dinput, first, shards, error);
}

static enum weft_status forward(struct opencl_backend *cl, size_t group, size_t count,
                                struct weft_error *error) {
    return run_chunks(cl, group, count, forward_chunk, error);
}

static enum weft_status gradients(struct opencl_backend *cl, size_t group, size_t count,
                                  struct weft_error *error) {
    return run_chunks(cl, group, count, gradients_chunk, error);
}

static enum weft_status backward(struct opencl_backend *cl, size_t group, size_t count,
                                 struct weft_error *error) {
    return run_chunks(cl, group, count, backward_chunk, error);
}

/* A host function counts as one item. */
static size_t one(const struct weft_layer *layer, enum weft_mapping mapping) {
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

/* Makes the kernel ${name} of group ${group} with its ${count} buffers set; two numbers follow
 * them. */
static enum weft_status make_kernel(struct opencl_backend *cl, size_t group, const char *name,
                                    size_t values, size_t count, cl_mem *const *buffers,
                                    struct opencl_launch *launch, struct weft_error *error) {
    *launch = (struct opencl_launch){.range = RANGE_SHARDS,
                                     .items = values / opencl_values_per_item(values, cl->mapping),
                                     .numbers = (int)count};
    char numbered[64];
    snprintf(launch->name, sizeof launch->name, "%s", name);
    snprintf(numbered, sizeof numbered, "%s_%zu", name, cl->groups.list[group].main + 1);
    if (opencl_launch_create(cl, launch, numbered, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    for (size_t i = 0; i < count; i++) {
        if (opencl_argument_set(launch, (int)i, sizeof(cl_mem), buffers[i], error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

static enum weft_status make_kernels(struct opencl_backend *cl, size_t i,
                                     struct weft_error *error) {
    const struct opencl_group *group = &cl->groups.list[i];
    const struct weft_layer *layer = &cl->base.network->layers[group->main];
    struct opencl_fast_layer *fast = &cl->fast->layers[i];
    size_t input = weft_shape_size(layer->input), output = weft_shape_size(layer->output);
    cl_mem *matrices = &cl->fast->matrices;
    cl_mem *const columns[] = {&cl->values[group->first], matrices};
    cl_mem *const outputs[] = {matrices, &cl->arrays[WEFT_ARRAY_PARAMETERS],
                               &cl->values[group->end]};
    cl_mem *const dfeatures[] = {&cl->dvalues[group->end], matrices};
    cl_mem *const dinput[] = {matrices, &cl->dvalues[group->first]};
    if (make_kernel(cl, i, "fast_columns", fast->rows * fast->area, 2, columns, &fast->columns,
                    error) != WEFT_OK ||
        make_kernel(cl, i, "fast_output", output, 3, outputs, &fast->output, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    if (cl->base.forward_only) {
        return WEFT_OK;
    }
    return make_kernel(cl, i, "fast_features", output, 2, dfeatures, &fast->dfeatures, error) ==
                   WEFT_OK
               ? make_kernel(cl, i, "fast_dinput", input, 2, dinput, &fast->dinput, error)
               : WEFT_BAD_DEVICE;
}

static void measure_layer(struct opencl_backend *cl, size_t i) {
    const struct weft_network *network = cl->base.network;
    const struct weft_layer *layer = &network->layers[cl->groups.list[i].main];
    cl->fast->layers[i] = (struct opencl_fast_layer){
        .features = layer->output.channels,
        .rows = rows_of(layer),
        .area = area_of(layer),
        .weight = network->tensors[layer->first_tensor].offset,
    };
}

static enum weft_status init(struct opencl_backend *cl, struct weft_error *error) {
    cl->fast = calloc(1, sizeof *cl->fast);
    if (cl->fast == NULL ||
        (cl->fast->layers = calloc(cl->groups.count, sizeof *cl->fast->layers)) == NULL) {
        return weft_fail(error, WEFT_FAILED, "opencl: no memory");
    }
    if (opencl_product_tune(cl, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    for (size_t i = 0; i < cl->groups.count; i++) {
        if (cl->groups.list[i].layer == &fast_layer) {
            measure_layer(cl, i);
        }
    }
    if (opencl_fast_choose(cl, error) != WEFT_OK || opencl_fast_buffers(cl, error) != WEFT_OK) {
        return WEFT_BAD_DEVICE;
    }
    for (size_t i = 0; i < cl->groups.count; i++) {
        if (cl->groups.list[i].layer == &fast_layer && make_kernels(cl, i, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

static void finish(struct opencl_backend *cl) {
    if (cl->fast == NULL) {
        return;
    }
    for (size_t i = 0; cl->fast->layers != NULL && i < cl->groups.count; i++) {
        struct opencl_fast_layer *layer = &cl->fast->layers[i];
        opencl_launch_finish(&layer->columns);
        opencl_launch_finish(&layer->output);
        opencl_launch_finish(&layer->dfeatures);
        opencl_launch_finish(&layer->dinput);
    }
    if (cl->fast->matrices != NULL) {
        clReleaseMemObject(cl->fast->matrices);
    }
    if (cl->fast->temporary != NULL) {
        clReleaseMemObject(cl->fast->temporary);
    }
    free(cl->fast->layers);
    free(cl->fast);
    cl->fast = NULL;
    /* CLBlast keeps its programs, and so this context, until it is told. */
    CLBlastClearCache();
}

static const struct opencl_engine engine = {.layer = &fast_layer, .init = init, .finish = finish};
const struct opencl_engine *const opencl_engine = &engine;

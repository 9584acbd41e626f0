/* layer_case.c: runs a network at every place and compares the results. */
#include "layer_case.h"

#include "backend/inspect.h"
#include "base/text.h"
#include "check_weft.h"

#include <stdlib.h>
#include <string.h>

/* The largest batch is first, then smaller and odd ones. The last run repeats the second, and must
 * give the same results. */
static const struct layer_run runs[] = {
    {33, WEFT_STATISTICS_BATCH, LAYER_WILD, 1},   {7, WEFT_STATISTICS_BATCH, LAYER_WILD, 2},
    {16, WEFT_STATISTICS_RUNNING, LAYER_WILD, 3}, {1, WEFT_STATISTICS_BATCH, LAYER_WILD, 4},
    {17, WEFT_STATISTICS_BATCH, LAYER_FAINT, 5},  {3, WEFT_STATISTICS_RUNNING, LAYER_FAINT, 6},
    {33, WEFT_STATISTICS_BATCH, LAYER_TIES, 7},   {7, WEFT_STATISTICS_BATCH, LAYER_WILD, 2},
};
enum { RUNS = sizeof runs / sizeof runs[0], LARGEST = 33 };

static const struct layer_place reference = {
    .name = "cpu, 1 thread", .device = "cpu", .threads = 1};

struct weft_network *layer_network(const char *json) {
    struct weft_network *network = NULL;
    struct weft_error error = {0};
    enum weft_status status = network_create(json, &network, &error);
    ck_assert_msg(status == WEFT_OK, "%s", error.message);
    return network;
}

struct weft_network *layer_network_of_blocks(size_t count, size_t side) {
    static const char conv[] = "{\"kind\": \"conv2d\", \"out_channels\": 8, "
                               "\"kernel_size\": 3, \"padding\": 1";
    struct weft_network *network;
    struct text list = {0};
    text_add(&list, "{\"input\": [1, %zu, %zu], \"layers\": [%s, \"name\": \"sum0\"}", side, side,
             conv);
    for (size_t i = 1; i <= count; i++) {
        text_add(&list,
                 ", %s}, {\"kind\": \"batch_norm\"}, {\"kind\": \"relu\", \"name\": \"act%zu\"}, "
                 "{\"kind\": \"add\", \"name\": \"sum%zu\", \"inputs\": [\"act%zu\", \"sum%zu\"]}",
                 conv, i, i, i, i - 1);
    }
    text_add(&list, ", {\"kind\": \"flatten\"}, {\"kind\": \"linear\", \"out_features\": 10}]}");
    ck_assert(!list.failed);
    network = layer_network(list.bytes);
    free(list.bytes);
    return network;
}

struct backend *layer_open(const struct weft_network *network, const struct layer_place *place,
                           size_t batch, const char *what) {
    struct backend_options options = {.device = place->device,
                                      .threads = place->threads,
                                      .mapping = place->mapping,
                                      .cl_options = place->cl_options,
                                      .no_fuse = !place->fused,
                                      .keep_tensors = place->keeps,
                                      .step_kernel = place->step_kernel,
                                      .no_cache = true,
                                      .batch = batch};
    struct backend *backend = NULL;
    struct weft_error error = {0};
    if (backend_open(network, &options, &backend, NULL, &error) != WEFT_OK) {
        layer_report("FAILED %s on %s: %s\n", what, place->name, error.message);
        return NULL;
    }
    return backend;
}

/* Appends the tensor ${name} of ${shape}. If ${may_miss}, the tensor may not exist, and nothing is
 * appended. */
static enum weft_status add_tensor(struct layer_result *result, struct backend *backend,
                                   const char *name, size_t images, struct tensor_shape shape,
                                   bool may_miss, struct weft_error *error) {
    struct layer_tensor *tensor =
        layer_result_add(result, name, images, shape.channels, shape.height, shape.width);
    struct weft_error failure = {0};
    enum weft_status status =
        backend_tensor(backend, name, tensor->values, layer_tensor_count(tensor), &failure);
    if (status == WEFT_USAGE && may_miss) {
        free(tensor->values);
        result->count--;
        return WEFT_OK;
    }
    return status == WEFT_OK ? WEFT_OK : error_set(error, status, "%s", failure.message);
}

static enum weft_status collect(struct backend *backend, size_t images, bool fused,
                                struct layer_result *result, struct weft_error *error) {
    const struct weft_network *network = backend_network(backend);
    enum weft_status status =
        add_tensor(result, backend, "input", images, network->input, false, error);
    if (status == WEFT_OK) {
        status = add_tensor(result, backend, "input.grad", images, network->input, false, error);
    }
    for (size_t i = 0; status == WEFT_OK && i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        bool may_miss = fused && i + 1 < network->layer_count;
        char name[LAYER_NAME_MAX + 16];
        snprintf(name, sizeof name, "%s.output", layer->name);
        status = add_tensor(result, backend, name, images, layer->output, may_miss, error);
        if (status == WEFT_OK) {
            snprintf(name, sizeof name, "%s.output.grad", layer->name);
            status = add_tensor(result, backend, name, images, layer->output, may_miss, error);
        }
    }
    layer_result_add_array(result, backend, ARRAY_GRADIENTS, ".grad");
    layer_result_add_array(result, backend, ARRAY_BUFFERS, "");
    return status;
}

bool layer_propagate(struct backend *backend, const struct layer_values *values, size_t images,
                     enum weft_statistics statistics, bool fused, struct layer_result *result,
                     const char *what) {
    struct propagation probe = {.statistics = statistics,
                                .count = images,
                                .inputs = values->inputs,
                                .doutputs = values->doutputs};
    struct weft_error error = {0};
    enum weft_status status = backend_write(backend, ARRAY_PARAMETERS, values->parameters, &error);
    if (status == WEFT_OK) {
        status = backend_write(backend, ARRAY_BUFFERS, values->buffers, &error);
    }
    if (status == WEFT_OK) {
        status = backend_propagate(backend, &probe, &error);
    }
    if (status == WEFT_OK) {
        status = collect(backend, images, fused, result, &error);
    }
    if (status != WEFT_OK) {
        layer_report("FAILED %s: %s\n", what, error.message);
    }
    return status == WEFT_OK;
}

void layer_reference(const struct weft_network *network, const struct layer_values *values,
                     size_t images, enum weft_statistics statistics, struct layer_result *result) {
    struct backend *backend = layer_open(network, &reference, images, "the reference");
    ck_assert(backend != NULL);
    ck_assert(layer_propagate(backend, values, images, statistics, false, result, "the reference"));
    backend_close(backend);
}

/* Writes the case with all its parameters, for messages: a reader can repeat the run. */
static const char *run_text(const char *name, const char *json, const struct layer_run *run,
                            const struct layer_place *place, char text[2048]) {
    snprintf(text, 2048, "%s %s: %zu images, %s statistics, %s numbers, seed %llu, on %.399s", name,
             json, run->images, run->statistics == WEFT_STATISTICS_BATCH ? "batch" : "running",
             layer_style_name(run->style), (unsigned long long)run->seed, place->name);
    return text;
}

/* Tensors must be missing if layers are fused, and all must exist otherwise. Returns 1 if that is
 * not the case. */
static unsigned check_absent(const struct layer_result *result, const struct layer_result *expected,
                             const struct layer_place *place, const char *what) {
    size_t missing = expected->count - result->count;
    if ((missing > 0) == (place->opencl && place->fused)) {
        return 0;
    }
    layer_report("FAILED %s: %zu tensors are missing\n", what, missing);
    return 1;
}

/* Makes all runs at ${place}. Returns the number of differences. */
static unsigned check_place(const char *name, const char *json, const struct weft_network *network,
                            const struct layer_place *place, const struct layer_values *values,
                            const struct layer_result *expected) {
    unsigned wrong = 0;
    char what[2048];
    unsigned before = layer_flush_begin(place);
    struct backend *backend = layer_open(network, place, LARGEST, name);
    for (size_t i = 0; backend != NULL && i < RUNS; i++) {
        struct layer_result result = {0};
        run_text(name, json, &runs[i], place, what);
        if (layer_propagate(backend, &values[i], runs[i].images, runs[i].statistics, place->fused,
                            &result, what)) {
            wrong += layer_result_compare(&result, &expected[i], what);
            wrong += check_absent(&result, &expected[i], place, what);
        } else {
            wrong++;
        }
        layer_result_finish(&result);
    }
    backend_close(backend);
    layer_flush_end(before);
    return wrong + (backend == NULL);
}

static void check_places(const char *name, const char *json, const struct layer_place *places,
                         size_t count) {
    struct weft_network *network = layer_network(json);
    struct layer_values values[RUNS];
    struct layer_result expected[RUNS] = {0};
    unsigned wrong = 0;
    char what[2048];
    for (size_t i = 0; i < RUNS; i++) {
        layer_values_draw(network, runs[i].images, runs[i].style, runs[i].seed, &values[i]);
        layer_reference(network, &values[i], runs[i].images, runs[i].statistics, &expected[i]);
        wrong += layer_result_check_clean(&expected[i],
                                          run_text(name, json, &runs[i], &reference, what));
    }
    for (size_t i = 0; i < count; i++) {
        wrong += check_place(name, json, network, &places[i], values, expected);
    }
    for (size_t i = 0; i < RUNS; i++) {
        layer_values_finish(&values[i]);
        layer_result_finish(&expected[i]);
    }
    network_destroy(network);
    ck_assert_msg(wrong == 0, "%s: %u differences, listed above", name, wrong);
}

void layer_check_bits(const char *name, enum layer_effort effort, const char *json) {
    struct layer_place places[LAYER_PLACES_MAX];
    check_places(name, json, places, layer_places_list(effort, name, places));
}

void layer_check_fused(const char *name, enum layer_effort effort, const char *json) {
    struct layer_place places[LAYER_PLACES_MAX];
    const size_t count = layer_places_list_fused(effort, name, places);
    for (size_t i = 0; i < count; i++) {
        places[i].keeps = true; /* so that inner tensors are compared */
    }
    check_places(name, json, places, count);
}

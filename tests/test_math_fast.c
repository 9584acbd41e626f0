/* test_math_fast.c: --math fast agrees with the reference within bounds, on every OpenCL device.
 *
 * Bounds: 1e-5 for outputs and their gradients and 1e-4 for gradients of parameters, as relative L2
 * distances of complete tensors; 1e-5 for the mean loss of a step; 0.05 for the accuracy after some
 * hundred steps, when rounding has led to another model. */
#include "backend/opencl/clblast/product.h"
#include "backend/opencl/state.h"
#include "check_weft.h"
#include "layer_case.h"
#include "train/train_model.h"

#include <math.h>
#include <string.h>

enum { PLACES_MAX = 8 };

/* The OpenCL devices that suit ${effort}: PoCL with both mappings, others as they are best. */
static size_t list_places(enum layer_effort effort, const char *who,
                          struct layer_place places[PLACES_MAX]) {
    struct layer_place all[LAYER_PLACES_MAX];
    size_t listed, count = 0;
    listed = layer_places_list(effort, who, all);
    for (size_t i = 0; i < listed && count < PLACES_MAX; i++) {
        if (all[i].opencl) {
            places[count++] = all[i];
        }
    }
    return count;
}

static struct opencl_backend *open_fast(const struct weft_network *network,
                                        const struct layer_place *place, size_t batch) {
    struct backend_options options = {.device = place->device,
                                      .mapping = place->mapping,
                                      .math = WEFT_MATH_FAST,
                                      .keep_tensors = true,
                                      .batch = batch};
    struct backend *backend = NULL;
    struct weft_error error = {0};
    ck_assert_msg(backend_open(network, &options, &backend, NULL, &error) == WEFT_OK, "%s: %s",
                  place->name, error.message);
    return (struct opencl_backend *)backend;
}

/* |a - b| / |b| */
static double distance(const float *a, const float *b, size_t count) {
    double difference = 0, size = 0;
    for (size_t i = 0; i < count; i++) {
        difference += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        size += (double)b[i] * (double)b[i];
    }
    return size > 0 ? sqrt(difference / size) : sqrt(difference);
}

/* Returns whether ${tensor} has gradients of a parameter: "conv.weight.grad", not
 * "conv.output.grad". */
static bool is_gradient(const struct layer_tensor *tensor) {
    size_t length = strlen(tensor->name);
    return length > 5 && strcmp(tensor->name + length - 5, ".grad") == 0 &&
           strstr(tensor->name, "output") == NULL && strstr(tensor->name, "input") == NULL;
}

static unsigned compare(const struct layer_result *result, const struct layer_result *expected,
                        const char *what, size_t images) {
    unsigned wrong = 0;
    ck_assert_uint_eq(result->count, expected->count);
    for (size_t i = 0; i < result->count; i++) {
        const struct layer_tensor *tensor = &result->tensors[i];
        double bound = is_gradient(tensor) ? 1e-4 : 1e-5;
        double far =
            distance(tensor->values, expected->tensors[i].values, layer_tensor_count(tensor));
        if (!(far <= bound)) {
            printf("FAILED %s, %zu images: %s: %g away\n", what, images, tensor->name, far);
            wrong++;
        }
    }
    return wrong;
}

/* One shard at a time, so that small batches have several chunks. */
static void set_chunks(struct opencl_backend *cl, size_t chunk) {
    for (size_t i = 0; i < cl->groups.count; i++) {
        if (cl->fast->layers[i].chunk > chunk) {
            cl->fast->layers[i].chunk = chunk;
        }
    }
}

/* Batches of all sizes in turn on one backend: sums of a smaller batch contain nothing of a larger
 * one. */
static unsigned check_shapes(const struct weft_network *network, const struct layer_place *place,
                             const char *json) {
    static const size_t batches[] = {100, 7, 1, 33};
    struct opencl_backend *cl = open_fast(network, place, 100);
    unsigned wrong = 0;
    char what[1024];
    snprintf(what, sizeof what, "%.500s on %.399s", json, place->name);
    for (size_t i = 0; i < sizeof batches / sizeof batches[0]; i++) {
        struct layer_result result = {0}, expected = {0};
        struct layer_values values;
        enum weft_statistics statistics =
            i % 2 == 0 ? WEFT_STATISTICS_BATCH : WEFT_STATISTICS_RUNNING;
        layer_values_draw(network, batches[i], LAYER_PLAIN, i + 1, &values);
        layer_reference(network, &values, batches[i], statistics, &expected);
        set_chunks(cl, i == 3 ? 2 : SIZE_MAX);
        wrong += layer_propagate(&cl->base, &values, batches[i], statistics, false, &result, what)
                     ? compare(&result, &expected, what, batches[i])
                     : 1;
        layer_result_finish(&result);
        layer_result_finish(&expected);
        layer_values_finish(&values);
    }
    backend_close(&cl->base);
    return wrong;
}

/* Odd sizes, kernels that are not square, one channel and several, a network of one linear layer,
 * and a linear layer without a flatten layer before it. */
START_TEST(shapes) {
    static const char *const networks[] = {
        "{\"input\":[3,7,9],\"layers\":["
        "{\"kind\":\"conv2d\",\"out_channels\":5,\"kernel_size\":[2,3]},"
        "{\"kind\":\"max_pool2d\",\"kernel_size\":2},{\"kind\":\"relu\"},"
        "{\"kind\":\"batch_norm\"},"
        "{\"kind\":\"conv2d\",\"out_channels\":4,\"kernel_size\":[3,1]},"
        "{\"kind\":\"flatten\"},{\"kind\":\"linear\",\"out_features\":11},{\"kind\":\"relu\"},"
        "{\"kind\":\"linear\",\"out_features\":3}]}",
        "{\"input\":[13],\"layers\":[{\"kind\":\"linear\",\"out_features\":1}]}",
        "{\"input\":[1,5,4],\"layers\":["
        "{\"kind\":\"conv2d\",\"out_channels\":1,\"kernel_size\":[5,4]},{\"kind\":\"flatten\"},"
        "{\"kind\":\"linear\",\"out_features\":2}]}",
    };
    struct layer_place places[PLACES_MAX];
    size_t count = list_places(LAYER_SMALL, "math fast: shapes", places);
    unsigned wrong = 0;
    for (size_t n = 0; n < sizeof networks / sizeof networks[0]; n++) {
        struct weft_network *network = layer_network(networks[n]);
        for (size_t i = 0; i < count; i++) {
            wrong += check_shapes(network, &places[i], networks[n]);
        }
        network_destroy(network);
    }
    ck_assert_msg(wrong == 0, "%u tensors out of bounds, listed above", wrong);
}
END_TEST

/* The published network: sums of up to 57,600 terms. */
START_TEST(published) {
    struct layer_place places[PLACES_MAX];
    size_t count = list_places(LAYER_LARGE, "math fast: published", places);
    struct weft_network *network = NULL;
    unsigned wrong = 0;
    ck_assert(network_create_published(&network, NULL) == WEFT_OK);
    for (size_t i = 0; i < count; i++) {
        wrong += check_shapes(network, &places[i], "published");
    }
    network_destroy(network);
    ck_assert_msg(wrong == 0, "%u tensors out of bounds, listed above", wrong);
}
END_TEST

/* The sample, and the results of a training on it. */
struct run {
    struct weft_step_result first; /* of the first step */
    struct weft_epoch last;
};

static bool keep_epoch(void *context, const struct weft_epoch *epoch) {
    struct run *run = context;
    if (epoch->epoch == 1) {
        run->first = epoch->results[0];
    }
    run->last = *epoch;
    return true;
}

static void train_sample(struct backend *backend, struct weft_model *model,
                         const struct weft_images *images, struct run *run) {
    struct training training = training_default();
    struct training_events events = {.epoch = keep_epoch, .context = run};
    struct weft_error error = {0};
    float pixels[256];
    pixels_normalised(pixels);
    training.epochs = 60;
    training.batch = 30;
    model_initialise(model, 3);
    ck_assert(backend_set_pixels(backend, pixels, &error) == WEFT_OK);
    ck_assert(backend_set_images(backend, WEFT_SPLIT_TRAIN, images, &error) == WEFT_OK);
    ck_assert_msg(train_model(model, backend, images->count, &training, &events, &error) == WEFT_OK,
                  "%s", error.message);
}

/* 240 steps; the last batch of each epoch has 10 images. */
START_TEST(training) {
    static const char json[] = "{\"input\":[1,28,28],\"layers\":["
                               "{\"kind\":\"conv2d\",\"out_channels\":3,\"kernel_size\":5},"
                               "{\"kind\":\"max_pool2d\",\"kernel_size\":4},{\"kind\":\"relu\"},"
                               "{\"kind\":\"batch_norm\"},{\"kind\":\"flatten\"},"
                               "{\"kind\":\"linear\",\"out_features\":10}]}";
    static const struct layer_place reference = {.name = "cpu", .device = "cpu", .threads = 1};
    struct layer_place places[PLACES_MAX];
    size_t count = list_places(LAYER_LARGE, "math fast: training", places);
    struct weft_model *model = NULL;
    struct weft_images images = {0};
    struct weft_error error = {0};
    struct run exact, fast;
    struct backend *backend;
    const struct data_options options = {.test_fraction = 0};
    char folder[4096];
    snprintf(folder, sizeof folder, "%s/data/sample", source_root());
    ck_assert_msg(data_read_split(folder, WEFT_SPLIT_TRAIN, &options, &images, NULL, &error) ==
                      WEFT_OK,
                  "%s", error.message);
    ck_assert(model_create(layer_network(json), &model, &error) == WEFT_OK);
    backend = layer_open(model->network, &reference, 30, "math fast");
    ck_assert_ptr_nonnull(backend);
    train_sample(backend, model, &images, &exact);
    backend_close(backend);
    ck_assert(exact.last.accuracy > 0.9);
    for (size_t i = 0; i < count; i++) {
        struct opencl_backend *cl = open_fast(model->network, &places[i], 30);
        train_sample(&cl->base, model, &images, &fast);
        backend_close(&cl->base);
        ck_assert_msg(fabsf(fast.first.loss - exact.first.loss) <= 1e-5f * exact.first.loss,
                      "%s: loss of the first step %.9g, exact %.9g", places[i].name,
                      (double)fast.first.loss, (double)exact.first.loss);
        ck_assert_msg(fabs(fast.last.accuracy - exact.last.accuracy) <= 0.05,
                      "%s: accuracy %g, exact %g", places[i].name, fast.last.accuracy,
                      exact.last.accuracy);
    }
    images_finish(&images);
    model_destroy(model);
}
END_TEST

/* The memory of the shared buffers at batch 10,000, from the plan alone. */
static size_t planned(struct opencl_backend *cl, size_t batch) {
    struct weft_error error = {0};
    cl->fast->matrices_bytes = 0;
    cl->fast->temporary_bytes = 0;
    cl->base.batch = batch;
    ck_assert_msg(opencl_fast_choose(cl, &error) == WEFT_OK, "%s", error.message);
    for (size_t i = 0; i < cl->groups.count; i++) {
        const struct opencl_fast_layer *layer = &cl->fast->layers[i];
        ck_assert(layer->rows == 0 || layer->chunk > 0);
        ck_assert_uint_le(layer->chunk * (layer->rows + layer->features) * layer->area * 64,
                          cl->fast->matrices_bytes);
    }
    return cl->fast->matrices_bytes + cl->fast->temporary_bytes;
}

static size_t size_of(cl_mem buffer) {
    size_t bytes = 0;
    if (buffer != NULL) {
        ck_assert(clGetMemObjectInfo(buffer, CL_MEM_SIZE, sizeof bytes, &bytes, NULL) ==
                  CL_SUCCESS);
    }
    return bytes;
}

START_TEST(memory) {
    /* the published network, and one that is 16 times as wide up to its first linear layer */
    static const char wide[] = "{\"input\":[1,28,28],\"layers\":["
                               "{\"kind\":\"conv2d\",\"out_channels\":96,\"kernel_size\":5},"
                               "{\"kind\":\"max_pool2d\",\"kernel_size\":2},"
                               "{\"kind\":\"conv2d\",\"out_channels\":192,\"kernel_size\":5},"
                               "{\"kind\":\"max_pool2d\",\"kernel_size\":2},{\"kind\":\"flatten\"},"
                               "{\"kind\":\"linear\",\"out_features\":1920}]}";
    struct layer_place places[PLACES_MAX];
    size_t count = list_places(LAYER_LARGE, "math fast: memory", places);
    struct weft_network *networks[2] = {NULL, layer_network(wide)};
    ck_assert(network_create_published(&networks[0], NULL) == WEFT_OK);
    for (size_t i = 0; i < 2 * count; i++) {
        struct opencl_backend *cl = open_fast(networks[i % 2], &places[i / 2], 16);
        ck_assert_uint_ge(size_of(cl->fast->matrices), cl->fast->matrices_bytes);
        ck_assert_uint_ge(size_of(cl->fast->temporary), cl->fast->temporary_bytes);
        ck_assert_uint_le(size_of(cl->fast->matrices) + size_of(cl->fast->temporary),
                          (size_t)64 << 20);
        ck_assert_uint_le(planned(cl, 10000), (size_t)64 << 20);
        ck_assert_uint_gt(planned(cl, 10000), planned(cl, 16));
        backend_close(&cl->base);
    }
    network_destroy(networks[0]);
    network_destroy(networks[1]);
}
END_TEST

START_TEST(refused) {
    struct weft_network *network =
        layer_network("{\"input\":[2],\"layers\":[{\"kind\":\"linear\",\"out_features\":2}]}");
    struct backend_options options = {
        .device = "cpu", .math = WEFT_MATH_FAST, .batch = 1, .threads = 1};
    struct backend *backend = NULL;
    struct weft_error error = {0};
    struct layer_place places[PLACES_MAX];
    size_t count = list_places(LAYER_LARGE, "math fast: errors", places);
    ck_assert_int_eq(backend_open(network, &options, &backend, NULL, &error), WEFT_USAGE);
    ck_assert_ptr_null(backend);
    ck_assert_str_eq(error.message, "WEFT_MATH_FAST: CLBlast needs an OpenCL device");
    ck_assert_int_eq(backend_open(network, &options, &backend, NULL, NULL), WEFT_USAGE);
    for (size_t i = 0; i < count; i++) {
        struct opencl_backend *cl = open_fast(network, &places[i], 1);
        struct opencl_product nothing = opencl_fast_forward(cl, &cl->fast->layers[0], 0);
        error = (struct weft_error){0};
        ck_assert_int_eq(opencl_product_enqueue(cl, &nothing, &error), WEFT_BAD_DEVICE);
        ck_assert_str_eq(error.message, "CLBlastSgemm of 2 x 2 and 2 x 0: CLBlastInvalidDimension");
        backend_close(&cl->base);
    }
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, shapes);
    tcase_add_test(tests, published);
    tcase_add_test(tests, training);
    tcase_add_test(tests, memory);
    tcase_add_test(tests, refused);
}

CHECK_MAIN("math_fast", add_tests)

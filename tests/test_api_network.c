/* test_api_network.c: the public functions of networks. */
#include "api_status.h"
#include "check_weft.h"

static struct weft_error *error;
static struct weft_network *network;

static void set_up(void) {
    error = weft_error_create();
    SUCCESS(weft_network_create_published(&network, error));
}

static void tear_down(void) {
    weft_network_destroy(network);
    weft_error_destroy(error);
}

START_TEST(layers) {
    const struct weft_layer *layer = weft_network_layer(network, 0);
    size_t parameters = 0, tensors = 0;
    ck_assert_uint_eq(layer->size, sizeof *layer);
    ck_assert_str_eq(layer->kind, "conv2d");
    ck_assert_str_eq(layer->name, "conv1");
    ck_assert_uint_eq(layer->input[0], 1);
    ck_assert_uint_eq(layer->input[1], 28);
    ck_assert_uint_eq(layer->output[0], 6);
    ck_assert_uint_eq(layer->output[2], 24);
    ck_assert(!layer->flat_input && !layer->flat_output);
    ck_assert_uint_eq(layer->parameters, 6 * 25 + 6);
    ck_assert_uint_eq(layer->flop, 2 * 25 * 6 * 24 * 24);
    for (size_t i = 0; i < weft_network_layers(network); i++) {
        layer = weft_network_layer(network, i);
        ck_assert_uint_eq(layer->first_tensor, tensors);
        parameters += layer->parameters;
        tensors += layer->tensors;
    }
    ck_assert(layer->flat_output);
    ck_assert_uint_eq(layer->output[0], 10);
    ck_assert_uint_eq(parameters, 33250);
    ck_assert_uint_eq(weft_network_parameters(network), 33250);
    ck_assert_uint_eq(weft_network_tensors(network), tensors);
}
END_TEST

START_TEST(tensors) {
    const struct weft_tensor *tensor = weft_network_find(network, "conv2.weight");
    ck_assert_ptr_nonnull(tensor);
    ck_assert_uint_eq(tensor->size, sizeof *tensor);
    ck_assert_str_eq(weft_network_layer(network, tensor->layer)->name, "conv2");
    ck_assert(tensor->trained);
    ck_assert_uint_eq(tensor->rank, 4);
    ck_assert_uint_eq(tensor->shape[1], 6);
    ck_assert_uint_eq(tensor->count, tensor->shape[0] * 6 * 25);
    tensor = weft_network_find(network, "batchN1.running_var");
    ck_assert_ptr_nonnull(tensor);
    ck_assert(!tensor->trained);
    ck_assert_uint_eq(tensor->rank, 1);
    ck_assert_uint_eq(tensor->shape[3], 1);
    for (size_t i = 0; i < weft_network_tensors(network); i++) {
        tensor = weft_network_tensor(network, i);
        ck_assert_ptr_eq(weft_network_find(network, tensor->name), tensor);
    }
}
END_TEST

START_TEST(texts) {
    char *json = weft_network_to_json(network), *pytorch = weft_network_to_pytorch(network);
    char *again;
    struct weft_network *copy;
    ck_assert_ptr_nonnull(strstr(pytorch, "Conv2d(1, 6, kernel_size=(5, 5)"));
    SUCCESS(weft_network_create(json, &copy, error));
    again = weft_network_to_json(copy);
    ck_assert_str_eq(json, again);
    weft_network_destroy(copy);
    weft_free(again);
    weft_free(json);
    weft_free(pytorch);
}
END_TEST

START_TEST(needs) {
    struct weft_needs training = {.size = sizeof training}, forward = {.size = sizeof forward};
    SUCCESS(weft_network_needs(network, 100, false, &training, error));
    SUCCESS(weft_network_needs(network, 100, true, &forward, error));
    ck_assert_uint_gt(training.arrays, forward.arrays);
    ck_assert_uint_gt(training.activations, forward.activations);
    ck_assert_uint_gt(training.flop, forward.flop);
    USAGE(weft_network_needs(network, 0, true, &forward, error),
          "weft_network_needs: batch is 0: it must be 1 to 1000000");
    USAGE(weft_network_needs(network, SIZE_MAX, true, &forward, error), "batch is ");
    USAGE(weft_network_needs(NULL, 1, true, &forward, error), "network is NULL");
    USAGE(weft_network_needs(network, 1, true, NULL, error), "needs is NULL");
}
END_TEST

START_TEST(memory) {
    const struct weft_memory_tensor **list;
    size_t count;
    SUCCESS(weft_network_memory(network, 100, false, &list, &count, error));
    ck_assert_uint_gt(count, weft_network_layers(network));
    ck_assert_str_eq(list[0]->name, "input");
    ck_assert_uint_eq(list[0]->bytes, 112 * 28 * 28 * sizeof(float));
    ck_assert_uint_eq(list[0]->begin, 0);
    ck_assert_uint_eq(list[0]->end, 2 * weft_network_layers(network) + 2);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < i; j++) {
            ck_assert(list[i]->slot != list[j]->slot || list[i]->end < list[j]->begin ||
                      list[j]->end < list[i]->begin);
        }
    }
    weft_free(list);
    SUCCESS(weft_network_memory(network, 100, true, &list, &count, error));
    ck_assert_uint_le(count, weft_network_layers(network) + 1);
    weft_free(list);
    USAGE(weft_network_memory(network, 0, false, &list, &count, error),
          "weft_network_memory: batch is 0: it must be 1 to 1000000");
    ck_assert_ptr_null(list);
    USAGE(weft_network_memory(NULL, 1, false, &list, &count, error), "network is NULL");
    USAGE(weft_network_memory(network, 1, false, NULL, &count, error), "tensors is NULL");
    USAGE(weft_network_memory(network, 1, false, &list, NULL, error), "count is NULL");
}
END_TEST

/* A network of which no machine computes a batch: the number of operations does not wrap around. */
START_TEST(needs_of_a_huge_network) {
    struct weft_needs step = {.size = sizeof step}, one = {.size = sizeof one};
    struct weft_network *huge;
    SUCCESS(weft_network_create("{\"input\": [1, 11585, 11585], \"layers\": [{\"kind\": "
                                "\"conv2d\", \"out_channels\": 1, \"kernel_size\": 5793}]}",
                                &huge, error));
    SUCCESS(weft_network_needs(huge, 1, true, &one, error));
    ck_assert_uint_eq(one.flop, 2 * UINT64_C(5793) * 5793 * 5793 * 5793);
    SUCCESS(weft_network_needs(huge, 1000000, true, &step, error));
    ck_assert_uint_eq(step.flop, UINT64_MAX);
    SUCCESS(weft_network_needs(huge, 8000, true, &step, error));
    ck_assert_uint_eq(step.flop, 8000 * one.flop);
    weft_network_destroy(huge);
}
END_TEST

START_TEST(sizes_of_images) {
    static const size_t right[3] = {1, 28, 28}, turned[3] = {28, 28, 1}, flat[3] = {784, 1, 1};
    struct weft_network *linear;
    SUCCESS(weft_network_check_images(network, right, 10, error));
    SUCCESS(weft_network_check_images(network, right, 0, error));
    USAGE(weft_network_check_images(network, turned, 0, error),
          "weft_network_check_images: network: it takes 1 x 28 x 28, but the images are 28 x 28 x "
          "1");
    USAGE(weft_network_check_images(network, flat, 10, error), "784 x 1 x 1");
    USAGE(weft_network_check_images(network, right, 9, error), "9 classes need a flat output of 9");
    USAGE(weft_network_check_images(network, right, 1, error), "classes is 1");
    USAGE(weft_network_check_images(NULL, right, 10, error), "network is NULL");
    USAGE(weft_network_check_images(network, NULL, 10, error), "shape is NULL");
    for (size_t i = 0; i < 3; i++) {
        size_t shape[3] = {1, 28, 28};
        shape[i] = 0;
        USAGE(weft_network_check_images(network, shape, 10, error),
              "] is 0: it must be 1 to 65536");
        shape[i] = SIZE_MAX;
        USAGE(weft_network_check_images(network, shape, 10, error), ": it must be 1 to 65536");
    }
    SUCCESS(weft_network_create("{\"input\": [784], \"layers\": [{\"kind\": \"linear\", "
                                "\"out_features\": 2}]}",
                                &linear, error));
    SUCCESS(weft_network_check_images(linear, right, 2, error));
    SUCCESS(weft_network_check_images(linear, turned, 0, error));
    USAGE(weft_network_check_images(linear, (size_t[3]){1, 28, 29}, 2, error), "it takes 784");
    weft_network_destroy(linear);
}
END_TEST

START_TEST(wrong_uses) {
    struct weft_network *none = network;
    USAGE(weft_network_create(NULL, &none, error), "weft_network_create: json is NULL");
    ck_assert_ptr_null(none);
    USAGE(weft_network_create("{}", NULL, error), "network is NULL");
    USAGE(weft_network_create_published(NULL, error), "network is NULL");
    expect_status(weft_network_create("", &none, error), error, WEFT_BAD_FILE, "network:1:1: ");
    expect_status(weft_network_create("{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"conv2d\", "
                                      "\"name\": \"big\", \"out_channels\": 1, \"kernel_size\": "
                                      "5}]}",
                                      &none, error),
                  error, WEFT_BAD_FILE, "network:1:33: layer 1 (big): ");
    ck_assert_ptr_null(none);
    ck_assert_ptr_null(weft_network_layer(network, weft_network_layers(network)));
    ck_assert_ptr_null(weft_network_layer(network, SIZE_MAX));
    ck_assert_ptr_null(weft_network_tensor(network, weft_network_tensors(network)));
    ck_assert_ptr_null(weft_network_find(network, "conv9.weight"));
    ck_assert_ptr_null(weft_network_find(network, NULL));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, layers);
    tcase_add_test(tests, tensors);
    tcase_add_test(tests, texts);
    tcase_add_test(tests, memory);
    tcase_add_test(tests, needs);
    tcase_add_test(tests, needs_of_a_huge_network);
    tcase_add_test(tests, sizes_of_images);
    tcase_add_test(tests, wrong_uses);
}

CHECK_MAIN("api_network", add_tests)

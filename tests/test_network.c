/* test_network.c: shapes, names, indices and texts of correct networks. */
#include "check_weft.h"

#include <string.h>

#include "network/network.h"

static struct weft_network *make(const char *list) {
    struct weft_error error = {0};
    struct weft_network *network;
    enum weft_status status = network_create(list, &network, &error);
    ck_assert_msg(status == WEFT_OK, "%s: %s", list, error.message);
    return network;
}

static struct weft_network *make_published(void) {
    struct weft_error error = {0};
    struct weft_network *network;
    ck_assert_int_eq(network_create_published(&network, &error), WEFT_OK);
    return network;
}

START_TEST(published_shapes) {
    static const struct {
        const char *name, *output;
        uint64_t flop;
    } expected[] = {
        {"conv1", "6 x 24 x 24", 172800},
        {"max_pool2d2", "6 x 12 x 12", 0},
        {"relu3", "6 x 12 x 12", 0},
        {"batchN1", "6 x 12 x 12", 0},
        {"conv2", "12 x 8 x 8", 230400},
        {"max_pool2d6", "12 x 4 x 4", 0},
        {"relu7", "12 x 4 x 4", 0},
        {"flatten8", "192", 0},
        {"fc1", "120", 46080},
        {"relu10", "120", 0},
        {"batchN2", "120", 0},
        {"fc2", "60", 14400},
        {"relu13", "60", 0},
        {"out", "10", 1200},
    };
    struct weft_network *network = make_published();
    char text[64];
    ck_assert_uint_eq(network->layer_count, sizeof expected / sizeof expected[0]);
    ck_assert_str_eq(shape_text(network->input, text), "1 x 28 x 28");
    for (size_t i = 0; i < network->layer_count; i++) {
        const struct network_layer *layer = &network->layers[i];
        ck_assert_str_eq(layer->name, expected[i].name);
        ck_assert_str_eq(shape_text(layer->output, text), expected[i].output);
        ck_assert_uint_eq(layer_flop(layer), expected[i].flop);
        if (i > 0) {
            ck_assert_uint_eq(shape_size(layer->input), shape_size(layer[-1].output));
            ck_assert_int_eq(layer->input.flat, layer[-1].output.flat);
        }
    }
    ck_assert_uint_eq(shape_size(network_output(network)), 10);
    network_destroy(network);
}
END_TEST

START_TEST(published_tensors) {
    static const struct {
        const char *name;
        bool trained;
        size_t rank, shape[4], offset;
    } expected[] = {
        {"conv1.weight", true, 4, {6, 1, 5, 5}, 0},
        {"conv1.bias", true, 1, {6, 1, 1, 1}, 150},
        {"batchN1.weight", true, 1, {6, 1, 1, 1}, 156},
        {"batchN1.bias", true, 1, {6, 1, 1, 1}, 162},
        {"batchN1.running_mean", false, 1, {6, 1, 1, 1}, 0},
        {"batchN1.running_var", false, 1, {6, 1, 1, 1}, 6},
        {"conv2.weight", true, 4, {12, 6, 5, 5}, 168},
        {"conv2.bias", true, 1, {12, 1, 1, 1}, 1968},
        {"fc1.weight", true, 2, {120, 192, 1, 1}, 1980},
        {"fc1.bias", true, 1, {120, 1, 1, 1}, 25020},
        {"batchN2.weight", true, 1, {120, 1, 1, 1}, 25140},
        {"batchN2.bias", true, 1, {120, 1, 1, 1}, 25260},
        {"batchN2.running_mean", false, 1, {120, 1, 1, 1}, 12},
        {"batchN2.running_var", false, 1, {120, 1, 1, 1}, 132},
        {"fc2.weight", true, 2, {60, 120, 1, 1}, 25380},
        {"fc2.bias", true, 1, {60, 1, 1, 1}, 32580},
        {"out.weight", true, 2, {10, 60, 1, 1}, 32640},
        {"out.bias", true, 1, {10, 1, 1, 1}, 33240},
    };
    struct weft_network *network = make_published();
    ck_assert_uint_eq(network->tensor_count, sizeof expected / sizeof expected[0]);
    ck_assert_uint_eq(network->parameter_count, 33250);
    ck_assert_uint_eq(network->buffer_count, 252);
    for (size_t i = 0; i < network->tensor_count; i++) {
        const struct network_tensor *tensor = &network->tensors[i];
        const struct network_layer *layer = &network->layers[tensor->layer];
        ck_assert_str_eq(tensor->name, expected[i].name);
        ck_assert_int_eq(tensor->trained, expected[i].trained);
        ck_assert_uint_eq(tensor->rank, expected[i].rank);
        ck_assert_mem_eq(tensor->shape, expected[i].shape, sizeof tensor->shape);
        ck_assert_uint_eq(tensor->offset, expected[i].offset);
        ck_assert_uint_eq(tensor->count, tensor->shape[0] * tensor->shape[1] * tensor->shape[2] *
                                             tensor->shape[3]);
        ck_assert(i >= layer->first_tensor && i < layer->first_tensor + layer->tensors);
        ck_assert_ptr_eq(network_find(network, expected[i].name), tensor);
    }
    ck_assert_ptr_null(network_find(network, "conv1"));
    ck_assert_ptr_null(network_find(network, ""));
    network_destroy(network);
}
END_TEST

START_TEST(published_as_pytorch) {
    struct weft_network *network = make_published();
    char *text = network_to_pytorch(network), expected[4096], path[4096];
    FILE *file;
    size_t length;
    snprintf(path, sizeof path, "%s/tests/vectors/published.txt", source_root());
    file = fopen(path, "rb");
    ck_assert_msg(file != NULL, "%s", path);
    length = fread(expected, 1, sizeof expected - 1, file);
    fclose(file);
    ck_assert_uint_gt(length, 0);
    expected[length - 1] = '\0'; /* the newline at the end of the file */
    ck_assert_str_eq(text, expected);
    free(text);
    network_destroy(network);
}
END_TEST

/* Every argument of every kind, and the text of PyTorch 1.13 for the same layers. */
static const char odd[] =
    "{\"input\": [3, 6, 8], \"layers\": ["
    "{\"kind\": \"conv2d\", \"name\": \"a\", \"out_channels\": 7, \"kernel_size\": [2, 5]}, "
    "{\"kind\": \"max_pool2d\", \"name\": \"b\", \"kernel_size\": 3, \"stride\": 1}, "
    "{\"kind\": \"batch_norm\", \"name\": \"c\", \"eps\": 1e-09, \"momentum\": 1}, "
    "{\"kind\": \"batch_norm\", \"name\": \"d\", \"eps\": 0.00012345, \"momentum\": 0}, "
    "{\"kind\": \"flatten\"}, "
    "{\"kind\": \"batch_norm\", \"eps\": 1, \"momentum\": 0.33333334}, "
    "{\"kind\": \"relu\", \"name\": \"Z_9\"}, "
    "{\"kind\": \"linear\", \"out_features\": 2}]}";

START_TEST(odd_as_pytorch) {
    struct weft_network *network = make(odd);
    char *text = network_to_pytorch(network);
    ck_assert_str_eq(
        text,
        "Network(\n"
        "  (a): Conv2d(3, 7, kernel_size=(2, 5), stride=(1, 1))\n"
        "  (b): MaxPool2d(kernel_size=3, stride=1, padding=0, dilation=1, ceil_mode=False)\n"
        "  (c): BatchNorm2d(7, eps=1e-09, momentum=1.0, affine=True, track_running_stats=True)\n"
        "  (d): BatchNorm2d(7, eps=0.00012345, momentum=0.0, affine=True, "
        "track_running_stats=True)\n"
        "  (batch_norm6): BatchNorm1d(42, eps=1.0, momentum=0.33333334, affine=True, "
        "track_running_stats=True)\n"
        "  (Z_9): ReLU()\n"
        "  (linear8): Linear(in_features=42, out_features=2, bias=True)\n"
        ")");
    free(text);
    network_destroy(network);
}
END_TEST

START_TEST(activations_as_pytorch) {
    struct weft_network *network =
        make("{\"input\": [2, 4, 4], \"layers\": ["
             "{\"kind\": \"leaky_relu\", \"name\": \"a\"}, "
             "{\"kind\": \"sigmoid\", \"name\": \"b\"}, "
             "{\"kind\": \"tanh\", \"name\": \"c\"}, "
             "{\"kind\": \"gelu\", \"name\": \"d\", \"approximate\": \"tanh\"}, "
             "{\"kind\": \"silu\", \"name\": \"e\"}, "
             "{\"kind\": \"dropout\", \"name\": \"f\"}, "
             "{\"kind\": \"dropout\", \"name\": \"g\", \"p\": 1}, "
             "{\"kind\": \"global_avg_pool2d\", \"name\": \"h\"}]}");
    char *text = network_to_pytorch(network);
    ck_assert_str_eq(text, "Network(\n"
                           "  (a): LeakyReLU(negative_slope=0.01)\n"
                           "  (b): Sigmoid()\n"
                           "  (c): Tanh()\n"
                           "  (d): GELU(approximate='tanh')\n"
                           "  (e): SiLU()\n"
                           "  (f): Dropout(p=0.5, inplace=False)\n"
                           "  (g): Dropout(p=1.0, inplace=False)\n"
                           "  (h): AdaptiveAvgPool2d(output_size=1)\n"
                           ")");
    free(text);
    network_destroy(network);
}
END_TEST

/* Names with dots are parts of modules, as in torchvision's networks. */
START_TEST(nested_as_pytorch) {
    struct weft_network *network =
        make("{\"input\": [1, 4, 4], \"layers\": ["
             "{\"kind\": \"conv2d\", \"name\": \"features.0\", \"out_channels\": 2, "
             "\"kernel_size\": 1}, "
             "{\"kind\": \"relu\", \"name\": \"features.1\"}, "
             "{\"kind\": \"relu\"}, "
             "{\"kind\": \"relu\", \"name\": \"features.2\"}, "
             "{\"kind\": \"flatten\", \"name\": \"f\"}, "
             "{\"kind\": \"linear\", \"name\": \"head.a.0\", \"out_features\": 3}, "
             "{\"kind\": \"linear\", \"name\": \"head.b\", \"out_features\": 2}]}");
    char *text = network_to_pytorch(network);
    ck_assert_str_eq(text, "Network(\n"
                           "  (features): Sequential(\n"
                           "    (0): Conv2d(1, 2, kernel_size=(1, 1), stride=(1, 1))\n"
                           "    (1): ReLU()\n"
                           "    (2): ReLU()\n"
                           "  )\n"
                           "  (f): Flatten(start_dim=1, end_dim=-1)\n"
                           "  (head): Sequential(\n"
                           "    (a): Sequential(\n"
                           "      (0): Linear(in_features=32, out_features=3, bias=True)\n"
                           "    )\n"
                           "    (b): Linear(in_features=3, out_features=2, bias=True)\n"
                           "  )\n"
                           ")");
    ck_assert_ptr_nonnull(network_find(network, "features.0.weight"));
    free(text);
    network_destroy(network);
}
END_TEST

static void assert_there_and_back(const char *list, bool same_text) {
    struct weft_network *first = make(list), *second;
    char *text = network_to_json(first), *again;
    second = make(text);
    again = network_to_json(second);
    ck_assert_str_eq(text, again);
    if (same_text) {
        ck_assert_str_eq(text, list);
    }
    ck_assert_uint_eq(first->layer_count, second->layer_count);
    for (size_t i = 0; i < first->layer_count; i++) {
        ck_assert_str_eq(first->layers[i].name, second->layers[i].name);
        ck_assert_int_eq(first->layers[i].named, second->layers[i].named);
        ck_assert_mem_eq(&first->layers[i].as, &second->layers[i].as, sizeof first->layers[i].as);
    }
    free(text);
    free(again);
    network_destroy(first);
    network_destroy(second);
}

START_TEST(json_round_trip) {
    assert_there_and_back(odd, true);
    assert_there_and_back("{\"layers\":[{\"kernel_size\":1,\"kind\":\"conv2d\",\"out_channels\":1},"
                          "{\"kind\":\"max_pool2d\",\"kernel_size\":2},{\"kind\":\"batch_norm\"}],"
                          " \"input\":[2,5,7]}\n",
                          false);
    assert_there_and_back("{\"input\": [5], \"layers\": [{\"kind\": \"relu\"}]}", true);
}
END_TEST

START_TEST(defaults_and_floor) {
    struct weft_network *network = make(
        "{\"input\":[2,5,8],\"layers\":[{\"kind\":\"max_pool2d\",\"kernel_size\":3},"
        "{\"kind\":\"batch_norm\"},{\"kind\":\"max_pool2d\",\"kernel_size\":1,\"stride\":9}]}");
    char text[64];
    ck_assert_uint_eq(network->layers[0].as.max_pool2d.stride.height, 3);
    ck_assert_str_eq(shape_text(network->layers[0].output, text), "2 x 1 x 2");
    ck_assert(network->layers[1].as.batch_norm.eps == 1e-5f);
    ck_assert(network->layers[1].as.batch_norm.momentum == 0.1f);
    ck_assert_str_eq(shape_text(network->layers[2].output, text), "2 x 1 x 1");
    ck_assert_int_eq(network->layers[2].output.flat, false);
    network_destroy(network);
}
END_TEST

/* Newer arguments are not written with their defaults, so that model files of older versions keep
 * their bytes. PyTorch 2.15 prints the same modules. */
START_TEST(notation_of_arguments) {
    struct weft_network *network =
        make("{\"input\": [4, 9, 9], \"layers\": ["
             "{\"kind\": \"conv2d\", \"out_channels\": 4, \"kernel_size\": 3, \"stride\": 1, "
             "\"padding\": [0, 0], \"dilation\": 1, \"groups\": 1, \"bias\": true}, "
             "{\"kind\": \"conv2d\", \"out_channels\": 8, \"kernel_size\": 3, \"stride\": 2, "
             "\"padding\": 1, \"groups\": 4, \"bias\": false}, "
             "{\"kind\": \"conv2d\", \"out_channels\": 4, \"kernel_size\": [2, 1], \"dilation\": "
             "[2, 1]}, "
             "{\"kind\": \"batch_norm\", \"affine\": false}, "
             "{\"kind\": \"max_pool2d\", \"name\": \"p\", \"kernel_size\": [2, 3], \"stride\": 1, "
             "\"padding\": [0, "
             "1]}, {\"kind\": \"avg_pool2d\", \"name\": \"q\", \"kernel_size\": [1, 2]}, "
             "{\"kind\": \"flatten\"}, "
             "{\"kind\": \"linear\", \"out_features\": 2, \"bias\": false}]}");
    char *json = network_to_json(network), *text = network_to_pytorch(network);
    ck_assert_str_eq(
        json, "{\"input\": [4, 9, 9], \"layers\": ["
              "{\"kind\": \"conv2d\", \"out_channels\": 4, \"kernel_size\": 3}, "
              "{\"kind\": \"conv2d\", \"out_channels\": 8, \"kernel_size\": 3, \"stride\": 2, "
              "\"padding\": 1, \"groups\": 4, \"bias\": false}, "
              "{\"kind\": \"conv2d\", \"out_channels\": 4, \"kernel_size\": [2, 1], \"dilation\": "
              "[2, 1]}, "
              "{\"kind\": \"batch_norm\", \"eps\": 1e-05, \"momentum\": 0.1, \"affine\": false}, "
              "{\"kind\": \"max_pool2d\", \"name\": \"p\", \"kernel_size\": [2, 3], \"stride\": 1, "
              "\"padding\": [0, "
              "1]}, {\"kind\": \"avg_pool2d\", \"name\": \"q\", \"kernel_size\": [1, 2], "
              "\"stride\": [1, 2], "
              "\"padding\": 0, \"count_include_pad\": true}, {\"kind\": \"flatten\"}, "
              "{\"kind\": \"linear\", \"out_features\": 2, \"bias\": false}]}");
    ck_assert_str_eq(
        text,
        "Network(\n"
        "  (conv2d1): Conv2d(4, 4, kernel_size=(3, 3), stride=(1, 1))\n"
        "  (conv2d2): Conv2d(4, 8, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1), groups=4, "
        "bias=False)\n"
        "  (conv2d3): Conv2d(8, 4, kernel_size=(2, 1), stride=(1, 1), dilation=(2, 1))\n"
        "  (batch_norm4): BatchNorm2d(4, eps=1e-05, momentum=0.1, affine=False, "
        "track_running_stats=True)\n"
        "  (p): MaxPool2d(kernel_size=(2, 3), stride=1, padding=(0, 1), dilation=1, "
        "ceil_mode=False)\n"
        "  (q): AvgPool2d(kernel_size=(1, 2), stride=(1, 2), padding=0)\n"
        "  (linear8): Linear(in_features=8, out_features=2, bias=False)\n"
        ")");
    /* 8 x 4 x 4 outputs of 9 products each: a channel of the input each. */
    ck_assert_uint_eq(layer_flop(&network->layers[1]), 2 * 8 * 4 * 4 * 9);
    ck_assert_uint_eq(network->layers[1].tensors, 1);
    ck_assert_uint_eq(network->layers[3].tensors, 2);
    ck_assert_ptr_null(network_find(network, "linear8.bias"));
    ck_assert_ptr_nonnull(network_find(network, "batch_norm4.running_var"));
    free(json);
    free(text);
    network_destroy(network);
}
END_TEST

START_TEST(classifier) {
    struct weft_network *network = make_published();
    struct weft_error error = {0};
    ck_assert_int_eq(network_check_classifier(network, 10, NULL), WEFT_OK);
    ck_assert_int_eq(network_check_classifier(network, 9, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "layer 14 (out): the last layer gives 10"));
    ck_assert_int_eq(network_check_classifier(network, 1, NULL), WEFT_USAGE);
    network_destroy(network);
    network = make("{\"input\":[10,1,1],\"layers\":[{\"kind\":\"relu\",\"name\":\"last\"}]}");
    error = (struct weft_error){0};
    ck_assert_int_eq(network_check_classifier(network, 10, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "(last): the last layer gives 10 x 1 x 1"));
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, published_shapes);
    tcase_add_test(tests, published_tensors);
    tcase_add_test(tests, published_as_pytorch);
    tcase_add_test(tests, odd_as_pytorch);
    tcase_add_test(tests, activations_as_pytorch);
    tcase_add_test(tests, nested_as_pytorch);
    tcase_add_test(tests, json_round_trip);
    tcase_add_test(tests, defaults_and_floor);
    tcase_add_test(tests, notation_of_arguments);
    tcase_add_test(tests, classifier);
}

CHECK_MAIN("network", add_tests)

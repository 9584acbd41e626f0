/* test_network_errors.c: every wrong list of layers is an error with the layer and the reason. */
#include "check_weft.h"

#include <string.h>

#include "base/text.h"
#include "network/network.h"

/* Lists have ' in place of ". */
static enum weft_status create(const char *list, struct weft_error *error) {
    struct weft_network *network;
    char *text = malloc(strlen(list) + 1);
    enum weft_status status;
    strcpy(text, list);
    for (char *at = text; (at = strchr(at, '\'')) != NULL;) {
        *at = '"';
    }
    status = network_create(text, &network, error);
    ck_assert((status == WEFT_OK) == (network != NULL));
    network_destroy(network);
    free(text);
    return status;
}

static void assert_refused(const char *list, const char *part) {
    struct weft_error error = {0};
    enum weft_status status = create(list, &error);
    ck_assert_msg(status == WEFT_BAD_FILE, "%s gives %d", list, status);
    ck_assert_msg(strstr(error.message, part) != NULL, "\"%s\" does not say \"%s\"", error.message,
                  part);
    ck_assert_int_eq(create(list, NULL), WEFT_BAD_FILE);
}

/* A list of one layer on an input of 3 x 4 x 8. */
static void assert_layer_refused(const char *layer, const char *part) {
    char list[1024];
    snprintf(list, sizeof list, "{'input': [3, 4, 8], 'layers': [%s]}", layer);
    assert_refused(list, part);
}

START_TEST(not_a_list) {
    assert_refused("", "network:1:1: not JSON: unexpected token");
    assert_refused("{'input': [1], 'layers': [{'kind': 'relu'}]} x",
                   "end of file expected near 'x'");
    assert_refused("[]", "an object");
    assert_refused("{'input': [1], 'layers': [{'kind': 'relu'}], 'classes': 10}",
                   "unknown member \"classes\"");
    assert_refused("{'input': [1], 'input': [1], 'layers': [{'kind': 'relu'}]}",
                   "duplicate object key near '\"input\"'");
    assert_refused("{'input': [1]}", "layers: a list");
    assert_refused("{'input': [1], 'layers': []}", "layers: a list of 1 to 1024");
    assert_refused("{'input': [1], 'layers': {'kind': 'relu'}}", "layers: a list");
    assert_refused("{'input': [1], 'layers': ['relu']}", "layer 1: an object");
}
END_TEST

START_TEST(wrong_input) {
    static const char *const inputs[] = {"",
                                         "'input': [],",
                                         "'input': [1, 2],",
                                         "'input': 3,",
                                         "'input': [0],",
                                         "'input': [1.5],",
                                         "'input': [-1],",
                                         "'input': [65537],",
                                         "'input': ['1'],",
                                         "'input': [1, 2, 3, 4],",
                                         "'input': [1e300],"};
    for (size_t i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        char list[256];
        snprintf(list, sizeof list, "{%s 'layers': [{'kind': 'relu'}]}", inputs[i]);
        assert_refused(list, "input: [channels, height, width] or [features] was expected");
    }
    assert_refused("{'input': [65536, 65536, 65536], 'layers': [{'kind': 'relu'}]}",
                   "input: 65536 x 65536 x 65536 is more than 134217727 numbers");
    assert_refused("{'input': [32768, 64, 64], 'layers': [{'kind': 'relu'}]}",
                   "input: 32768 x 64 x 64 is more than 134217727 numbers");
    ck_assert_int_eq(create("{'input': [32767, 64, 64], 'layers': [{'kind': 'relu'}]}", NULL),
                     WEFT_OK);
}
END_TEST

START_TEST(unknown_things) {
    assert_layer_refused("{'out_channels': 3}", "layer 1: unknown kind \"\": known are conv2d,");
    assert_layer_refused("{'kind': 7}", "layer 1: unknown kind");
#define LAYER(KIND, name) ", " #name
    static const char names[] =
#include "network/layers.def"
        ;
    char known[512];
    snprintf(known, sizeof known, "unknown kind \"conv3d\": known are %s", names + 2);
    assert_layer_refused("{'kind': 'conv3d'}", known);
    assert_layer_refused("{'kind': '\\u001b[31m'}", "unknown kind \"?[31m\"");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': 1, 'out_channels': 1, 'pad': 1}",
                         "layer 1 (conv2d1): unknown argument \"pad\": conv2d knows "
                         "out_channels, kernel_size, stride, padding, dilation, groups, bias, "
                         "name, inputs");
    assert_layer_refused("{'kind': 'relu', 'inplace': true}", "relu knows name, inputs");
    assert_layer_refused("{'kind': 'relu', 'kind': 'relu'}",
                         "duplicate object key near '\"kind\"'");
    assert_layer_refused("{'kind': 'relu', 'Name': 'x'}", "unknown argument \"Name\"");
}
END_TEST

START_TEST(wrong_inputs) {
    static const char *const rows[][2] = {
        {"{'kind': 'relu', 'inputs': ['relu2']}, {'kind': 'relu'}",
         "layer 1 (relu1): inputs: no layer before this one is called \"relu2\""},
        {"{'kind': 'relu', 'inputs': ['relu1']}", "no layer before this one is called \"relu1\""},
        {"{'kind': 'relu', 'name': 'first'}, {'kind': 'relu', 'inputs': ['frist']}",
         "network:1:96: layer 2 (relu2): inputs: no layer before this one is called \"frist\""},
        {"{'kind': 'relu', 'inputs': 'input'}", "relu1): inputs: relu reads a list of one name"},
        {"{'kind': 'relu', 'inputs': []}", "inputs: relu reads a list of one name"},
        {"{'kind': 'relu', 'inputs': ['input', 'input']}", "inputs: relu reads a list of one name"},
        {"{'kind': 'relu', 'inputs': [1]}",
         "inputs: the name of a layer, or \"input\", was expected"},
        {"{'kind': 'relu', 'inputs': ['\\u001b[31m']}", "is called \"?[31m\""},
        {"{'kind': 'add'}", "layer 1 (add1): inputs: add reads a list of 2 to 16 names"},
        {"{'kind': 'concat', 'inputs': ['input']}", "inputs: concat reads a list of 2 to 16 names"},
        {"{'kind': 'add', 'inputs': ['input', 'input', 'input', 'input', 'input', 'input', "
         "'input', "
         "'input', 'input', 'input', 'input', 'input', 'input', 'input', 'input', 'input', "
         "'input']}",
         "inputs: add reads a list of 2 to 16 names"},
        {"{'kind': 'relu'}, {'kind': 'relu', 'name': 'b'}, {'kind': 'relu', 'inputs': ['relu1']}",
         "layer 2 (b): no layer reads its output"},
        {"{'kind': 'max_pool2d', 'name': 'p', 'kernel_size': 2}, "
         "{'kind': 'add', 'inputs': ['p', 'input']}",
         "layer 2 (add2): add needs inputs of the same shape, but that of p is 3 x 2 x 4, and that "
         "of input is 3 x 4 x 8"},
        {"{'kind': 'flatten', 'name': 'f'}, {'kind': 'concat', 'inputs': ['input', 'f']}",
         "layer 2 (concat2): concat needs inputs of the same height and width, but the shape of "
         "input is 3 x 4 x 8, and that of f is 96"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_layer_refused(rows[i][0], rows[i][1]);
    }
}
END_TEST

START_TEST(wrong_arguments) {
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': 1}", "out_channels: it is missing");
    assert_layer_refused("{'kind': 'conv2d', 'out_channels': 1}", "kernel_size: it is missing");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': 1, 'out_channels': 0}",
                         "out_channels: a whole number from 1");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': 1, 'out_channels': 2147483648}",
                         "out_channels: a whole number from 1 to 2147483647");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': [1], 'out_channels': 1}",
                         "kernel_size: a number or [height, width]");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': [1, 2, 3], 'out_channels': 1}",
                         "kernel_size: a number or [height, width]");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': [1, 0.5], 'out_channels': 1}",
                         "kernel_size: a whole number");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': null, 'out_channels': 1}",
                         "kernel_size: a whole number");
    assert_layer_refused("{'kind': 'max_pool2d', 'kernel_size': 0}", "kernel_size: a whole");
    assert_layer_refused("{'kind': 'avg_pool2d', 'kernel_size': 2, 'padding': -1}",
                         "padding: a whole number from 0");
    assert_layer_refused("{'kind': 'avg_pool2d', 'kernel_size': 2, 'count_include_pad': 1}",
                         "count_include_pad: true or false was expected");
    assert_layer_refused("{'kind': 'avg_pool2d', 'kernel_size': 3, 'padding': 2}",
                         "the padding 2 is more than half of the window 3 x 3");
    assert_layer_refused("{'kind': 'max_pool2d', 'kernel_size': [2, 3], 'padding': [1, 2]}",
                         "the padding (1, 2) is more than half of the window 2 x 3");
    assert_layer_refused("{'kind': 'max_pool2d', 'kernel_size': 2, 'stride': 0}",
                         "stride: a whole");
    assert_layer_refused("{'kind': 'max_pool2d', 'kernel_size': [2]}",
                         "kernel_size: a number or [height, width]");
    assert_layer_refused("{'kind': 'conv2d', 'out_channels': 1, 'kernel_size': 1, 'stride': "
                         "[1, 0]}",
                         "stride: a whole number from 1");
    assert_layer_refused("{'kind': 'conv2d', 'out_channels': 1, 'kernel_size': 1, 'dilation': 0}",
                         "dilation: a whole number from 1");
    assert_layer_refused("{'kind': 'conv2d', 'out_channels': 1, 'kernel_size': 1, 'bias': 0}",
                         "bias: true or false was expected");
    assert_layer_refused("{'kind': 'conv2d', 'out_channels': 3, 'kernel_size': 1, 'groups': 2}",
                         "groups: 2 does not divide both the 3 channels of the input and "
                         "out_channels, 3");
    assert_layer_refused("{'kind': 'conv2d', 'out_channels': 4, 'kernel_size': 1, 'groups': 3}",
                         "groups: 3 does not divide both");
    assert_layer_refused("{'kind': 'linear'}", "layer 1 (linear1): out_features: it is missing");
    assert_layer_refused("{'kind': 'batch_norm', 'eps': 0}", "eps: a number from 1e-09 to 1");
    assert_layer_refused("{'kind': 'batch_norm', 'eps': 1.001}", "eps: a number");
    assert_layer_refused("{'kind': 'batch_norm', 'eps': '1e-5'}", "eps: a number");
    assert_layer_refused("{'kind': 'batch_norm', 'momentum': -0.1}", "momentum: a number from 0");
    assert_layer_refused("{'kind': 'batch_norm', 'momentum': 1e300}", "momentum: a number");
    assert_layer_refused("{'kind': 'batch_norm', 'momentum': 1e999}",
                         "real number overflow near '1e999'");
}
END_TEST

START_TEST(wrong_names) {
    assert_layer_refused("{'kind': 'relu', 'name': ''}", "layer 1: name: 1 to 63 letters");
    assert_layer_refused("{'kind': 'relu', 'name': 3}", "layer 1: name: 1 to 63 letters");
    assert_layer_refused("{'kind': 'relu', 'name': '.b'}", ".b");
    assert_layer_refused("{'kind': 'relu', 'name': 'a.'}", "a.");
    assert_layer_refused("{'kind': 'relu', 'name': 'a..b'}", "a..b");
    assert_layer_refused("{'kind': 'relu', 'name': 'a/b'}", "a/b");
    assert_layer_refused("{'kind': 'relu', 'name': 'input'}", "not \"input\": input");
    assert_layer_refused("{'kind': 'relu', 'name': "
                         "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'}",
                         "name: 1 to 63");
    assert_layer_refused("{'kind': 'relu', 'name': 'a'}, {'kind': 'relu', 'name': 'a'}",
                         "layer 2 (a): layer 1 has the same name");
    assert_layer_refused("{'kind': 'relu', 'name': 'relu2'}, {'kind': 'relu'}",
                         "layer 2 (relu2): layer 1 has the same name");
    assert_layer_refused("{'kind': 'relu'}, {'kind': 'relu', 'name': 'relu1'}",
                         "layer 2 (relu1): layer 1 has the same name");
}
END_TEST

START_TEST(layers_that_do_not_fit) {
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': 5, 'out_channels': 1}",
                         "layer 1 (conv2d1): the kernel 5 x 5 is larger than its input 3 x 4 x 8");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': [4, 9], 'out_channels': 1}",
                         "the kernel 4 x 9 is larger than its input 3 x 4 x 8");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': [4, 3], 'out_channels': 1, "
                         "'dilation': 2, 'padding': 1}",
                         "the kernel 4 x 3, dilated, is larger than its input 3 x 4 x 8 with its "
                         "padding");
    assert_layer_refused("{'kind': 'conv2d', 'kernel_size': 1, 'out_channels': 1, 'padding': "
                         "67108863}",
                         "the input 3 x 4 x 8 with the padding 67108863 x 67108863 is larger than "
                         "134217727");
    assert_layer_refused("{'kind': 'relu'}, {'kind': 'max_pool2d', 'name': 'p', 'kernel_size': 5}",
                         "layer 2 (p): the window 5 x 5 is larger than its input 3 x 4 x 8");
    assert_refused("{'input': [1, 4, 2], 'layers': [{'kind': 'max_pool2d', 'kernel_size': 3}]}",
                   "the window 3 x 3 is larger than its input 1 x 4 x 2");
    assert_layer_refused("{'kind': 'linear', 'out_features': 2}",
                         "its input is 3 x 4 x 8: put a flatten layer before it");
    assert_layer_refused("{'kind': 'flatten'}, "
                         "{'kind': 'conv2d', 'kernel_size': 1, 'out_channels': 1}",
                         "layer 2 (conv2d2): conv2d needs channels x height x width, but its input "
                         "is flat: 96");
    assert_layer_refused("{'kind': 'flatten'}, {'kind': 'max_pool2d', 'kernel_size': 1}",
                         "max_pool2d needs channels x height x width");
}
END_TEST

/* Asserts that a network with "first" and ${layer} is refused at the place that @ marks. */
static void assert_place(const char *layer, const char *message, const char *hint) {
    struct weft_error error = {0};
    char list[512], expected[256], *mark;
    size_t line = 1, column = 1;
    snprintf(list, sizeof list,
             "{'input': [3, 4, 8], 'layers': [\n  {'kind': 'relu', 'name': 'first'},\n  %s]}",
             layer);
    mark = strchr(list, '@');
    for (const char *at = list; at < mark; at++) {
        line += *at == '\n';
        column = *at == '\n' ? 1 : column + ((unsigned char)*at >> 6 != 2); /* not inside UTF-8 */
    }
    memmove(mark, mark + 1, strlen(mark));
    snprintf(expected, sizeof expected, "network:%zu:%zu: %s", line, column, message);
    ck_assert_int_eq(create(list, &error), WEFT_BAD_FILE);
    ck_assert_msg(strncmp(error.message, expected, strlen(expected)) == 0,
                  "\"%s\" does not begin with \"%s\"", error.message, expected);
    ck_assert_str_eq(error.hint, hint);
}

START_TEST(places) {
    static const struct {
        const char *layer, *message, *hint;
    } cases[] = {
        {"@{'kind': 'conv2d', 'out_channels': 1, 'kernel_size': 5}",
         "layer 2 (conv2d2): the kernel 5 x 5 is larger than its input 3 x 4 x 8", ""},
        {"@{'kind': 'conv2d', 'out_channels': 1}", "layer 2 (conv2d2): kernel_size: it is missing",
         ""},
        {"{'kind': 'conv2d', 'kernel_size': 1, 'out_channels': @'many'}",
         "layer 2 (conv2d2): out_channels: a whole number", ""},
        {"{'kind': 'conv2d', 'out_channels': 1, 'kernel_size': [1, @0]}",
         "layer 2 (conv2d2): kernel_size: a whole number", ""},
        {"{'kind': 'conv2d', 'out_channels': 1, 'kernel_size': @[1]}",
         "layer 2 (conv2d2): kernel_size: a number or [height, width]", ""},
        {"{'kind': 'avg_pool2d', 'kernel_size': 2,\n\t'count_include_pad':\n   @1}",
         "layer 2 (avg_pool2d2): count_include_pad: true or false", ""},
        {"{'kind': 'max_pool2d', @'kernel_sise': 2}",
         "layer 2 (max_pool2d2): unknown argument \"kernel_sise\"", "did you mean kernel_size?"},
        {"@{'kind': 'gelu'}", "layer 2 (gelu2): approximate: \"tanh\" was expected", ""},
        {"{'kind': 'gelu', 'approximate': @'none'}",
         "layer 2 (gelu2): approximate: \"tanh\" was expected, the only form that is supported "
         "(PyTorch's default is \"none\")",
         ""},
        {"{'kind': 'relu', @'': 2}", "layer 2 (relu2): unknown argument \"\"", ""},
        {"{'kind': 'relu', @'nmae': 'a'}", "layer 2 (relu2): unknown argument \"nmae\"",
         "did you mean name?"},
        {"{'name': '\xc3\xa9\xe2\x82\xac', 'kind': @'batchnorm'}",
         "layer 2: unknown kind \"batchnorm\"", "did you mean batch_norm?"},
        {"@{'name': 'a'}", "layer 2: unknown kind \"\"", ""},
        {"@'relu'", "layer 2: an object", ""},
        {"{'kind': 'relu', 'name': @'\xc3\xa9'}", "layer 2: name: 1 to 63 letters", ""},
        {"{'kind': 'relu', 'name': @'first'}",
         "layer 2 (first): layer 1 has the same name (line 2, column 28)", ""},
        {"{'kind': 'relu'}, {'kind': 'relu', 'name': @'relu2'}",
         "layer 3 (relu2): layer 2 has the same name (line 3, column 3)", ""},
        {"{'kind': 'add', 'inputs': ['first', @'frist']}",
         "layer 2 (add2): inputs: no layer before this one is called \"frist\"",
         "did you mean first?"},
        {"{'kind': 'add', 'inputs': ['first', @7]}", "layer 2 (add2): inputs: the name of a", ""},
        {"{'kind': 'relu', 'inputs': @['first', 'first']}",
         "layer 2 (relu2): inputs: relu reads a list of one", ""},
        {"@{'kind': 'add'}", "layer 2 (add2): inputs: add reads a list of 2 to 16", ""},
        {"{'kind': 'flatten'}, @{'kind': 'add', 'inputs': ['flatten2', 'first']}",
         "layer 3 (add3): add needs inputs of the same shape, but that of flatten2 is 96, and that "
         "of first is 3 x 4 x 8",
         ""},
        {"@{'kind': 'relu'}, {'kind': 'relu', 'inputs': ['first']}",
         "layer 2 (relu2): no layer reads its output", ""},
        {"{'kind': 'flatten'}], @'extra': [{}", "unknown member \"extra\"", ""},
        {"{'kind': @: 1}", "not JSON: unexpected token near ':'", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        assert_place(cases[i].layer, cases[i].message, cases[i].hint);
    }
    assert_refused("{'layers': [\n], 'input': [1, 0]}", "network:2:13: input: ");
    assert_refused("\n {'layers': []}", "network:2:2: input: ");
    assert_refused("{'input': [1],\n 'layers':\n []}", "network:3:2: layers: ");
    assert_refused(" []", "network:1:2: an object");
}
END_TEST

START_TEST(long_list) {
    struct weft_error error = {0};
    struct text list = {0};
    char *text;
    text_add(&list, "{'input': [8], 'layers': [");
    for (int i = 0; i < 1023; i++) {
        text_add(&list, "{'kind': 'batch_norm', 'name': 'a.rather.long.name.of.layer.%d'},\n", i);
    }
    text_add(&list, "{'kind': 'batch_norm', 'epz': 1}]}");
    text = text_take(&list);
    ck_assert_int_eq(create(text, &error), WEFT_BAD_FILE);
    ck_assert_msg(strncmp(error.message, "network:1024:24: layer 1024 (batch_norm1024): ", 46) == 0,
                  "%s", error.message);
    free(text);
}
END_TEST

START_TEST(too_large) {
    assert_refused("{'input': [1, 10000, 10000], 'layers': "
                   "[{'kind': 'conv2d', 'kernel_size': 1, 'out_channels': 2}]}",
                   "the output: 2 x 10000 x 10000 is more than 134217727 numbers");
    assert_refused("{'input': [2, 8192, 8191], 'layers': "
                   "[{'kind': 'flatten'}, {'kind': 'linear', 'out_features': 134217727}]}",
                   "linear2.weight, 134217727 x 134201344 x 1 x 1, makes the network larger");
    assert_refused("{'input': [32768], 'layers': [{'kind': 'linear', 'out_features': 65534}, "
                   "{'kind': 'linear', 'out_features': 1}]}",
                   "linear2.weight");
    /* The maximum size: 65534 x 32768 + 65534 is below 2^31. */
    ck_assert_int_eq(create("{'input': [32768], 'layers': [{'kind': 'linear', "
                            "'out_features': 65534}]}",
                            NULL),
                     WEFT_OK);
}
END_TEST

START_TEST(too_many) {
    enum { COUNT = 1025, BYTES = 64 + COUNT * 20 };
    char *list = malloc(BYTES);
    size_t length = (size_t)sprintf(list, "{'input': [1], 'layers': [");
    for (int i = 0; i < COUNT; i++) {
        length += (size_t)sprintf(list + length, "%s{'kind': 'relu'}", i > 0 ? "," : "");
        if (i == COUNT - 2) {
            char *good = malloc(BYTES);
            sprintf(good, "%s]}", list);
            ck_assert_int_eq(create(good, NULL), WEFT_OK);
            free(good);
        }
    }
    strcpy(list + length, "]}");
    assert_refused(list, "layers: a list of 1 to 1024 layers");
    free(list);
    list = malloc(2000000);
    memset(list, ' ', 2000000);
    list[1999999] = '\0';
    assert_refused(list, "network: the list has more than 1048576 bytes");
    free(list);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, not_a_list);
    tcase_add_test(tests, wrong_input);
    tcase_add_test(tests, unknown_things);
    tcase_add_test(tests, wrong_inputs);
    tcase_add_test(tests, wrong_arguments);
    tcase_add_test(tests, wrong_names);
    tcase_add_test(tests, layers_that_do_not_fit);
    tcase_add_test(tests, places);
    tcase_add_test(tests, long_list);
    tcase_add_test(tests, too_large);
    tcase_add_test(tests, too_many);
}

CHECK_MAIN("network_errors", add_tests)

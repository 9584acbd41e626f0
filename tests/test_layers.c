/* test_layers.c: every kind of layer has what CONTRIBUTING.md requires: its files, its test, its
 * section in the contract. */
#include "backend/cpu/level.h"
#include "check_weft.h"
#include "network/layer.h"
#include "network/network.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LAYER(KIND, name) #name,
static const char *const names[] = {
#include "network/layers.def"
};

/* Returns the text of ${file} in the source folder. */
static char *read_source(const char *file) {
    const char *source = getenv("WEFT_SOURCE");
    char path[4096];
    static char text[1 << 20];
    FILE *stream;
    snprintf(path, sizeof path, "%s/%s", source != NULL ? source : ".", file);
    stream = fopen(path, "rb");
    ck_assert_msg(stream != NULL, "%s is missing", path);
    text[fread(text, 1, sizeof text - 1, stream)] = '\0';
    fclose(stream);
    return text;
}

/* Fails unless ${file} has ${words}. */
static void expect_text(const char *file, const char *words) {
    ck_assert_msg(strstr(read_source(file), words) != NULL, "%s does not have \"%s\"", file, words);
}

START_TEST(files) {
    static const char *const folders[] = {"src/network/%s.c", "src/backend/cpu/%s.c",
                                          "src/backend/opencl/%s.c", "cl/%s.cl", "tests/test_%s.c"};
    char text[128];
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        snprintf(text, sizeof text, folders[i], names[_i]);
        read_source(text);
    }
    snprintf(text, sizeof text, "  '%s': [", names[_i]);
    expect_text("tests/meson.build", text);
}
END_TEST

/* The list of files, and the order of its sums or the choice that it makes. */
START_TEST(contract) {
    char text[128];
    snprintf(text, sizeof text, "`%s.cl`", names[_i]);
    expect_text("cl/README.md", text);
    snprintf(text, sizeof text, "| %s", names[_i]);
    expect_text("cl/README.md", text);
}
END_TEST

/* The kind says what the reference reads of the forward values in a backward pass; a plan of the
 * memory relies on it (network/lifetimes.h). */
START_TEST(backward_reads) {
    const struct layer_kind *kind = layer_kinds[_i];
    const struct cpu_layer *reference = cpu_level_0.layers[_i];
    if (reference->gradients != NULL || reference->backward_reads_input) {
        ck_assert(kind->backward_reads_input);
    }
    ck_assert(kind->backward_reads_output == reference->backward_reads_output);
}
END_TEST

/* The example of the kind is a valid layer, and all its arguments are written and read back. */
START_TEST(example) {
    struct weft_network *network, *again;
    struct weft_error error;
    const struct layer_argument *argument = layer_kinds[_i]->arguments;
    char *json = kind_example((enum layer_kind_id)_i), *written, *rewritten;
    ck_assert_ptr_nonnull(json);
    ck_assert_msg(network_create(json, &network, &error) == WEFT_OK, "%s", error.message);
    ck_assert_ptr_nonnull(strstr(json, names[_i]));
    written = network_to_json(network);
    for (; argument->name != NULL; argument++) {
        char member[64];
        snprintf(member, sizeof member, "\"%s\": ", argument->name);
        ck_assert_msg(strstr(json, member) != NULL, "the example has no %s", argument->name);
        ck_assert_msg(strstr(written, member) != NULL, "%s is not written", argument->name);
    }
    ck_assert_msg(network_create(written, &again, &error) == WEFT_OK, "%s", error.message);
    rewritten = network_to_json(again);
    ck_assert_str_eq(written, rewritten);
    network_destroy(network);
    network_destroy(again);
    free(json);
    free(written);
    free(rewritten);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, files, 0, LAYER_KIND_COUNT);
    tcase_add_loop_test(tests, contract, 0, LAYER_KIND_COUNT);
    tcase_add_loop_test(tests, example, 0, LAYER_KIND_COUNT);
    tcase_add_loop_test(tests, backward_reads, 0, LAYER_KIND_COUNT);
}
CHECK_MAIN("layers", add_tests)

/* test_source.c: the source of the OpenCL program: each layer's macros end with its file, and equal
 * layers share kernels. */
#include "backend/opencl/fusions.h"
#include "backend/opencl/kernels.h"
#include "backend/opencl/phases.h"
#include "backend/opencl/share.h"
#include "backend/opencl/source.h"
#include "check_weft.h"
#include "layer_case.h"
#include "network/layer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct work_group_limits limits = {
    .items = 1024, .sizes = {1024, 1024, 1024}, .local_memory = 32768, .units = 2};

/* Makes the source for ${network}; the caller frees it. */
static char *make_source(const struct weft_network *network, enum weft_mapping mapping,
                         bool apart) {
    struct opencl_groups groups;
    struct opencl_kernels kernels;
    struct text text = {0};
    struct weft_error error;
    ck_assert_int_eq(opencl_groups_make(network, 16, mapping, apart, &groups, &error), WEFT_OK);
    ck_assert_int_eq(opencl_kernels_make(&groups, &limits, false, apart, &kernels, &error),
                     WEFT_OK);
    ck_assert_int_eq(opencl_share(&groups, &kernels, &error), WEFT_OK);
    ck_assert_int_eq(opencl_source_make(&kernels, NULL, &text, &error), WEFT_OK);
    free(groups.list);
    free(kernels.list);
    return text.bytes;
}

/* Fails unless every macro between ${begin} and ${end} is undefined there after its definition. */
static void check_macros(const char *begin, const char *end) {
    size_t count = 0;
    for (const char *line = begin; line < end; line += strcspn(line, "\n") + 1) {
        char name[64], undef[80];
        const char *found;
        if (strncmp(line, "#define ", 8) == 0 && sscanf(line + 8, "%63[A-Za-z0-9_]", name) == 1) {
            snprintf(undef, sizeof undef, "\n#undef %s\n", name);
            found = strstr(line, undef);
            ck_assert_msg(found != NULL && found < end, "%s is defined after its layer", name);
            count++;
        }
    }
    ck_assert_uint_gt(count, 5);
}

START_TEST(macros_end_with_their_layer) {
    struct weft_network *network;
    char *source;
    const char *layer, *next;
    ck_assert_int_eq(network_create_published(&network, NULL), WEFT_OK);
    source = make_source(network, _i % 2 == 0 ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU, _i / 2 == 0);
    layer = strstr(source, "\n/* layer 1: conv1 */\n");
    ck_assert_ptr_nonnull(layer);
    for (; layer != NULL; layer = next) {
        next = strstr(layer + 1, "\n/* layer ");
        check_macros(layer + 1, next != NULL ? next + 1 : source + strlen(source));
    }
    free(source);
    network_destroy(network);
}
END_TEST

static size_t count_text(const char *text, const char *part) {
    size_t count = 0;
    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        count++;
    }
    return count;
}

/* Returns the functions of the phases of ${network}. */
static size_t count_phases(const struct weft_network *network) {
    struct opencl_groups groups;
    struct opencl_kernels kernels;
    struct opencl_phases phases;
    struct weft_error error;
    size_t count = 0;
    ck_assert_int_eq(opencl_groups_make(network, 16, WEFT_MAPPING_CPU, false, &groups, &error),
                     WEFT_OK);
    ck_assert_int_eq(opencl_kernels_make(&groups, &limits, false, false, &kernels, &error),
                     WEFT_OK);
    ck_assert_int_eq(opencl_share(&groups, &kernels, &error), WEFT_OK);
    ck_assert_int_eq(opencl_phases_make(&groups, false, 16, limits.units, &phases, &error),
                     WEFT_OK);
    for (size_t i = 0; i < phases.count; i++) {
        count += phases.list[i].same == i;
    }
    opencl_phases_finish(&phases);
    free(groups.list);
    free(kernels.list);
    return count;
}

/* A network of many equal blocks has the kernels of one of a few, and no more functions, in each
 * mapping, fused or not. */
START_TEST(equal_layers_share) {
    const enum weft_mapping mapping = _i % 2 == 0 ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU;
    const size_t blocks[] = {3, 40};
    const char *const parts[] = {"kernel void ", "\n/* layer "};
    size_t counts[2][2], phases[2];
    for (size_t i = 0; i < 2; i++) {
        struct weft_network *network = layer_network_of_blocks(blocks[i], 8);
        char *source = make_source(network, mapping, _i / 2 == 0);
        phases[i] = count_phases(network);
        for (size_t p = 0; p < 2; p++) {
            counts[i][p] = count_text(source, parts[p]);
        }
        free(source);
        network_destroy(network);
    }
    ck_assert_uint_eq(counts[0][0], counts[1][0]);
    ck_assert_uint_eq(counts[0][1], counts[1][1]);
    ck_assert_uint_gt(counts[0][0], counts[0][1]);
    ck_assert_uint_eq(phases[0], phases[1]);
}
END_TEST

/* Layers that differ in a shape or an argument share nothing. */
START_TEST(other_layers_differ) {
    static const char *const seconds[] = {"\"padding\": 1", "\"padding\": 1, \"dilation\": 1",
                                          "\"padding\": 1, \"bias\": false",
                                          "\"padding\": 2, \"dilation\": 2"};
    for (size_t i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        struct text list = {0};
        struct weft_network *network;
        char *source;
        text_add(&list,
                 "{\"input\": [2, 6, 6], \"layers\": [{\"kind\": \"conv2d\", \"out_channels\": 2, "
                 "\"kernel_size\": 3, \"padding\": 1}, {\"kind\": \"conv2d\", \"out_channels\": 2, "
                 "\"kernel_size\": 3, %s}]}",
                 seconds[i]);
        network = layer_network(list.bytes);
        source = make_source(network, _i == 0 ? WEFT_MAPPING_CPU : WEFT_MAPPING_GPU, false);
        ck_assert_uint_eq(count_text(source, "\n/* layer "), i < 2 ? 1 : 2);
        free(source);
        free(list.bytes);
        network_destroy(network);
    }
}
END_TEST

/* A kind says what its functions read of the forward values in a backward pass. */
START_TEST(backward_reads) {
    const struct opencl_layer *layer = opencl_layer_of((enum layer_kind_id)_i);
    bool input = false, output = false;
    for (size_t f = 0; f < layer->function_count; f++) {
        const enum opencl_argument *arguments = layer->functions[f].arguments;
        const bool backward = (layer->functions[f].passes & PASS_BACKWARD) != 0;
        for (size_t a = 0; backward && arguments[a] != ARG_END; a++) {
            input = input || arguments[a] == ARG_INPUT;
            output = output || arguments[a] == ARG_OUTPUT;
        }
    }
    ck_assert_msg(layer_kinds[_i]->backward_reads_input == input, "%s",
                  layer_kind_name((enum layer_kind_id)_i));
    ck_assert_msg(layer_kinds[_i]->backward_reads_output == output, "%s",
                  layer_kind_name((enum layer_kind_id)_i));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_loop_test(tests, backward_reads, 0, LAYER_KIND_COUNT);
    tcase_add_loop_test(tests, macros_end_with_their_layer, 0, 4);
    tcase_add_loop_test(tests, equal_layers_share, 0, 4);
    tcase_add_loop_test(tests, other_layers_differ, 0, 2);
}
CHECK_MAIN("source", add_tests)

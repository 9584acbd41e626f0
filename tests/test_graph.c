/* test_graph.c: networks whose layers read several tensors, or the same one: which layers read
 * what, gradients by finite differences, equal bits at every place. */
#include "base/text.h"
#include "check_weft.h"
#include "layer_case.h"
#include "layer_differences.h"
#include "layer_vectors.h"
#include "network/layer.h"
#include "network/lifetimes.h"
#include "training_case.h"

#include <string.h>

#define CONV(name, channels, input)                                                                \
    "{\"kind\": \"conv2d\", \"name\": \"" name "\", \"out_channels\": " #channels                  \
    ", \"kernel_size\": 1, \"inputs\": [\"" input "\"]},"

/* Forks, a residual block with batch norm, the input read by four layers, a tensor that a layer
 * reads twice, concat of three, a fork of a flat tensor. */
static const char forks[] =
    "{\"input\": [2, 6, 5], \"layers\": ["
    "{\"kind\": \"conv2d\", \"name\": \"stem\", \"out_channels\": 3, \"kernel_size\": 1},"
    "{\"kind\": \"batch_norm\", \"name\": \"norm\"},"
    "{\"kind\": \"relu\", \"name\": \"act\"},"
    "{\"kind\": \"conv2d\", \"name\": \"branch\", \"out_channels\": 3, \"kernel_size\": 1},"
    "{\"kind\": \"batch_norm\", \"name\": \"norm2\"},"
    "{\"kind\": \"add\", \"name\": \"sum\", \"inputs\": [\"norm2\", \"act\"]},"
    "{\"kind\": \"relu\", \"name\": \"act2\"}," CONV(
        "side", 2,
        "input") "{\"kind\": \"concat\", \"name\": \"join\", \"inputs\": [\"act2\", \"input\", "
                 "\"side\"]},"
                 "{\"kind\": \"avg_pool2d\", \"name\": \"pool\", \"kernel_size\": 2},"
                 "{\"kind\": \"flatten\", \"name\": \"flat\", \"inputs\": [\"input\"]},"
                 "{\"kind\": \"flatten\", \"name\": \"flat2\", \"inputs\": [\"pool\"]},"
                 "{\"kind\": \"linear\", \"name\": \"l\", \"out_features\": 4, \"inputs\": "
                 "[\"flat\"]},"
                 "{\"kind\": \"linear\", \"name\": \"m\", \"out_features\": 4, \"inputs\": "
                 "[\"flat2\"]},"
                 "{\"kind\": \"add\", \"name\": \"twice\", \"inputs\": [\"l\", \"m\", \"l\"]},"
                 "{\"kind\": \"concat\", \"name\": \"all\", \"inputs\": [\"twice\", \"l\", "
                 "\"flat\"]},"
                 "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 5}]}";

/* Everything that is fused in a list, and what forks forbid: the relu before a convolution, between
 * a convolution and its pool, before flatten; the chain at the end. */
static const char fused[] =
    "{\"input\": [3, 12, 12], \"layers\": ["
    "{\"kind\": \"conv2d\", \"name\": \"c1\", \"out_channels\": 4, \"kernel_size\": 3},"
    "{\"kind\": \"max_pool2d\", \"name\": \"p1\", \"kernel_size\": 2},"
    "{\"kind\": \"relu\", \"name\": \"r1\"},"
    "{\"kind\": \"batch_norm\", \"name\": \"n1\"},"
    "{\"kind\": \"conv2d\", \"name\": \"c2\", \"out_channels\": 4, \"kernel_size\": 1},"
    "{\"kind\": \"relu\", \"name\": \"r2\"},"
    "{\"kind\": \"max_pool2d\", \"name\": \"p2\", \"kernel_size\": 1, \"stride\": 1},"
    "{\"kind\": \"add\", \"name\": \"s\", \"inputs\": [\"p2\", \"c2\", \"n1\"]},"
    "{\"kind\": \"relu\", \"name\": \"r3\"},"
    "{\"kind\": \"conv2d\", \"name\": \"c3\", \"out_channels\": 4, \"kernel_size\": 1},"
    "{\"kind\": \"add\", \"name\": \"s2\", \"inputs\": [\"r3\", \"c3\"]},"
    "{\"kind\": \"relu\", \"name\": \"r4\"},"
    "{\"kind\": \"flatten\", \"name\": \"f\"},"
    "{\"kind\": \"linear\", \"name\": \"l1\", \"out_features\": 8},"
    "{\"kind\": \"relu\", \"name\": \"r5\"},"
    "{\"kind\": \"linear\", \"name\": \"l2\", \"out_features\": 8},"
    "{\"kind\": \"add\", \"name\": \"s3\", \"inputs\": [\"l2\", \"r5\"]},"
    "{\"kind\": \"relu\", \"name\": \"r6\"},"
    "{\"kind\": \"linear\", \"name\": \"l3\", \"out_features\": 6},"
    "{\"kind\": \"relu\", \"name\": \"r7\"},"
    "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";

START_TEST(readers) {
    struct weft_network *network = layer_network(forks), *copy;
    const size_t expected[] = {4, 1, 1, 2, 1, 1, 1, 1, 1, 1, 1, 2, 1, 3, 1, 1, 1, 0};
    struct weft_error error = {0};
    ck_assert_int_eq(network_copy(network, &copy, &error), WEFT_OK);
    network_destroy(network);
    ck_assert_uint_eq(copy->layer_count + 1, sizeof expected / sizeof expected[0]);
    for (size_t i = 0; i <= copy->layer_count; i++) {
        ck_assert_msg(activation_readers(copy, i) == expected[i], "activation %zu has %zu readers",
                      i, activation_readers(copy, i));
    }
    /* l is read by twice, by position 0 and 2, and by all. */
    const struct network_reader *of = &copy->readers[copy->first_reader[13]];
    ck_assert_uint_eq(of[0].layer, 14);
    ck_assert_uint_eq(of[0].input, 0);
    ck_assert_uint_eq(of[1].layer, 14);
    ck_assert_uint_eq(of[1].input, 2);
    ck_assert_uint_eq(of[2].layer, 15);
    ck_assert_uint_eq(of[2].input, 1);
    ck_assert(!layer_stores_gradient(copy, &copy->layers[14], 0));
    ck_assert(layer_stores_gradient(copy, &copy->layers[14], 1));
    ck_assert(!layer_stores_gradient(copy, &copy->layers[14], 2));
    ck_assert(layer_stores_gradient(copy, &copy->layers[15], 1));
    /* stem to norm; act is read twice; norm2 is read by a layer that reads more. */
    ck_assert(layer_feeds_next(copy, 0));
    ck_assert(!layer_feeds_next(copy, 2));
    ck_assert(!layer_feeds_next(copy, 4));
    ck_assert(layer_feeds_next(copy, 5));
    ck_assert(!layer_feeds_next(copy, 6));
    ck_assert(!layer_feeds_next(copy, 16));
    network_destroy(copy);
}
END_TEST

/* "inputs" is written where it says more than the order of the list, and read back. */
START_TEST(text) {
    struct weft_network *network = layer_network(
        "{\"input\": [2], \"layers\": ["
        "{\"kind\": \"relu\", \"inputs\": [\"input\"]}, {\"kind\": \"relu\", \"inputs\": "
        "[\"relu1\"]},"
        "{\"kind\": \"linear\", \"out_features\": 2, \"inputs\": [\"input\"], \"name\": \"l\"},"
        "{\"inputs\": [\"relu2\", \"l\"], \"kind\": \"add\"}]}");
    struct weft_network *again;
    char *json = network_to_json(network), *rewritten;
    ck_assert_str_eq(json,
                     "{\"input\": [2], \"layers\": [{\"kind\": \"relu\"}, {\"kind\": \"relu\"}, "
                     "{\"kind\": \"linear\", \"name\": \"l\", \"inputs\": [\"input\"], "
                     "\"out_features\": 2}, {\"kind\": \"add\", \"inputs\": [\"relu2\", "
                     "\"l\"]}]}");
    again = layer_network(json);
    rewritten = network_to_json(again);
    ck_assert_str_eq(json, rewritten);
    network_destroy(network);
    network_destroy(again);
    free(json);
    free(rewritten);
}
END_TEST

/* Without relu and batch_norm, so that the outputs are smooth. */
static const char smooth[] =
    "{\"input\": [2, 6, 5], \"layers\": [" CONV("a", 3, "input") CONV("b", 3, "a")
        CONV("c", 2,
             "input") "{\"kind\": \"add\", \"name\": \"s\", \"inputs\": [\"a\", \"b\", \"a\"]},"
                      "{\"kind\": \"concat\", \"name\": \"j\", \"inputs\": [\"c\", \"s\", "
                      "\"input\", \"b\"]},"
                      "{\"kind\": \"flatten\", \"name\": \"f\"},"
                      "{\"kind\": \"flatten\", \"name\": \"g\", \"inputs\": [\"c\"]},"
                      "{\"kind\": \"linear\", \"name\": \"l\", \"out_features\": 3, \"inputs\": "
                      "[\"f\"]},"
                      "{\"kind\": \"concat\", \"name\": \"k\", \"inputs\": [\"l\", \"g\", \"l\"]},"
                      "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";

START_TEST(differences) {
    struct weft_network *network = layer_network(smooth);
    struct layer_values values;
    layer_values_draw(network, 5, LAYER_PLAIN, 77, &values);
    layer_check_differences("smooth", network, &values, 5, WEFT_STATISTICS_RUNNING, 0x1p-6f, 1e-3);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

/* The layers are called as in the module, after "l."; the last one is "l". */
START_TEST(vectors) {
    layer_check_vectors("graph", 2e-6);
}
END_TEST

START_TEST(bits) {
    layer_check_bits("forks", LAYER_LARGE, forks);
}
END_TEST

START_TEST(bits_fused) {
    layer_check_fused("forks and fusions", LAYER_LARGE, fused);
}
END_TEST

/* Six steps at every place: launches, and the kernel of many steps. */
START_TEST(training) {
    struct weft_network *network = layer_network(fused);
    training_check_network(network, "graph");
    network_destroy(network);
}
END_TEST

/* ---- the plan of the memory ---- */

/* Returns the next number below ${limit} of a sequence. */
static size_t draw(uint32_t *state, size_t limit) {
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % limit;
}

/* Makes a network of ${count} layers of all sorts, each of which reads one or more earlier ones.
 * What no layer reads is read by the last ones. */
static struct weft_network *draw_network(uint32_t seed, size_t count) {
    static const char *const kinds[] = {"relu", "add", "batch_norm", "add", "concat", "relu"};
    size_t channels[64] = {3}, read_by[64] = {0};
    struct text list = {0};
    struct weft_network *network;
    uint32_t state = seed;
    char *json;
    text_add(&list, "{\"input\": [3, 4, 4], \"layers\": [");
    for (size_t i = 1; i <= count; i++) {
        const bool last = i == count;
        const char *kind = last ? "concat" : kinds[draw(&state, 6)];
        const size_t first = last ? 0 : draw(&state, i);
        const bool add = strcmp(kind, "add") == 0, several = add || strcmp(kind, "concat") == 0;
        const size_t most = last ? LAYER_INPUTS_MAX : several ? 4 : 1;
        size_t inputs = 0;
        text_add(&list, "%s{\"kind\": \"%s\", \"name\": \"l%zu\", \"inputs\": [", i > 1 ? ", " : "",
                 kind, i);
        for (size_t from = first; from < i && inputs < most; from++) {
            if (last ? read_by[from] == 0 : !add || channels[from] == channels[first]) {
                char name[16] = "input";
                if (from > 0) {
                    snprintf(name, sizeof name, "l%zu", from);
                }
                text_add(&list, "%s\"%s\"", inputs > 0 ? ", " : "", name);
                channels[i] = add || inputs == 0 ? channels[from] : channels[i] + channels[from];
                read_by[from]++;
                inputs++;
            }
        }
        if (inputs == 1 && several) {
            text_add(&list, ", \"input\"");
        }
        text_add(&list, "]}");
    }
    text_add(&list, "]}");
    json = text_take(&list);
    if (network_create(json, &network, NULL) != WEFT_OK) {
        network = NULL; /* the drawn inputs do not fit */
    }
    free(json);
    return network;
}

/* Fails if tensors that are needed at the same time share memory, or a slot is too small. */
static void check_lifetimes(const struct weft_network *network, bool forward_only, bool apart) {
    struct lifetimes lifetimes;
    struct weft_error error = {0};
    uint64_t all = 0;
    ck_assert_int_eq(lifetimes_init(network, &lifetimes, &error), WEFT_OK);
    lifetimes_of_layers(&lifetimes, network, forward_only);
    ck_assert_int_eq(lifetimes_share(&lifetimes, apart, &error), WEFT_OK);
    for (size_t a = 0; a < lifetimes.count; a++) {
        const struct lifetime *one = &lifetimes.tensors[a];
        ck_assert_int_eq(one->slot != LIFETIME_NO_SLOT,
                         one->begin <= one->end && lifetimes.same[a] == a);
        if (one->slot == LIFETIME_NO_SLOT) {
            continue;
        }
        all += one->size;
        ck_assert_uint_le(one->size, lifetimes.slots[one->slot]);
        for (size_t b = 0; b < a; b++) {
            const struct lifetime *other = &lifetimes.tensors[b];
            ck_assert(other->slot != one->slot ||
                      (!apart && (other->end < one->begin || one->end < other->begin)));
        }
    }
    ck_assert_uint_le(lifetimes_total(&lifetimes), all);
    ck_assert(!apart || lifetimes_total(&lifetimes) == all);
    lifetimes_finish(&lifetimes);
}

START_TEST(no_shared_memory) {
    unsigned checked = 0;
    for (uint32_t seed = 0; seed < 400; seed++) {
        struct weft_network *network = draw_network(seed, 4 + seed % 30);
        if (network != NULL) {
            check_lifetimes(network, false, false);
            check_lifetimes(network, true, false);
            check_lifetimes(network, false, true);
            network_destroy(network);
            checked++;
        }
    }
    ck_assert_uint_ge(checked, 100);
}
END_TEST

/* Four relus in succession. */
START_TEST(plan_by_hand) {
    struct weft_network *network =
        layer_network("{\"input\": [4], \"layers\": [{\"kind\": \"relu\"}, {\"kind\": \"relu\"}, "
                      "{\"kind\": \"relu\"}, {\"kind\": \"relu\"}]}");
    struct lifetimes forward, steps;
    struct weft_error error = {0};
    ck_assert_int_eq(lifetimes_init(network, &forward, &error), WEFT_OK);
    ck_assert_int_eq(lifetimes_init(network, &steps, &error), WEFT_OK);
    lifetimes_of_layers(&forward, network, true);
    lifetimes_of_layers(&steps, network, false);
    ck_assert_int_eq(lifetimes_share(&forward, false, &error), WEFT_OK);
    ck_assert_int_eq(lifetimes_share(&steps, false, &error), WEFT_OK);
    /* The input and the output are kept. The others are needed by two steps. */
    ck_assert_uint_eq(lifetimes_slot(&forward, 1), lifetimes_slot(&forward, 3));
    ck_assert_uint_eq(lifetimes_slot(&forward, 2), lifetimes_slot(&forward, 4));
    ck_assert_uint_eq(lifetimes_total(&forward), 3 * 4);
    ck_assert_uint_eq(lifetimes_slot(&forward, lifetimes_gradient(network, 1)), LIFETIME_NO_SLOT);
    /* A value is read by the backward pass of its reader, 9 - layer. Then its memory is free for a
     * gradient. */
    ck_assert_uint_eq(steps.tensors[1].begin, 1);
    ck_assert_uint_eq(steps.tensors[1].end, 8);
    ck_assert_uint_eq(lifetimes_slot(&steps, lifetimes_gradient(network, 0)),
                      lifetimes_slot(&steps, 1));
    ck_assert_uint_eq(lifetimes_slot(&steps, lifetimes_gradient(network, 1)),
                      lifetimes_slot(&steps, 2));
    ck_assert_uint_eq(lifetimes_slot(&steps, lifetimes_gradient(network, 2)),
                      lifetimes_slot(&steps, 3));
    ck_assert_uint_eq(lifetimes_total(&steps), 7 * 4);
    lifetimes_finish(&forward);
    lifetimes_finish(&steps);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, no_shared_memory);
    tcase_add_test(tests, plan_by_hand);
    tcase_add_test(tests, readers);
    tcase_add_test(tests, text);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, vectors);
    tcase_add_test(tests, bits);
    tcase_add_test(tests, bits_fused);
    tcase_add_test(tests, training);
}
CHECK_MAIN("graph", add_tests)

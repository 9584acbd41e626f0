/* test_linear.c: output[o] = bias[o] + sum of weight[o][i] input[i]. */
#include "check_weft.h"
#include "layer_differences.h"
#include "layer_plain.h"
#include "layer_values.h"
#include "layer_vectors.h"
#include "train/train_model.h"
#include "training_case.h"

/* Three inputs, two outputs, two images: 1*1 + 2*2 + 3*3 + 0.5 = 14.5 and so on. */
START_TEST(by_hand) {
    static const float parameters[] = {1, 2, 3, -1, 0, 4, 0.5f, -2};
    static const float inputs[] = {1, 2, 3, 10, 0, -1};
    static const float doutputs[] = {1, 2, 3, -1};
    static const float outputs[] = {14.5f, 9, 7.5f, -16};
    static const float dinputs[] = {1 - 2, 2, 3 + 8, 3 + 1, 6, 9 - 4};
    static const float dweights[] = {1 + 30, 2, 3 + -3, 2 - 10, 4, 6 + 1};
    static const float dbias[] = {4, 1};
    layer_check_by_hand("{\"input\": [3], \"layers\": [{\"kind\": \"linear\", \"name\": \"l\", "
                        "\"out_features\": 2}]}",
                        &(struct layer_hand){
                            .name = "linear by hand",
                            .images = 2,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .parameters = parameters,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"l.output", 4, outputs},
                                         {"input.grad", 6, dinputs},
                                         {"l.weight.grad", 6, dweights},
                                         {"l.bias.grad", 2, dbias}},
                        },
                        1);
}
END_TEST

/* The same without bias. The second output of the first image is (2^24 + 1) - 2^24 = 0; in another
 * order it would be 1. */
START_TEST(without_bias_by_hand) {
    static const float parameters[] = {1, 2, 3, 0x1p24f, 1, -0x1p24f};
    static const float inputs[] = {1, 1, 1, 10, 0, -1};
    static const float doutputs[] = {1, 2, 3, 0};
    static const float outputs[] = {6, 0, 7, 0x1.6p27f};
    static const float dweights[] = {1 + 30, 1, 1 - 3, 2, 2, 2};
    layer_check_by_hand("{\"input\": [3], \"layers\": [{\"kind\": \"linear\", \"name\": \"l\", "
                        "\"out_features\": 2, \"bias\": false}]}",
                        &(struct layer_hand){
                            .name = "linear without bias by hand",
                            .images = 2,
                            .statistics = WEFT_STATISTICS_RUNNING,
                            .parameters = parameters,
                            .inputs = inputs,
                            .doutputs = doutputs,
                            .expected = {{"l.output", 4, outputs}, {"l.weight.grad", 6, dweights}},
                        },
                        1);
}
END_TEST

struct shape {
    size_t images, inputs, outputs;
};

static void add_sums(const void *shape, const struct layer_values *values,
                     struct layer_sums *sums) {
    const struct shape *s = shape;
    const float *weight = values->parameters, *bias = weight + s->inputs * s->outputs;
    double *dweight = sums->dparameters, *dbias = dweight + s->inputs * s->outputs;
    for (size_t n = 0; n < s->images; n++) {
        for (size_t o = 0; o < s->outputs; o++) {
            double d = values->doutputs[n * s->outputs + o];
            sums->output[n * s->outputs + o] = bias[o];
            dbias[o] += d;
            for (size_t i = 0; i < s->inputs; i++) {
                double x = values->inputs[n * s->inputs + i], w = weight[o * s->inputs + i];
                sums->output[n * s->outputs + o] += w * x;
                sums->dinput[n * s->inputs + i] += w * d;
                dweight[o * s->inputs + i] += x * d;
            }
        }
    }
}

static const struct shape shapes[] = {{1, 1, 1},    {3, 13, 5},     {7, 2, 33},     {16, 17, 16},
                                      {17, 16, 17}, {33, 192, 120}, {100, 120, 60}, {130, 7, 10}};

/* 1e-5 of the largest value: sums of up to 192 products in float have errors of about 1e-6. */
START_TEST(plain_sums) {
    const struct shape *s = &shapes[_i];
    char json[200];
    snprintf(json, sizeof json,
             "{\"input\": [%zu], \"layers\": [{\"kind\": \"linear\", \"name\": \"l\", "
             "\"out_features\": %zu}]}",
             s->inputs, s->outputs);
    layer_check_plain(json, &(struct layer_plain){.images = s->images,
                                                  .seed = 60 + (uint64_t)_i,
                                                  .output_tolerance = 1e-5,
                                                  .gradient_tolerance = 1e-5,
                                                  .add = add_sums,
                                                  .shape = s});
}
END_TEST

/* Two linear layers are linear in each single number, so a large step adds no error: only rounding
 * remains. */
START_TEST(differences) {
    struct weft_network *network = layer_network(
        "{\"input\": [7], \"layers\": [{\"kind\": \"linear\", \"out_features\": 5}, {\"kind\": "
        "\"linear\", \"out_features\": 3}]}");
    struct layer_values values;
    layer_values_draw(network, 4, LAYER_PLAIN, 70, &values);
    layer_check_differences("linear differences", network, &values, 4, WEFT_STATISTICS_RUNNING,
                            0.5f, 1e-5);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

#define LINEAR(outputs) "{\"kind\": \"linear\", \"out_features\": " #outputs "}"

START_TEST(bits) {
    layer_check_bits("linear", LAYER_SMALL,
                     "{\"input\": [13], \"layers\": [" LINEAR(5) "," LINEAR(16) "," LINEAR(
                         17) "," LINEAR(1) "," LINEAR(33) "," LINEAR(2) "]}");
}
END_TEST

#define NO_BIAS(outputs) "{\"kind\": \"linear\", \"out_features\": " #outputs ", \"bias\": false}"

/* With and without the relu at the end, as in bits_of_all_shards. */
START_TEST(bits_without_bias) {
    static const char *const networks[] = {
        "{\"input\": [17], \"layers\": [" NO_BIAS(33) "," NO_BIAS(7) "]}",
        "{\"input\": [33], \"layers\": [" NO_BIAS(18) "," NO_BIAS(5) ", {\"kind\": \"relu\"}]}",
    };
    layer_check_bits("linear, no bias", LAYER_SMALL, networks[_i]);
}
END_TEST

/* As large as in the published network. */
START_TEST(bits_of_wide) {
    layer_check_bits("linear, wide", LAYER_LARGE,
                     "{\"input\": [192], \"layers\": [" LINEAR(120) "," LINEAR(97) "]}");
}
END_TEST

/* The relu at the end keeps the layers out of the kernel that computes the last ones shard by
 * shard: so on a CPU an item computes all shards. Tiles of 1, 2 and 3 vectors of inputs, the last
 * one in part; the last outputs of a tile, and of an item. */
START_TEST(bits_of_all_shards) {
    static const char *const networks[] = {
        "{\"input\": [1], \"layers\": [" LINEAR(2) "," LINEAR(15) "," LINEAR(16) "," LINEAR(
            17) "," LINEAR(33) "," LINEAR(1) ", {\"kind\": \"relu\"}]}",
        "{\"input\": [130], \"layers\": [{\"kind\": \"relu\"}," LINEAR(31) "," LINEAR(
            145) "," LINEAR(2) ", {\"kind\": \"relu\"}]}",
    };
    layer_check_bits("linear, all shards", _i == 0 ? LAYER_SMALL : LAYER_LARGE, networks[_i]);
}
END_TEST

/* So many inputs that an item has several tiles, so many outputs that weights are copied in parts,
 * and batches that are more than a run. */
START_TEST(training_of_large) {
    struct weft_network *network =
        layer_network("{\"input\": [1, 1, 1010], \"layers\": [{\"kind\": \"flatten\"}," LINEAR(
            131) ",{\"kind\": \"batch_norm\"}," LINEAR(20) ",{\"kind\": \"relu\"}]}");
    struct layer_place places[LAYER_PLACES_MAX];
    size_t count = layer_places_list(LAYER_LARGE, "large", places);
    struct layer_values values;
    struct weft_images images;
    float pixels[256];
    training_images(260, 1010, 20, 340, &images);
    layer_draw(341, 0, LAYER_PLAIN, pixels, 256);
    layer_values_draw(network, 1, LAYER_PLAIN, 342, &values);
    struct training_case training = {.name = "large",
                                     .parameters = values.parameters,
                                     .buffers = values.buffers,
                                     .data = &images,
                                     .pixels = pixels,
                                     .batch = 148,
                                     .epochs = 1};
    training_check(network, &training, 1, places, count);
    layer_values_finish(&values);
    images_finish(&images);
    network_destroy(network);
}
END_TEST

START_TEST(pytorch) {
    layer_check_vectors("linear", 1e-6);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, pytorch);
    tcase_add_test(tests, by_hand);
    tcase_add_loop_test(tests, plain_sums, 0, sizeof shapes / sizeof shapes[0]);
    tcase_add_test(tests, differences);
    tcase_add_test(tests, bits);
    tcase_add_test(tests, without_bias_by_hand);
    tcase_add_loop_test(tests, bits_without_bias, 0, 2);
    tcase_add_test(tests, bits_of_wide);
    tcase_add_loop_test(tests, bits_of_all_shards, 0, 2);
    tcase_add_test(tests, training_of_large);
}
CHECK_MAIN("linear", add_tests)

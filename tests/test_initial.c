/* test_initial.c: initial values: their range, mean and bits, which are the same on every
 * system. */
#include "check_weft.h"

#include <math.h>
#include <string.h>

#include "base/sha256.h"
#include "data/model.h"

static struct weft_model *make(uint64_t seed) {
    struct weft_network *network;
    struct weft_model *model;
    ck_assert_int_eq(network_create_published(&network, NULL), WEFT_OK);
    ck_assert_int_eq(model_create(network, &model, NULL), WEFT_OK);
    model_initialise(model, seed);
    return model;
}

static const float *values_of(const struct weft_model *model, const char *name, size_t *count) {
    const struct network_tensor *tensor = network_find(model->network, name);
    ck_assert_msg(tensor != NULL, "%s", name);
    *count = tensor->count;
    return (tensor->trained ? model->parameters : model->buffers) + tensor->offset;
}

START_TEST(range_and_mean) {
    static const struct {
        const char *name;
        double fan_in;
    } cases[] = {{"conv1.weight", 25}, {"conv1.bias", 25},  {"conv2.weight", 150},
                 {"conv2.bias", 150},  {"fc1.weight", 192}, {"fc1.bias", 192},
                 {"fc2.weight", 120},  {"fc2.bias", 120},   {"out.weight", 60},
                 {"out.bias", 60}};
    struct weft_model *model = make(0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double bound = 1.0 / sqrt(cases[i].fan_in), sum = 0.0, squares = 0.0, largest = 0.0;
        size_t count;
        const float *values = values_of(model, cases[i].name, &count);
        double n = (double)count;
        for (size_t j = 0; j < count; j++) {
            sum += values[j];
            squares += (double)values[j] * values[j];
            largest = fmax(largest, fabs(values[j]));
        }
        ck_assert_msg(largest <= (double)(float)bound, "%s reaches %g", cases[i].name, largest);
        /* Five standard deviations of the mean of uniform values: each is bound / sqrt(3 count). */
        ck_assert_msg(fabs(sum / n) < 5.0 * bound / sqrt(3.0 * n), "mean of %s: %g", cases[i].name,
                      sum / n);
        if (count >= 1000) {
            ck_assert_msg(largest > 0.99 * bound, "%s reaches only %g", cases[i].name, largest);
            ck_assert_msg(fabs(squares / n / (bound * bound / 3.0) - 1.0) < 0.1,
                          "variance of %s: %g", cases[i].name, squares / n);
        }
    }
    model_destroy(model);
}
END_TEST

START_TEST(batch_norm) {
    static const struct {
        const char *name;
        float value;
    } cases[] = {{"batchN1.weight", 1},       {"batchN1.bias", 0},        {"batchN2.weight", 1},
                 {"batchN2.running_mean", 0}, {"batchN2.running_var", 1}, {"batchN2.bias", 0}};
    struct weft_model *model = make(3);
    /* Initial values replace trained ones. */
    for (size_t i = 0; i < model->network->buffer_count; i++) {
        model->buffers[i] = 7.0f;
    }
    for (size_t i = 0; i < model->network->parameter_count; i++) {
        model->parameters[i] = 7.0f;
    }
    model->batches[3] = 600;
    model_initialise(model, 3);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t count;
        const float *values = values_of(model, cases[i].name, &count);
        for (size_t j = 0; j < count; j++) {
            ck_assert_msg(values[j] == cases[i].value, "%s", cases[i].name);
        }
    }
    for (size_t i = 0; i < model->network->layer_count; i++) {
        ck_assert_int_eq(model->batches[i], 0);
    }
    model_destroy(model);
}
END_TEST

/* The hashes were computed with NumPy from the definition in src/base/random.h and
 * src/data/model_initial.c. */
START_TEST(known_bits) {
    static const struct {
        uint64_t seed;
        uint32_t first[4];
        const char *sha256;
    } cases[] = {
        {0,
         {0xbd256700, 0x3e1bdc6f, 0x3dc1188d, 0x3d2cd247},
         "f707671287f53fdf01a695e57fff5d7a4644e9dbc31708c4635fe2b19928aefd"},
        {UINT64_MAX,
         {0xbcaafa0d, 0xbe2ac128, 0x3d480acd, 0xbe15a3d7},
         "1e07125bb933f3582ee92a19df60ad8eede430063e03d00f80765093ae97fff4"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weft_model *model = make(cases[i].seed);
        struct sha256_ctx hash;
        char hex[65];
        ck_assert_mem_eq(model->parameters, cases[i].first, sizeof cases[i].first);
        sha256_init(&hash);
        for (size_t j = 0; j < model->network->parameter_count; j++) {
            uint32_t bits;
            memcpy(&bits, &model->parameters[j], sizeof bits);
            uint8_t bytes[4] = {(uint8_t)bits, (uint8_t)(bits >> 8), (uint8_t)(bits >> 16),
                                (uint8_t)(bits >> 24)};
            sha256_add(&hash, bytes, sizeof bytes);
        }
        sha256_final_hex(&hash, hex);
        ck_assert_str_eq(hex, cases[i].sha256);
        model_destroy(model);
    }
}
END_TEST

START_TEST(seed_decides) {
    struct weft_model *first = make(41), *second = make(41), *other = make(42);
    size_t bytes = first->network->parameter_count * sizeof(float);
    ck_assert_int_eq(memcmp(first->parameters, second->parameters, bytes), 0);
    ck_assert_int_ne(memcmp(first->parameters, other->parameters, bytes), 0);
    model_destroy(first);
    model_destroy(second);
    model_destroy(other);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, range_and_mean);
    tcase_add_test(tests, batch_norm);
    tcase_add_test(tests, known_bits);
    tcase_add_test(tests, seed_decides);
}

CHECK_MAIN("initial", add_tests)

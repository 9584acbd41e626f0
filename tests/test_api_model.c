/* test_api_model.c: the public functions of models. */
#include "temporary.h"

#include <math.h>
#include <stdlib.h>

#include "api_status.h"

static const char LIST[] =
    "{\"input\": [4], \"layers\": [{\"kind\": \"linear\", \"name\": \"a\", \"out_features\": 3}, "
    "{\"kind\": \"batch_norm\", \"name\": \"b\"}, "
    "{\"kind\": \"linear\", \"name\": \"c\", \"out_features\": 2}]}";

static struct weft_error *error;
static struct weft_network *network;
static struct weft_model *model;

static void set_up(void) {
    error = weft_error_create();
    SUCCESS(weft_network_create(LIST, &network, error));
    SUCCESS(weft_model_create(network, 7, &model, error));
}

static void tear_down(void) {
    weft_model_destroy(model);
    weft_network_destroy(network);
    weft_error_destroy(error);
}

/* Fails unless ${a} and ${b} have the same file. */
static void expect_equal(const struct weft_model *a, const struct weft_model *b) {
    void *bytes[2];
    size_t size[2];
    SUCCESS(weft_model_save_memory(a, &bytes[0], &size[0], error));
    SUCCESS(weft_model_save_memory(b, &bytes[1], &size[1], error));
    ck_assert_uint_eq(size[0], size[1]);
    ck_assert_mem_eq(bytes[0], bytes[1], size[0]);
    weft_free(bytes[0]);
    weft_free(bytes[1]);
}

/* The model has a copy of the network. */
START_TEST(created) {
    float weights[12], variances[3];
    weft_network_destroy(network);
    network = NULL;
    ck_assert_uint_eq(weft_network_layers(weft_model_network(model)), 3);
    SUCCESS(weft_model_get(model, "a.weight", weights, 12, error));
    for (size_t i = 0; i < 12; i++) {
        ck_assert(weights[i] >= -0.5f && weights[i] <= 0.5f && weights[i] != 0.0f);
    }
    SUCCESS(weft_model_get(model, "b.running_var", variances, 3, error));
    ck_assert(variances[0] == 1.0f && variances[2] == 1.0f);
    ck_assert_str_eq(weft_model_path(model), "");
    ck_assert_str_eq(weft_model_sha256(model), "");
    ck_assert_str_eq(weft_model_notice(model), "");
    ck_assert(!weft_model_published_assumed(model) && !weft_model_undigested(model));
}
END_TEST

START_TEST(set_and_get) {
    const float set[3] = {1.5f, 0x1p-40f, -0x1p-40f};
    float got[3];
    SUCCESS(weft_model_set(model, "a.bias", set, 3, error));
    SUCCESS(weft_model_get(model, "a.bias", got, 3, error));
    ck_assert(got[0] == 1.5f && got[1] == 0.0f && got[2] == 0.0f && !signbit(got[2]));
}
END_TEST

/* The tensor is as it was. */
START_TEST(values_that_are_wrong) {
    static const struct {
        const char *name;
        float value;
        const char *text;
    } cases[] = {
        {"a.bias", NAN, "weft_model_set: tensor a.bias: element 1 of 3 is NaN"},
        {"b.weight", INFINITY, "element 1 of 3 is infinite"},
        {"b.running_mean", -INFINITY, "element 1 of 3 is infinite"},
        {"b.running_var", -0x1p-149f, "element 1 of 3 is below 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        float values[3] = {5, 5, 5}, before[3], after[3];
        values[1] = cases[i].value;
        SUCCESS(weft_model_get(model, cases[i].name, before, 3, error));
        USAGE(weft_model_set(model, cases[i].name, values, 3, error), cases[i].text);
        SUCCESS(weft_model_get(model, cases[i].name, after, 3, error));
        ck_assert_mem_eq(before, after, sizeof after);
    }
}
END_TEST

START_TEST(clones) {
    static const char *const names[] = {"cat", "dog"};
    const float bias[2] = {3, 4};
    float got[2];
    struct weft_model *clone;
    SUCCESS(weft_model_set_classes(model, names, 2, error));
    SUCCESS(weft_model_set_options(model, "{\"seed\": 7}", error));
    SUCCESS(weft_model_clone(model, &clone, error));
    expect_equal(model, clone);
    SUCCESS(weft_model_set(model, "c.bias", bias, 2, error));
    SUCCESS(weft_model_get(clone, "c.bias", got, 2, error));
    ck_assert(got[0] != 3.0f);
    weft_model_destroy(model);
    model = clone;
    ck_assert_str_eq(weft_model_class_name(model, 1), "dog");
    ck_assert_str_eq(weft_model_options(model), "{\"seed\": 7}");
    ck_assert_uint_eq(weft_network_tensors(weft_model_network(model)), 8);
}
END_TEST

START_TEST(files_and_memory) {
    const char *path = temporary_path("model");
    struct weft_model *loaded;
    char *copy, sha256[65];
    void *bytes;
    size_t size;
    SUCCESS(weft_model_save(model, path, error));
    SUCCESS(weft_model_save_sha256(model, path, sha256, error));
    SUCCESS(weft_model_load(path, &loaded, error));
    expect_equal(model, loaded);
    ck_assert_str_eq(weft_model_sha256(loaded), sha256);
    ck_assert_str_eq(weft_model_path(loaded), path);
    ck_assert_uint_eq(strlen(weft_model_sha256(loaded)), 64);
    weft_model_destroy(loaded);
    SUCCESS(weft_model_load_as(path, network, &loaded, error));
    weft_model_destroy(loaded);
    SUCCESS(weft_model_save_memory(model, &bytes, &size, error));
    copy = malloc(size); /* no byte before or after it can be read */
    memcpy(copy, bytes, size);
    SUCCESS(weft_model_load_memory_as(copy, size, network, &loaded, error));
    weft_model_destroy(loaded);
    SUCCESS(weft_model_load_memory(copy, size, &loaded, error));
    free(copy);
    expect_equal(model, loaded);
    ck_assert_str_eq(weft_model_path(loaded), "");
    ck_assert_uint_eq(strlen(weft_model_sha256(loaded)), 64);
    weft_model_destroy(loaded);
    for (size_t i = 0; i < size; i += 7) { /* each part of a file */
        expect_status(weft_model_load_memory(bytes, i, &loaded, error), error, WEFT_BAD_FILE,
                      "model in memory: ");
        ck_assert_ptr_null(loaded);
    }
    weft_free(bytes);
}
END_TEST

START_TEST(of_another_network) {
    struct weft_network *published;
    struct weft_model *none = model;
    void *bytes;
    size_t size;
    SUCCESS(weft_network_create_published(&published, error));
    SUCCESS(weft_model_save_memory(model, &bytes, &size, error));
    expect_status(weft_model_load_memory_as(bytes, size, published, &none, error), error,
                  WEFT_BAD_FILE, "it names another network");
    ck_assert_ptr_null(none);
    expect_status(weft_model_load("/no/such", &none, error), error, WEFT_BAD_FILE, "/no/such");
    expect_status(weft_model_save(model, "/no/such/model", error), error, WEFT_BAD_FILE,
                  "/no/such/model");
    weft_network_destroy(published);
    weft_free(bytes);
}
END_TEST

START_TEST(classes) {
    static const char *const names[] = {"cat", "dog"}, *const wrong[] = {"cat", "a\nb"},
                             *const missing[] = {"cat", NULL};
    ck_assert_uint_eq(weft_model_classes(model), 0);
    ck_assert_ptr_null(weft_model_class_name(model, 0));
    SUCCESS(weft_model_set_classes(model, names, 2, error));
    ck_assert_uint_eq(weft_model_classes(model), 2);
    ck_assert_str_eq(weft_model_class_name(model, 0), "cat");
    ck_assert_ptr_null(weft_model_class_name(model, 2));
    USAGE(weft_model_set_classes(model, names, 1, error),
          "weft_model_set_classes: count is 1: the network has 2 outputs");
    USAGE(weft_model_set_classes(model, NULL, 2, error), "names is NULL");
    USAGE(weft_model_set_classes(model, wrong, 2, error), "names[1] has a control character");
    USAGE(weft_model_set_classes(model, missing, 2, error), "names[1] is NULL");
    ck_assert_str_eq(weft_model_class_name(model, 1), "dog");
    SUCCESS(weft_model_set_classes(model, NULL, 0, error));
    ck_assert_uint_eq(weft_model_classes(model), 0);
}
END_TEST

START_TEST(options_and_data) {
    struct weft_images_hash hash = {.size = sizeof hash};
    ck_assert_ptr_null(weft_model_options(model));
    USAGE(weft_model_set_options(model, "[1]", error),
          "weft_model_set_options: options: not a JSON object");
    SUCCESS(weft_model_set_options(model, "{\"a\": 1}", error));
    SUCCESS(weft_model_set_options(model, weft_model_options(model), error));
    ck_assert_str_eq(weft_model_options(model), "{\"a\": 1}");
    SUCCESS(weft_model_set_options(model, NULL, error));
    ck_assert_ptr_null(weft_model_options(model));
    memset(hash.images, 'a', 64);
    memset(hash.labels, 'b', 64);
    SUCCESS(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error));
    ck_assert_str_eq(weft_model_images_sha256(model, WEFT_SPLIT_TRAIN), hash.images);
    ck_assert_str_eq(weft_model_labels_sha256(model, WEFT_SPLIT_TRAIN), hash.labels);
    ck_assert_str_eq(weft_model_labels_sha256(model, WEFT_SPLIT_TEST), "");
    hash.labels[64] = 'b';
    USAGE(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error), "hash has a text that is");
    hash.labels[64] = '\0';
    hash.images[5] = 'X';
    USAGE(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error), "hash has a text that is");
    hash.size = 1;
    USAGE(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error), "hash->size is 1");
    USAGE(weft_model_set_data(model, (enum weft_split)2, NULL, error), "split is 2");
    SUCCESS(weft_model_set_data(model, WEFT_SPLIT_TRAIN, NULL, error));
    ck_assert_str_eq(weft_model_images_sha256(model, WEFT_SPLIT_TRAIN), "");
    ck_assert_str_eq(weft_model_images_sha256(model, (enum weft_split) - 1), "");
}
END_TEST

START_TEST(wrong_uses) {
    struct weft_model *none = model;
    float values[12];
    void *bytes;
    size_t size;
    USAGE(weft_model_create(NULL, 1, &none, error), "weft_model_create: network is NULL");
    ck_assert_ptr_null(none);
    USAGE(weft_model_create(network, 1, NULL, error), "model is NULL");
    USAGE(weft_model_load(NULL, &none, error), "path is NULL");
    USAGE(weft_model_load("x", NULL, error), "model is NULL");
    USAGE(weft_model_load_as("x", NULL, &none, error), "network is NULL");
    USAGE(weft_model_load_memory(NULL, 1, &none, error), "bytes is NULL");
    USAGE(weft_model_load_memory_as("", 0, NULL, &none, error), "network is NULL");
    USAGE(weft_model_load_memory("", SIZE_MAX, &none, error), "no memory is that large");
    USAGE(weft_model_load_memory_as("", SIZE_MAX, network, &none, error), "size is ");
    USAGE(weft_model_save(NULL, "x", error), "model is NULL");
    USAGE(weft_model_save(model, NULL, error), "path is NULL");
    USAGE(weft_model_save_memory(model, &bytes, NULL, error), "size is NULL");
    USAGE(weft_model_save_memory(model, NULL, &size, error), "bytes is NULL");
    USAGE(weft_model_save_memory(NULL, &bytes, &size, error), "model is NULL");
    ck_assert_ptr_null(bytes);
    ck_assert_uint_eq(size, 0);
    USAGE(weft_model_clone(NULL, &none, error), "model is NULL");
    USAGE(weft_model_clone(model, NULL, error), "clone is NULL");
    USAGE(weft_model_get(model, "a.weights", values, 12, error),
          "weft_model_get: name is \"a.weights\": the network has no such tensor");
    USAGE(weft_model_get(model, "a.weight", values, 11, error),
          "count is 11: the tensor a.weight has 12 floats");
    USAGE(weft_model_set(model, "a.weight", values, SIZE_MAX, error), "count is ");
    USAGE(weft_model_set(model, "a.weight", NULL, 12, error), "values is NULL");
    USAGE(weft_model_set(model, NULL, values, 12, error), "name is NULL");
    USAGE(weft_model_set(NULL, "a.weight", values, 12, error), "model is NULL");
    USAGE(weft_model_get(model, "a.weight", NULL, 12, error), "values is NULL");
    USAGE(weft_model_get(model, NULL, values, 12, error), "name is NULL");
    USAGE(weft_model_get(NULL, "a.weight", values, 12, error), "model is NULL");
    USAGE(weft_model_set_classes(NULL, NULL, 0, error), "model is NULL");
    USAGE(weft_model_set_options(NULL, NULL, error), "model is NULL");
    USAGE(weft_model_set_data(NULL, WEFT_SPLIT_TEST, NULL, error), "model is NULL");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, created);
    tcase_add_test(tests, set_and_get);
    tcase_add_test(tests, values_that_are_wrong);
    tcase_add_test(tests, clones);
    tcase_add_test(tests, files_and_memory);
    tcase_add_test(tests, of_another_network);
    tcase_add_test(tests, classes);
    tcase_add_test(tests, options_and_data);
    tcase_add_test(tests, wrong_uses);
}

CHECK_MAIN("api_model", add_tests)

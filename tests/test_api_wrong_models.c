/* test_api_wrong_models.c: wrong uses of models, their files and texts, and of comparisons. */
#include "wrong_use.h"

#include <math.h>
#include <stdint.h>
#include <weft/compare.h>

#define NAN_VALUE ((float)NAN)

static const char list[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"},"
                           " {\"kind\": \"batch_norm\", \"name\": \"norm\"},"
                           " {\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";

/* A value that no enumerator has, which a caller may still pass. */
#define NO_SPLIT ((enum weft_split)7)

START_TEST(models) {
    struct weft_network *network = NULL;
    struct weft_model *model = NULL, *other = NULL;
    float values[48] = {0};
    void *bytes = NULL;
    size_t size = 0;
    begin_wrong_uses();
    RIGHT(weft_network_create(list, &network, error));
    WRONG_OBJECT(other, weft_model_create(NULL, 0, &other, error));
    WRONG(weft_model_create(network, 0, NULL, error));
    RIGHT(weft_model_create(network, 0, &model, error));
    WRONG_OBJECT(other, weft_model_clone(NULL, &other, error));
    WRONG(weft_model_clone(model, NULL, error));
    WRONG(weft_model_get(NULL, "out.weight", values, 48, error));
    WRONG(weft_model_get(model, NULL, values, 48, error));
    WRONG(weft_model_get(model, "out.weight", NULL, 48, error));
    WRONG(weft_model_get(model, "out.weight", values, 47, error));
    WRONG(weft_model_get(model, "out.weight", values, 0, error));
    WRONG(weft_model_get(model, "out.weight", values, SIZE_MAX, error));
    WRONG(weft_model_get(model, "conv1.weight", values, 48, error));
    WRONG(weft_model_get(model, "", values, 48, error));
    WRONG(weft_model_set(NULL, "out.weight", values, 48, error));
    WRONG(weft_model_set(model, NULL, values, 48, error));
    WRONG(weft_model_set(model, "out.weight", NULL, 48, error));
    WRONG(weft_model_set(model, "out.weight", values, 49, error));
    WRONG(weft_model_set(model, "\x1b[2J", values, 48, error));
    ck_assert_ptr_null(strchr(weft_error_message(error), '\x1b'));
    values[47] = NAN_VALUE;
    WRONG(weft_model_set(model, "out.weight", values, 48, error));
    values[47] = -(float)INFINITY;
    WRONG(weft_model_set(model, "out.weight", values, 48, error));
    values[0] = -1;
    WRONG(weft_model_set(model, "norm.running_var", values, 16, error));
    WRONG(weft_model_save_memory(NULL, &bytes, &size, error));
    WRONG(weft_model_save_memory(model, NULL, &size, error));
    WRONG(weft_model_save_memory(model, &bytes, NULL, error));
    WRONG(weft_model_save(NULL, "model.safetensors", error));
    WRONG(weft_model_save(model, NULL, error));
    FAILS(WEFT_BAD_FILE, weft_model_save(model, "/nowhere/model.safetensors", error));
    FAILS(WEFT_BAD_FILE, weft_model_save(model, "", error));
    weft_model_destroy(model);
    weft_network_destroy(network);
    end_wrong_uses(27);
}
END_TEST

START_TEST(files_of_models) {
    struct weft_network *network = NULL, *published = NULL;
    struct weft_model *model = NULL, *other = NULL;
    void *bytes = NULL;
    size_t size = 0;
    char *longer = malloc(100000);
    begin_wrong_uses();
    ck_assert_ptr_nonnull(longer);
    memset(longer, 'x', 99999);
    longer[99999] = '\0';
    RIGHT(weft_network_create(list, &network, error));
    RIGHT(weft_network_create_published(&published, error));
    RIGHT(weft_model_create(network, 0, &model, error));
    RIGHT(weft_model_save_memory(model, &bytes, &size, error));
    WRONG_OBJECT(other, weft_model_load(NULL, &other, error));
    WRONG(weft_model_load("model.safetensors", NULL, error));
    FAILS(WEFT_BAD_FILE, weft_model_load("/nowhere/model.safetensors", &other, error));
    FAILS(WEFT_BAD_FILE, weft_model_load("", &other, error));
    ck_assert_int_ne(weft_model_load(longer, &other, error), WEFT_OK);
    ck_assert_int_ne(weft_model_save(model, longer, error), WEFT_OK);
    WRONG_OBJECT(other, weft_model_load_as(NULL, network, &other, error));
    WRONG_OBJECT(other, weft_model_load_as("model.safetensors", NULL, &other, error));
    WRONG(weft_model_load_as("model.safetensors", network, NULL, error));
    WRONG_OBJECT(other, weft_model_load_memory(NULL, size, &other, error));
    WRONG(weft_model_load_memory(bytes, size, NULL, error));
    WRONG_OBJECT(other, weft_model_load_memory_as(NULL, size, network, &other, error));
    WRONG_OBJECT(other, weft_model_load_memory_as(bytes, size, NULL, &other, error));
    WRONG(weft_model_load_memory_as(bytes, size, network, NULL, error));
    FAILS(WEFT_BAD_FILE, weft_model_load_memory(bytes, 0, &other, error));
    FAILS(WEFT_BAD_FILE, weft_model_load_memory(bytes, 7, &other, error));
    FAILS(WEFT_BAD_FILE, weft_model_load_memory(bytes, size - 1, &other, error));
    FAILS(WEFT_BAD_FILE, weft_model_load_memory(longer, 99999, &other, error));
    FAILS(WEFT_BAD_FILE, weft_model_load_memory_as(bytes, size, published, &other, error));
    ck_assert_ptr_null(other);
    free(longer);
    weft_free(bytes);
    weft_model_destroy(model);
    weft_network_destroy(network);
    weft_network_destroy(published);
    end_wrong_uses(17);
}
END_TEST

START_TEST(names_and_options_of_models) {
    const char *const names[3] = {"a", "b", "c"}, *const missing[3] = {"a", NULL, "c"},
                      *const empty[3] = {"a", "", "c"}, *const invalid[3] = {"a", "\xff", "c"},
                      *const control[3] = {"a", "b\x1b", "c"};
    struct weft_images_hash hash = {.size = sizeof hash};
    struct weft_network *network = NULL;
    struct weft_model *model = NULL;
    begin_wrong_uses();
    RIGHT(weft_network_create(list, &network, error));
    RIGHT(weft_model_create(network, 0, &model, error));
    WRONG(weft_model_set_classes(NULL, names, 3, error));
    WRONG(weft_model_set_classes(model, NULL, 3, error));
    WRONG(weft_model_set_classes(model, names, 2, error));
    WRONG(weft_model_set_classes(model, names, SIZE_MAX, error));
    WRONG(weft_model_set_classes(model, missing, 3, error));
    WRONG(weft_model_set_classes(model, empty, 3, error));
    WRONG(weft_model_set_classes(model, invalid, 3, error));
    WRONG(weft_model_set_classes(model, control, 3, error));
    ck_assert_uint_eq(weft_model_classes(model), 0);
    WRONG(weft_model_set_options(NULL, "{}", error));
    WRONG(weft_model_set_options(model, "", error));
    WRONG(weft_model_set_options(model, "[]", error));
    WRONG(weft_model_set_options(model, "{", error));
    WRONG(weft_model_set_options(model, "{\"a\": \"\xff\"}", error));
    ck_assert_ptr_null(weft_model_options(model));
    WRONG(weft_model_set_data(NULL, WEFT_SPLIT_TRAIN, NULL, error));
    WRONG(weft_model_set_data(model, NO_SPLIT, NULL, error));
    WRONG(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error));
    memset(hash.images, 'g', 64);
    memset(hash.labels, 'a', 65);
    WRONG(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error));
    memset(hash.images, 'a', 65);
    WRONG(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error));
    hash.size = 0;
    WRONG(weft_model_set_data(model, WEFT_SPLIT_TRAIN, &hash, error));
    ck_assert_str_eq(weft_model_images_sha256(model, NO_SPLIT), "");
    ck_assert_ptr_null(weft_model_class_name(model, 0));
    weft_model_destroy(model);
    weft_network_destroy(network);
    end_wrong_uses(19);
}
END_TEST

static bool stop(void *context, const struct weft_tensor_comparison *comparison) {
    ck_assert_ptr_nonnull(comparison->name);
    (void)context;
    return false;
}

START_TEST(comparisons) {
    static const float a[2] = {1, 2}, b[2] = {1, 3};
    struct weft_difference difference = {.size = sizeof difference};
    struct weft_comparison comparison = {.size = sizeof comparison};
    char path[4096];
    begin_wrong_uses();
    snprintf(path, sizeof path, "%s/data/trained.safetensors", source_root());
    WRONG(weft_compare_values(NULL, b, 2, &difference, error));
    WRONG(weft_compare_values(a, NULL, 2, &difference, error));
    WRONG(weft_compare_values(a, b, 2, NULL, error));
    WRONG(weft_compare_values(a, b, SIZE_MAX, &difference, error));
    difference.size = 0;
    WRONG(weft_compare_values(a, b, 2, &difference, error));
    difference.size = sizeof difference;
    RIGHT(weft_compare_values(a, b, 2, &difference, error));
    ck_assert_uint_eq(difference.first, 1);
    WRONG(weft_compare_files(NULL, path, NULL, NULL, &comparison, error));
    WRONG(weft_compare_files(path, NULL, NULL, NULL, &comparison, error));
    WRONG(weft_compare_files(path, path, NULL, NULL, NULL, error));
    FAILS(WEFT_BAD_FILE, weft_compare_files(path, "/nowhere", NULL, NULL, &comparison, error));
    FAILS(WEFT_INTERRUPTED, weft_compare_files(path, path, stop, NULL, &comparison, error));
    RIGHT(weft_compare_files(path, path, NULL, NULL, &comparison, error));
    ck_assert_uint_eq(comparison.different, 0);
    ck_assert_uint_eq(comparison.tensors, 20);
    comparison.size = 3;
    WRONG(weft_compare_files(path, path, NULL, NULL, &comparison, error));
    end_wrong_uses(11);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, models);
    tcase_add_test(tests, files_of_models);
    tcase_add_test(tests, names_and_options_of_models);
    tcase_add_test(tests, comparisons);
}

CHECK_MAIN("api_wrong_models", add_tests)

/* test_model.c: models are written and read, and PyTorch's files are read. */
#include "temporary.h"

#include <math.h>

#include "base/sha256.h"
#include "data/model.h"
#include "data/safetensors.h"
#include "os/files.h"

static const char *vector(const char *name) {
    static char path[4096];
    snprintf(path, sizeof path, "%s/tests/vectors/%s", source_root(), name);
    return path;
}

static struct weft_model *load(const char *path) {
    struct weft_model *model;
    struct weft_error error = {0};
    ck_assert_msg(model_load(path, &model, &error) == WEFT_OK, "%s", error.message);
    return model;
}

static struct weft_model *make(const char *list) {
    struct weft_network *network;
    struct weft_model *model;
    ck_assert_int_eq(network_create(list, &network, NULL), WEFT_OK);
    ck_assert_int_eq(model_create(network, &model, NULL), WEFT_OK);
    return model;
}

static void hash_file(const char *path, char hex[65]) {
    char *bytes;
    size_t size;
    ck_assert_int_eq(os_file_read(path, 1000000, &bytes, &size, NULL), WEFT_OK);
    sha256_hex(bytes, size, hex);
    free(bytes);
}

static void assert_equal(const struct weft_model *a, const struct weft_model *b) {
    char *first = network_to_json(a->network), *second = network_to_json(b->network);
    ck_assert_str_eq(first, second);
    free(first);
    free(second);
    ck_assert_mem_eq(a->parameters, b->parameters, a->network->parameter_count * sizeof(float));
    ck_assert_mem_eq(a->buffers, b->buffers, a->network->buffer_count * sizeof(float));
    ck_assert_mem_eq(a->batches, b->batches, a->network->layer_count * sizeof(int64_t));
    ck_assert_int_eq(a->options == NULL, b->options == NULL);
    if (a->options != NULL) {
        ck_assert_str_eq(a->options, b->options);
    }
    ck_assert_mem_eq(a->data, b->data, sizeof a->data);
    ck_assert_int_eq(a->classes == NULL, b->classes == NULL);
    for (size_t i = 0; a->classes != NULL && (a->classes[i] != NULL || b->classes[i] != NULL);
         i++) {
        ck_assert_str_eq(a->classes[i], b->classes[i]);
    }
}

START_TEST(created) {
    struct weft_model *model =
        make("{\"input\": [2], \"layers\": [{\"kind\": \"linear\", \"out_features\": 3}, "
             "{\"kind\": \"batch_norm\"}]}");
    static const float parameters[15] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0};
    static const float buffers[6] = {0, 0, 0, 1, 1, 1};
    ck_assert_uint_eq(model->network->parameter_count, 15);
    ck_assert_mem_eq(model->parameters, parameters, sizeof parameters);
    ck_assert_mem_eq(model->buffers, buffers, sizeof buffers);
    ck_assert_int_eq(model->batches[0], 0);
    ck_assert_int_eq(model->batches[1], 0);
    ck_assert_ptr_null(model->options);
    model_destroy(model);
    model_destroy(NULL);
}
END_TEST

START_TEST(written_and_read) {
    struct weft_model *model =
        make("{\"input\": [1, 6, 7], \"layers\": [{\"kind\": \"conv2d\", \"name\": \"c\", "
             "\"out_channels\": 3, \"kernel_size\": [2, 3]}, {\"kind\": \"batch_norm\"}, "
             "{\"kind\": \"relu\"}, {\"kind\": \"flatten\"}, {\"kind\": \"linear\", "
             "\"out_features\": 5}, {\"kind\": \"batch_norm\", \"momentum\": 0.25}]}");
    static const char *const classes[] = {"a", "\"b\" \\", "caf\xc3\xa9", " ", "e/f"};
    static const char options[] = "{\"seed\": 3, \"note\": \"\\u00e9 \\\"quoted\\\"\"}";
    const char *path = temporary_path("model.safetensors"), *again = temporary_path("again");
    struct weft_error error = {0};
    char first[65], second[65], hashed[65];
    struct weft_model *back;
    model_initialise(model, 9);
    for (size_t i = 0; i < model->network->buffer_count; i++) {
        model->buffers[i] = 0.1f * (float)(i + 1);
    }
    model->batches[1] = 600;
    model->batches[5] = INT64_MAX;
    model->options = malloc(sizeof options);
    memcpy(model->options, options, sizeof options);
    ck_assert_int_eq(model_set_classes(model, classes, 5, NULL), WEFT_OK);
    sha256_hex("a", 1, model->data[WEFT_SPLIT_TEST].images);
    sha256_hex("b", 1, model->data[WEFT_SPLIT_TEST].labels);
    ck_assert_msg(model_save(model, path, first, &error) == WEFT_OK, "%s", error.message);
    back = load(path);
    ck_assert(!back->published_assumed && !back->undigested);
    assert_equal(model, back);
    ck_assert_int_eq(model_save(back, again, second, NULL), WEFT_OK);
    ck_assert_str_eq(first, second);
    ck_assert_str_eq(first, back->sha256);
    hash_file(again, hashed);
    ck_assert_str_eq(first, hashed);
    model_destroy(back);
    model_destroy(model);
}
END_TEST

/* The file has what PyTorch needs and what weft reads in addition. */
START_TEST(written_names) {
    static const char *const names[] = {"conv1.weight",
                                        "conv1.bias",
                                        "batchN1.weight",
                                        "batchN1.bias",
                                        "batchN1.running_mean",
                                        "batchN1.running_var",
                                        "batchN1.num_batches_tracked",
                                        "conv2.weight",
                                        "conv2.bias",
                                        "fc1.weight",
                                        "fc1.bias",
                                        "batchN2.weight",
                                        "batchN2.bias",
                                        "batchN2.running_mean",
                                        "batchN2.running_var",
                                        "batchN2.num_batches_tracked",
                                        "fc2.weight",
                                        "fc2.bias",
                                        "out.weight",
                                        "out.bias"};
    struct weft_model *model = load(vector("trained.safetensors"));
    const char *path = temporary_path("names");
    struct safetensors file;
    char *list = network_to_json(model->network);
    ck_assert_int_eq(model_save(model, path, NULL, NULL), WEFT_OK);
    ck_assert_int_eq(safetensors_read(path, &file, NULL), WEFT_OK);
    ck_assert_uint_eq(file.count, sizeof names / sizeof names[0]);
    for (size_t i = 0; i < file.count; i++) {
        ck_assert_str_eq(file.entries[i].name, names[i]);
    }
    ck_assert_str_eq(safetensors_metadata(&file, "format"), "pt");
    ck_assert_str_eq(safetensors_metadata(&file, "weft.network"), list);
    ck_assert_str_eq(safetensors_metadata(&file, "weft.contract"), "1");
    ck_assert_ptr_null(safetensors_metadata(&file, "weft.options"));
    safetensors_finish(&file);
    free(list);
    model_destroy(model);
}
END_TEST

START_TEST(read_from_pytorch) {
    static const struct {
        const char *name;
        int64_t batches;
        float first; /* of conv1.weight */
    } cases[] = {
        {"init.safetensors", 0, 0}, {"step1.safetensors", 1, 0}, {"trained.safetensors", 3000, 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weft_model *model = load(vector(cases[i].name));
        struct safetensors file;
        ck_assert(model->published_assumed && !model->undigested);
        ck_assert(model->classes == NULL && model->data[WEFT_SPLIT_TRAIN].images[0] == '\0');
        ck_assert_uint_eq(model->network->parameter_count, 33250);
        ck_assert_int_eq(model->batches[3], cases[i].batches);
        ck_assert_int_eq(model->batches[10], cases[i].batches);
        ck_assert_int_eq(safetensors_read(vector(cases[i].name), &file, NULL), WEFT_OK);
        for (size_t j = 0; j < model->network->tensor_count; j++) {
            const struct network_tensor *tensor = &model->network->tensors[j];
            const float *values =
                (tensor->trained ? model->parameters : model->buffers) + tensor->offset;
            const struct safetensors_entry *entry = safetensors_find(&file, tensor->name);
            ck_assert_uint_eq(entry->count, tensor->count);
            for (size_t k = 0; k < tensor->count; k++) {
                float value = safetensors_float(entry, k);
                ck_assert(values[k] == value || (values[k] == 0.0f && fabsf(value) < 0x1p-36f));
            }
        }
        safetensors_finish(&file);
        model_destroy(model);
    }
}
END_TEST

START_TEST(read_from_a_folder) {
    struct weft_model *model = load(vector("init.safetensors")), *back;
    struct weft_error error = {0};
    char saved[65];
    ck_assert_int_eq(os_make_folder(temporary_path("run"), NULL), WEFT_OK);
    ck_assert_int_eq(model_load(temporary_path("run"), &back, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "run/model.safetensors"));
    ck_assert_ptr_null(back);
    ck_assert_int_eq(model_save(model, temporary_path("run/model.safetensors"), saved, NULL),
                     WEFT_OK);
    back = load(temporary_path("run"));
    assert_equal(model, back);
    ck_assert_str_eq(saved, back->sha256);
    model_destroy(back);
    model_destroy(model);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, created);
    tcase_add_test(tests, written_and_read);
    tcase_add_test(tests, written_names);
    tcase_add_test(tests, read_from_pytorch);
    tcase_add_test(tests, read_from_a_folder);
}

CHECK_MAIN("model", add_tests)

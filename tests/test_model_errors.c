/* test_model_errors.c: model files without the tensors of their network, and models that cannot be
 * written. */
#include "temporary.h"

#include <math.h>
#include <stdint.h>

#include "base/random.h"
#include "data/model.h"
#include "safetensors_bytes.h"

/* The tensors of a small network, for a file that a test changes. */
struct part {
    const char *name, *dtype, *shape;
    size_t width, count; /* bytes of an element, elements */
    float values[2];
};

enum { PARTS = 7, WEIGHT = 0, MEAN = 2, VARIANCE = 3, COUNTER = 4, MATRIX = 5 };

static const struct part right[PARTS] = {
    {"n.weight", "F32", "[2]", 4, 2, {1, 2}},
    {"n.bias", "F32", "[2]", 4, 2, {3, 4}},
    {"n.running_mean", "F32", "[2]", 4, 2, {5, 6}},
    {"n.running_var", "F32", "[2]", 4, 2, {7, 8}},
    {"n.num_batches_tracked", "I64", "[]", 8, 1, {0, 0}},
    {"l.weight", "F32", "[1, 2]", 4, 2, {9, 10}},
    {"l.bias", "F32", "[1]", 4, 1, {11, 0}},
};

static const char metadata[] =
    "'weft.network': '{\\'input\\': [2], \\'layers\\': [{\\'kind\\': \\'batch_norm\\', \\'name\\': "
    "\\'n\\'}, {\\'kind\\': \\'linear\\', \\'name\\': \\'l\\', \\'out_features\\': 1}]}'";

/* Returns the file of ${count} ${parts} with ${texts} in its metadata. */
static char *make_file(const struct part *parts, size_t count, const char *texts, size_t *size) {
    char header[4096];
    unsigned char values[256] = {0};
    size_t end = 0;
    int length = snprintf(header, sizeof header, "{'__metadata__': {%s}", texts);
    for (size_t i = 0; i < count; i++) {
        size_t bytes = parts[i].width * parts[i].count;
        length += snprintf(header + length, sizeof header - (size_t)length,
                           ", '%s': {'dtype': '%s', 'shape': %s, 'data_offsets': [%zu, %zu]}",
                           parts[i].name, parts[i].dtype, parts[i].shape, end, end + bytes);
        for (size_t j = 0; j < parts[i].count && parts[i].width >= 4; j++) {
            uint32_t bits;
            memcpy(&bits, &parts[i].values[j], sizeof bits);
            for (size_t k = 0; k < 4; k++) {
                values[end + j * parts[i].width + k] = (unsigned char)(bits >> 8 * k);
            }
        }
        end += bytes;
    }
    strcat(header, "}");
    return safetensors_bytes(header, values, end, size);
}

static enum weft_status load(const struct part *parts, size_t count, const char *texts,
                             struct weft_model **model, struct weft_error *error) {
    const char *path = temporary_path("changed.safetensors");
    size_t size;
    char *bytes = make_file(parts, count, texts, &size);
    temporary_write(path, bytes, size);
    free(bytes);
    return model_load(path, model, error);
}

/* Also expects the name of the file in the message. Returns the error. */
static struct weft_error assert_refused(const struct part *parts, size_t count, const char *texts,
                                        const char *part) {
    struct weft_model *model;
    struct weft_error error = {0};
    ck_assert_msg(load(parts, count, texts, &model, &error) == WEFT_BAD_FILE, "read without %s",
                  part);
    ck_assert_ptr_null(model);
    ck_assert_msg(strstr(error.message, part) != NULL, "\"%s\" does not say \"%s\"", error.message,
                  part);
    ck_assert_ptr_nonnull(strstr(error.message, "changed.safetensors: "));
    return error;
}

/* Returns the right file with part ${index} replaced by ${changed}. */
static struct weft_error assert_part_refused(size_t index, struct part changed, const char *part) {
    struct part parts[PARTS];
    memcpy(parts, right, sizeof parts);
    parts[index] = changed;
    return assert_refused(parts, PARTS, metadata, part);
}

START_TEST(right_file) {
    struct weft_model *model;
    struct weft_error error = {0};
    ck_assert_msg(load(right, PARTS, metadata, &model, &error) == WEFT_OK, "%s", error.message);
    ck_assert(model->parameters[0] == 1.0f && model->parameters[6] == 11.0f);
    ck_assert(model->buffers[0] == 5.0f && model->buffers[3] == 8.0f);
    model_destroy(model);
}
END_TEST

START_TEST(optional_counter_and_order) {
    struct weft_model *model;
    struct part parts[PARTS - 1];
    for (size_t i = 0, j = PARTS; j-- > 0;) {
        if (j != COUNTER) {
            parts[i++] = right[j];
        }
    }
    ck_assert_int_eq(load(parts, PARTS - 1, metadata, &model, NULL), WEFT_OK);
    ck_assert(model->parameters[0] == 1.0f && model->parameters[6] == 11.0f);
    ck_assert_int_eq(model->batches[0], 0);
    model_destroy(model);
}
END_TEST

START_TEST(names) {
    struct part parts[PARTS + 1];
    struct weft_error error;
    assert_refused(right, PARTS - 1, metadata, "tensor l.bias: it is missing");
    memcpy(parts, right, sizeof right);
    parts[PARTS] = (struct part){"l.more", "F32", "[1]", 4, 1, {0}};
    assert_refused(parts, PARTS + 1, metadata, "tensor l.more: the network has no such tensor");
    parts[PARTS].name = "l.bias";
    assert_refused(parts, PARTS + 1, metadata, "duplicate object key near '\"l.bias\"'");
    parts[PARTS].name = "l.num_batches_tracked";
    assert_refused(parts, PARTS + 1, metadata, "tensor l.num_batches_tracked: the network has no");
    error = assert_refused(right, PARTS, "", "tensor n.weight: the network has no such tensor");
    ck_assert_ptr_nonnull(strstr(error.hint, "names no network"));
}
END_TEST

START_TEST(types_and_shapes) {
    struct weft_error error;
    error = assert_part_refused(WEIGHT, (struct part){"n.weight", "I32", "[2]", 4, 2, {0}},
                                "tensor n.weight: its dtype is I32, but floats were expected");
    ck_assert_str_eq(error.hint, "save it as float32: model.float().state_dict()");
    assert_part_refused(WEIGHT, (struct part){"n.weight", "F8_E5M2", "[2]", 1, 2, {0}}, "F8_E5M2");
    error = assert_part_refused(
        MATRIX, (struct part){"l.weight", "F32", "[2, 1]", 4, 2, {0}},
        "tensor l.weight: its shape is 2 x 1, but the network's is 1 x 2: it is transposed");
    ck_assert_ptr_nonnull(strstr(error.hint, "outputs x inputs"));
    assert_part_refused(MATRIX, (struct part){"l.weight", "F32", "[2]", 4, 2, {0}},
                        "tensor l.weight: its shape is 2, but the network's is 1 x 2");
}
END_TEST

/* A counter may be any single integer. */
START_TEST(counters) {
    static const struct {
        struct part part;
        int64_t value;
    } right_ones[] = {
        {{"n.num_batches_tracked", "I64", "[1]", 8, 1, {0}}, 0},
        {{"n.num_batches_tracked", "I32", "[]", 4, 1, {1e-44f}}, 7},
        {{"n.num_batches_tracked", "F32", "[1, 1]", 4, 1, {600}}, 600},
        {{"n.num_batches_tracked", "U8", "[]", 1, 1, {0}}, 0},
        {{"n.num_batches_tracked", "F64", "[]", 8, 1, {0}}, 0},
    };
    for (size_t i = 0; i < sizeof right_ones / sizeof right_ones[0]; i++) {
        struct part parts[PARTS];
        struct weft_model *model;
        struct weft_error error = {0};
        memcpy(parts, right, sizeof parts);
        parts[COUNTER] = right_ones[i].part;
        ck_assert_msg(load(parts, PARTS, metadata, &model, &error) == WEFT_OK, "%zu: %s", i,
                      error.message);
        ck_assert_int_eq(model->batches[0], right_ones[i].value);
        model_destroy(model);
    }
    assert_part_refused(COUNTER, (struct part){"n.num_batches_tracked", "I64", "[2]", 8, 2, {0}},
                        "tensor n.num_batches_tracked: a single integer was expected");
    assert_part_refused(COUNTER, (struct part){"n.num_batches_tracked", "F32", "[]", 4, 1, {1.5f}},
                        "a single integer was expected");
    assert_part_refused(COUNTER, (struct part){"n.num_batches_tracked", "F32", "[]", 4, 1, {NAN}},
                        "a single integer was expected");
    assert_part_refused(COUNTER, (struct part){"n.num_batches_tracked", "F32", "[]", 4, 1, {-1}},
                        "it is -1, below 0");
    assert_part_refused(COUNTER, (struct part){"n.num_batches_tracked", "I32", "[]", 4, 1, {-2}},
                        "below 0");
    assert_part_refused(COUNTER, (struct part){"n.num_batches_tracked", "BOOL", "[]", 1, 1, {0}},
                        "a single integer was expected");
}
END_TEST

START_TEST(values) {
    struct part parts[PARTS];
    struct weft_model *model;
    unsigned char *bytes;
    size_t size;
    struct weft_error error = {0};
    assert_part_refused(WEIGHT, (struct part){"n.weight", "F32", "[2]", 4, 2, {1, NAN}},
                        "tensor n.weight: element 1 of 2 is NaN");
    assert_part_refused(MEAN, (struct part){"n.running_mean", "F32", "[2]", 4, 2, {INFINITY, 0}},
                        "tensor n.running_mean: element 0 of 2 is infinite");
    assert_part_refused(VARIANCE, (struct part){"n.running_var", "F32", "[2]", 4, 2, {1, -1e-44f}},
                        "tensor n.running_var: element 1 of 2 is below 0");
    /* -0 is not a negative variance, and small values become +0. */
    memcpy(parts, right, sizeof parts);
    memcpy(parts[VARIANCE].values, (float[]){-0.0f, 1e-20f}, 8);
    memcpy(parts[MEAN].values, (float[]){-0x1.fp-37f, -0x1p-36f}, 8);
    ck_assert_int_eq(load(parts, PARTS, metadata, &model, NULL), WEFT_OK);
    ck_assert_mem_eq(model->buffers, ((float[]){0.0f, -0x1p-36f, 0.0f, 0.0f}), 16);
    model_destroy(model);
    /* A count below 0: its highest byte is the ninth before l.weight's 8 and l.bias's 4 end the
     * file. */
    bytes = (unsigned char *)make_file(right, PARTS, metadata, &size);
    bytes[size - 13] = 0x80;
    temporary_write(temporary_path("counter"), bytes, size);
    free(bytes);
    ck_assert_int_eq(model_load(temporary_path("counter"), &model, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(
        strstr(error.message, "n.num_batches_tracked: it is -922337203685477580"));
}
END_TEST

START_TEST(metadata_texts) {
    char texts[1024];
    static const char *const contracts[] = {"", "one", "-1", "1.0", "1234567890", " 1"};
    struct weft_model *model;
    for (size_t i = 0; i < sizeof contracts / sizeof contracts[0]; i++) {
        snprintf(texts, sizeof texts, "%s, 'weft.contract': '%s'", metadata, contracts[i]);
        assert_refused(right, PARTS, texts, "weft.contract: \"");
    }
    snprintf(texts, sizeof texts, "%s, 'weft.contract': '999', 'other': 'x'", metadata);
    ck_assert_int_eq(load(right, PARTS, texts, &model, NULL), WEFT_OK);
    model_destroy(model);
    snprintf(texts, sizeof texts, "%s, 'weft.options': '{\\'seed\\': }'", metadata);
    assert_refused(right, PARTS, texts, "options: not a JSON object");
    snprintf(texts, sizeof texts, "%s, 'weft.options': '3'", metadata);
    assert_refused(right, PARTS, texts, "options: not a JSON object");
    snprintf(texts, sizeof texts, "%s, 'weft.pixels': '{\\'mean\\': [0, 0], \\'std\\': [1, 1]}'",
             metadata);
    assert_refused(right, PARTS, texts, "weft.pixels: it has 2 channels, but the input of the");
    assert_refused(right, PARTS,
                   "'weft.network': '{\\'input\\': [2], \\'layers\\': [{\\'kind\\': \\'glue\\'}]}'",
                   "__metadata__ weft.network: network:1:36: layer 1: unknown kind \"glue\"");
    /* A network of 8 GiB is refused because of its shapes, before the allocation. */
    assert_refused(right, PARTS,
                   "'weft.network': '{\\'input\\': [32768], \\'layers\\': [{\\'kind\\': "
                   "\\'linear\\', \\'name\\': \\'l\\', \\'out_features\\': 65534}]}'",
                   "tensor n.weight: the network has no such tensor");
}
END_TEST

/* Every file gives a model or an error. */
START_TEST(random_mutations) {
    size_t size, read = 0;
    char *whole = make_file(right, PARTS, metadata, &size);
    const char *path = temporary_path("mutated");
    for (uint32_t i = 0; i < 3000; i++) {
        struct weft_model *model;
        struct weft_error error = {0};
        char *bytes = malloc(size);
        uint32_t words[4];
        memcpy(bytes, whole, size);
        random_draw(3, RANDOM_INITIAL, i, 0, words);
        bytes[words[0] % size] ^= (char)(1 << words[1] % 8);
        if (i % 2 == 0) {
            bytes[words[2] % size] = "{}[],:\"01289-e\\ "[words[3] % 16];
        }
        temporary_write(path, bytes, size);
        free(bytes);
        if (model_load(path, &model, &error) == WEFT_OK) {
            read++;
        } else {
            ck_assert_int_eq(error.status, WEFT_BAD_FILE);
            ck_assert_ptr_nonnull(strstr(error.message, path));
        }
        model_destroy(model);
    }
    free(whole);
    ck_assert(read > 0 && read < 1500);
}
END_TEST

START_TEST(models_that_are_not_written) {
    struct weft_model *model;
    struct weft_error error = {0};
    const char *path = temporary_path("unwritten");
    char options[] = "[1]";
    ck_assert_int_eq(load(right, PARTS, metadata, &model, NULL), WEFT_OK);
    model->parameters[5] = NAN;
    ck_assert_int_eq(model_save(model, path, NULL, &error), WEFT_DIVERGED);
    ck_assert_ptr_nonnull(
        strstr(error.message, "unwritten: tensor l.weight: element 1 of 2 is NaN"));
    model->parameters[5] = 0.0f;
    model->buffers[2] = -1.0f;
    ck_assert_int_eq(model_save(model, path, NULL, NULL), WEFT_DIVERGED);
    model->buffers[2] = 1.0f;
    model->batches[0] = -1;
    ck_assert_int_eq(model_save(model, path, NULL, NULL), WEFT_DIVERGED);
    model->batches[0] = 1;
    model->options = options;
    ck_assert_int_eq(model_save(model, path, NULL, NULL), WEFT_USAGE);
    ck_assert_int_eq(access(path, F_OK), -1);
    model->options = NULL;
    ck_assert_int_eq(model_save(model, path, NULL, NULL), WEFT_OK);
    model_destroy(model);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, right_file);
    tcase_add_test(tests, optional_counter_and_order);
    tcase_add_test(tests, names);
    tcase_add_test(tests, types_and_shapes);
    tcase_add_test(tests, counters);
    tcase_add_test(tests, values);
    tcase_add_test(tests, metadata_texts);
    tcase_add_test(tests, random_mutations);
    tcase_add_test(tests, models_that_are_not_written);
}

CHECK_MAIN("model_errors", add_tests)

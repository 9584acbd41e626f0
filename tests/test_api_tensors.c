/* test_api_tensors.c: arrays of floats as files, by the public function. */
#include "temporary.h"

#include <math.h>
#include <stdint.h>
#include <weft/compare.h>

#include "api_status.h"

static struct weft_error *error;
static const float LOGITS[6] = {1, -2, 3, 0, 5, 6}, SCALAR[1] = {7};
static const struct weft_tensor MATRIX = {
    .size = sizeof MATRIX, .name = "logits", .rank = 2, .shape = {2, 3}, .count = 6};
static const struct weft_tensor NUMBER = {.size = sizeof NUMBER, .name = "number", .count = 1};

static void set_up(void) {
    error = weft_error_create();
}

static void tear_down(void) {
    weft_error_destroy(error);
}

/* Keeps the names and counts in ${context}, a text. */
static bool keep(void *context, const struct weft_tensor_comparison *tensor) {
    char *text = context;
    snprintf(text + strlen(text), 100 - strlen(text), "%s %zu %zu, ", tensor->name, tensor->count,
             tensor->differing);
    return true;
}

/* The file has all arrays, in their order, with the bits of each value. */
START_TEST(files) {
    const struct weft_tensor *tensors[2] = {&MATRIX, &NUMBER};
    float changed[6];
    const float *values[2] = {LOGITS, SCALAR};
    struct weft_comparison comparison = {.size = sizeof comparison};
    char a[4096], text[100] = "";
    strcpy(a, temporary_path("a.safetensors"));
    SUCCESS(weft_tensors_save(a, tensors, values, 2, error));
    memcpy(changed, LOGITS, sizeof changed);
    changed[3] = -0.0f;
    changed[4] = (float)NAN;
    values[0] = changed;
    SUCCESS(weft_tensors_save(temporary_path("b.safetensors"), tensors, values, 2, error));
    SUCCESS(weft_compare_files(a, temporary_path("b.safetensors"), keep, text, &comparison, error));
    ck_assert_str_eq(text, "logits 6 2, number 1 0, ");
    ck_assert_uint_eq(comparison.tensors, 2);
    ck_assert(!comparison.undigested_a && !comparison.undigested_b);
    expect_status(weft_tensors_save("/no/such/file", tensors, values, 2, error), error,
                  WEFT_BAD_FILE, "/no/such/file");
}
END_TEST

/* Fails unless the file of ${tensor} is refused with a message that has ${text}. */
static void refuse(struct weft_tensor tensor, const char *text) {
    const struct weft_tensor *tensors[1] = {&tensor};
    const float *values[1] = {LOGITS};
    USAGE(weft_tensors_save("x", tensors, values, 1, error), text);
}

START_TEST(wrong_uses) {
    const struct weft_tensor *tensors[2] = {&MATRIX, &MATRIX};
    const float *values[2] = {LOGITS, LOGITS};
    struct weft_tensor tensor = MATRIX;
    USAGE(weft_tensors_save(NULL, tensors, values, 1, error), "path is NULL");
    USAGE(weft_tensors_save("x", NULL, values, 1, error), "tensors is NULL");
    USAGE(weft_tensors_save("x", tensors, NULL, 1, error), "values is NULL");
    USAGE(weft_tensors_save("x", tensors, values, 0, error), "count is 0");
    USAGE(weft_tensors_save("x", tensors, values, SIZE_MAX, error), "count is ");
    USAGE(weft_tensors_save("x", tensors, values, 2, error), "two tensors have the name logits");
    values[1] = NULL;
    USAGE(weft_tensors_save("x", tensors, values, 2, error), "values[1] is NULL");
    tensors[0] = NULL;
    USAGE(weft_tensors_save("x", tensors, values, 2, error), "tensors[0] is NULL");
    tensor.size = 1;
    refuse(tensor, "tensors->size is 1");
    tensor = MATRIX;
    tensor.name = NULL;
    refuse(tensor, "tensors[0]->name is no UTF-8 text");
    tensor.name = "";
    refuse(tensor, "tensors[0]->name is no UTF-8 text");
    tensor.name = "\xff";
    refuse(tensor, "tensors[0]->name is no UTF-8 text");
    tensor = MATRIX;
    tensor.rank = 5;
    refuse(tensor, "tensors[0]->rank is 5");
    tensor.rank = SIZE_MAX;
    refuse(tensor, "tensors[0]->rank is ");
    tensor = MATRIX;
    tensor.count = 7;
    refuse(tensor, "tensors[0]->count is 7: it must be the product of the shape");
    tensor.shape[0] = 0;
    tensor.count = 0;
    refuse(tensor, "tensors[0]->count is 0");
    tensor.shape[0] = SIZE_MAX;
    tensor.shape[1] = SIZE_MAX;
    tensor.count = 1;
    refuse(tensor, "tensors[0]->count is 1");
    tensor.shape[0] = tensor.shape[1] = UINT32_MAX;
    refuse(tensor, "tensors[0]->count is 1");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_checked_fixture(tests, set_up, tear_down);
    tcase_add_test(tests, files);
    tcase_add_test(tests, wrong_uses);
}

CHECK_MAIN("api_tensors", add_tests)

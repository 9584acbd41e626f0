/* test_safetensors.c: files that are read and files that are refused; no file crashes the
 * reader. */
#include "check_weft.h"

#include "base/random.h"
#include "data/safetensors.h"
#include "safetensors_bytes.h"

static const char small[] =
    "{'__metadata__': {'format': 'pt', 'note': 'a \\'b\\''},"
    "'b.c': {'dtype': 'I64', 'shape': [], 'data_offsets': [12, 20]},"
    "'a': {'data_offsets': [0, 12], 'shape': [3, 1], 'dtype': 'F32'},"
    "'none': {'dtype': 'U8', 'shape': [4, 0], 'data_offsets': [12, 12]}}   \n";
static const unsigned char values[20] = {0, 0,   128, 63, 0, 0, 0, 192, 1, 0,
                                         0, 128, 1,   2,  3, 4, 5, 6,   7, 128};

static enum weft_status parse(const char *header, size_t values_size, struct weft_error *error) {
    struct safetensors file;
    size_t size;
    char *bytes = safetensors_bytes(header, NULL, values_size, &size);
    enum weft_status status = safetensors_parse(bytes, size, &file, error);
    safetensors_finish(&file);
    return status;
}

static void assert_refused(const char *header, size_t values_size, const char *part) {
    struct weft_error error = {0};
    ck_assert_msg(parse(header, values_size, &error) == WEFT_BAD_FILE, "%s is read", header);
    ck_assert_msg(strstr(error.message, part) != NULL, "\"%s\" does not say \"%s\"", error.message,
                  part);
}

START_TEST(read_small) {
    struct safetensors file;
    struct weft_error error = {0};
    const struct safetensors_entry *entry;
    char text[200];
    size_t size;
    char *bytes = safetensors_bytes(small, values, sizeof values, &size);
    ck_assert_msg(safetensors_parse(bytes, size, &file, &error) == WEFT_OK, "%s", error.message);
    ck_assert_uint_eq(file.count, 3);
    ck_assert_str_eq(file.entries[0].name, "a");
    ck_assert_str_eq(file.entries[1].name, "none");
    ck_assert_str_eq(file.entries[2].name, "b.c");
    entry = safetensors_find(&file, "a");
    ck_assert_str_eq(entry->dtype, "F32");
    ck_assert_uint_eq(entry->rank, 2);
    ck_assert_uint_eq(entry->count, 3);
    ck_assert_str_eq(safetensors_shape(entry->shape, entry->rank, text), "3 x 1");
    ck_assert(safetensors_float(entry, 0) == 1.0f);
    ck_assert(safetensors_float(entry, 1) == -2.0f);
    entry = safetensors_find(&file, "b.c");
    ck_assert_uint_eq(entry->rank, 0);
    ck_assert_uint_eq(entry->count, 1);
    ck_assert_str_eq(safetensors_shape(entry->shape, entry->rank, text), "scalar");
    ck_assert_int_eq(safetensors_integer(entry, 0), INT64_MIN + 0x07060504030201);
    ck_assert_uint_eq(safetensors_find(&file, "none")->size, 0);
    ck_assert_ptr_null(safetensors_find(&file, "b"));
    ck_assert_str_eq(safetensors_metadata(&file, "note"), "a \"b\"");
    ck_assert_ptr_null(safetensors_metadata(&file, "Note"));
    safetensors_finish(&file);
}
END_TEST

START_TEST(read_others) {
    ck_assert_int_eq(parse("{}", 0, NULL), WEFT_OK);
    ck_assert_int_eq(parse("{'__metadata__': {}}", 0, NULL), WEFT_OK);
    ck_assert_int_eq(parse("{'': {'dtype': 'BF16', 'shape': [2, 1, 1, 1, 1, 1, 1, 1], "
                           "'data_offsets': [0, 4]}}",
                           4, NULL),
                     WEFT_OK);
}
END_TEST

START_TEST(wrong_headers) {
    assert_refused("", 0, "header: it has to start with '{'");
    assert_refused(" {}", 0, "header: it has to start with '{'");
    assert_refused("[]", 0, "header: it has to start with '{'");
    assert_refused("{", 0, "header: not JSON");
    assert_refused("{}{}", 0, "header: not JSON: byte 3: end of file expected");
    assert_refused("{'a': 1}", 0, "tensor a: exactly dtype, shape and data_offsets");
    assert_refused("{'__metadata__': []}", 0, "__metadata__: an object of texts");
    assert_refused("{'__metadata__': {'a': 1}}", 0, "__metadata__: an object of texts");
    assert_refused("{'__metadata__': {'a': 'b', 'a': 'c'}}", 0,
                   "duplicate object key near '\"a\"'");
    assert_refused("{'__metadata__': {'a': '\\u0000'}}", 0,
                   "not JSON: byte 31: \\u0000 is not allowed");
    assert_refused("{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]},"
                   "'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 8]}}",
                   8, "duplicate object key near '\"a\"'");
    assert_refused("{'a': {'dtype': 'F32', 'shape': [1]}}", 4, "exactly dtype, shape");
    assert_refused("{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4], 'x': 1}}", 4,
                   "exactly dtype, shape");
    assert_refused("{}", 1, "1 bytes after the last tensor");
}
END_TEST

/* A tensor "t" of this dtype, shape and offsets. */
static void assert_tensor_refused(const char *dtype, const char *shape, const char *offsets,
                                  size_t values_size, const char *part) {
    char header[512];
    snprintf(header, sizeof header, "{'t': {'dtype': %s, 'shape': %s, 'data_offsets': %s}}", dtype,
             shape, offsets);
    assert_refused(header, values_size, part);
}

START_TEST(wrong_tensors) {
    assert_tensor_refused("'F31'", "[1]", "[0, 4]", 4, "tensor t: unknown dtype \"F31\"");
    assert_tensor_refused("'f32'", "[1]", "[0, 4]", 4, "unknown dtype");
    assert_tensor_refused("4", "[1]", "[0, 4]", 4, "unknown dtype");
    assert_tensor_refused("'F32'", "1", "[0, 4]", 4, "shape: a list");
    assert_tensor_refused("'F32'", "[1, 1, 1, 1, 1, 1, 1, 1, 1]", "[0, 4]", 4, "at most 8");
    assert_tensor_refused("'F32'", "[-1]", "[0, 4]", 4, "shape: whole numbers");
    assert_tensor_refused("'F32'", "[1.5]", "[0, 4]", 4, "shape: whole numbers");
    assert_tensor_refused("'F32'", "['1']", "[0, 4]", 4, "shape: whole numbers");
    assert_tensor_refused("'F32'", "[9007199254740992]", "[0, 4]", 4, "shape: whole numbers");
    assert_tensor_refused("'F32'", "[1e300]", "[0, 4]", 4, "shape: whole numbers");
    assert_tensor_refused("'F32'", "[4294967296, 4294967296]", "[0, 0]", 0, "product is too large");
    assert_tensor_refused("'F32'", "[2147483648, 2147483648]", "[0, 0]", 0, "does not fit");
    assert_tensor_refused("'F64'", "[2147483648, 1073741824]", "[0, 0]", 0, "does not fit");
    assert_tensor_refused("'F32'", "[1]", "[0]", 4, "data_offsets: two whole numbers");
    assert_tensor_refused("'F32'", "[1]", "[0, 4, 4]", 4, "data_offsets: two whole numbers");
    assert_tensor_refused("'F32'", "[1]", "[0, -4]", 4, "data_offsets: two whole numbers");
    assert_tensor_refused("'F32'", "[1]", "4", 4, "data_offsets: two whole numbers");
    assert_tensor_refused("'F32'", "[1]", "[4, 0]", 4, "4 to 0 are not inside");
    assert_tensor_refused("'F32'", "[1]", "[0, 4]", 3, "0 to 4 are not inside the file's 3 bytes");
    assert_tensor_refused("'F32'", "[1]", "[9007199254740990, 9007199254740991]", 4, "not inside");
    assert_tensor_refused("'F32'", "[3, 1]", "[0, 8]", 8, "F32 of shape 3 x 1 does not fit its 8");
    assert_tensor_refused("'I64'", "[]", "[0, 4]", 4, "I64 of shape scalar does not fit its 4");
    assert_tensor_refused("'F32'", "[1]", "[4, 8]", 8, "tensor t: there is a hole before it");
    assert_tensor_refused("'F32'", "[1]", "[0, 4]", 5, "1 bytes after the last tensor");
}
END_TEST

START_TEST(overlaps_and_holes) {
    static const struct {
        const char *offsets[2];
        const char *part;
    } cases[] = {{{"[0, 8]", "[4, 12]"}, "it overlaps another tensor at byte 4"},
                 {{"[4, 12]", "[4, 12]"}, "there is a hole before it at byte 4"},
                 {{"[0, 8]", "[0, 8]"}, "it overlaps another tensor at byte 0"},
                 {{"[9, 17]", "[0, 8]"}, "there is a hole before it at byte 9"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char header[512];
        snprintf(header, sizeof header,
                 "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': %s},"
                 "'b': {'dtype': 'F32', 'shape': [2], 'data_offsets': %s}}",
                 cases[i].offsets[0], cases[i].offsets[1]);
        assert_refused(header, 17, cases[i].part);
    }
}
END_TEST

START_TEST(wrong_lengths) {
    static const char *const starts[] = {"\xff\xff\xff\xff\xff\xff\xff\xff", "\x01\0\0\0\0\0\0\x80",
                                         "\x03\0\0\0\0\0\0\0", "PK\x03\x04\0\0\0\0"};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        struct safetensors file;
        struct weft_error error = {0};
        char *bytes = malloc(10);
        memcpy(bytes, starts[i], 8);
        memcpy(bytes + 8, "{}", 2);
        ck_assert_int_eq(safetensors_parse(bytes, 10, &file, &error), WEFT_BAD_FILE);
        ck_assert_ptr_nonnull(strstr(error.message, "in a file of 10"));
    }
}
END_TEST

/* Every tensor of an accepted file is inside the file, and together they cover its values. */
static void assert_sound(const struct safetensors *file, const char *bytes, size_t size) {
    const unsigned char *end = (const unsigned char *)bytes + size;
    size_t sum = 0;
    for (size_t i = 0; i < file->count; i++) {
        const struct safetensors_entry *entry = &file->entries[i];
        ck_assert(entry->bytes >= (const unsigned char *)bytes + 8);
        ck_assert(entry->size <= (size_t)(end - entry->bytes));
        ck_assert(entry->rank <= SAFETENSORS_RANK && entry->name != NULL);
        sum += entry->size;
    }
    ck_assert_uint_eq(sum, sizeof values);
}

START_TEST(every_truncation) {
    size_t size;
    char *whole = safetensors_bytes(small, values, sizeof values, &size);
    for (size_t length = 0; length <= size + 1; length++) {
        struct safetensors file;
        char *bytes = calloc(length > 0 ? length : 1, 1);
        enum weft_status status;
        memcpy(bytes, whole, length < size ? length : size);
        status = safetensors_parse(bytes, length, &file, NULL);
        ck_assert_msg(status == (length == size ? WEFT_OK : WEFT_BAD_FILE), "%zu bytes", length);
        safetensors_finish(&file);
    }
    free(whole);
}
END_TEST

START_TEST(random_mutations) {
    size_t size, accepted = 0;
    char *whole = safetensors_bytes(small, values, sizeof values, &size);
    for (uint32_t i = 0; i < 50000; i++) {
        struct safetensors file;
        char *bytes = malloc(size);
        uint32_t words[4];
        memcpy(bytes, whole, size);
        /* One to three bytes: any value, a bit flipped, or one character of JSON. */
        for (uint32_t j = 0; j <= i % 3; j++) {
            static const char json[] = "{}[],:\"0123456789-.eE\\u ntf";
            random_draw(2, RANDOM_INITIAL, i, j, words);
            size_t at = words[0] % (size - sizeof values);
            int made[] = {(int)(words[2] % 256), bytes[at] ^ 1 << words[2] % 8,
                          json[words[2] % (sizeof json - 1)]};
            bytes[at] = (char)made[words[1] % 3];
        }
        if (safetensors_parse(bytes, size, &file, NULL) == WEFT_OK) {
            assert_sound(&file, bytes, size);
            accepted++;
        }
        safetensors_finish(&file);
    }
    free(whole);
    ck_assert_uint_gt(accepted, 0); /* such as a changed letter of a name */
    ck_assert_uint_lt(accepted, 25000);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, read_small);
    tcase_add_test(tests, read_others);
    tcase_add_test(tests, wrong_headers);
    tcase_add_test(tests, wrong_tensors);
    tcase_add_test(tests, overlaps_and_holes);
    tcase_add_test(tests, wrong_lengths);
    tcase_add_test(tests, every_truncation);
    tcase_add_test(tests, random_mutations);
}

CHECK_MAIN("safetensors", add_tests)

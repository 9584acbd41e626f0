/* test_safetensors_write.c: files that are written: their bytes, their hash, and their content when
 * they are read. */
#include "temporary.h"

#include "base/sha256.h"
#include "data/safetensors.h"
#include "os/files.h"

/* The digest is that of Python's hashlib. */
START_TEST(known_bytes) {
    static const float floats[] = {1.0f, -2.0f};
    static const int64_t integers[] = {-2};
    static const struct safetensors_text texts[] = {{"format", "pt"}, {"q", "\"\n\\"}};
    static const struct safetensors_source sources[] = {
        {.name = "a", .rank = 2, .shape = {1, 2}, .floats = floats},
        {.name = "n", .integers = integers},
    };
    static const char expected[] =
        "\x00\x01\0\0\0\0\0\0"
        "{\"__metadata__\":{\"format\":\"pt\",\"q\":\"\\\"\\u000a\\\\\",\"weft.format\":\"2\","
        "\"weft.digest\":"
        "\"904476663fe7d9e93bcf6642ba324bf3785c6b9dacf208521798ad5f877c690c\"},"
        "\"a\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]},"
        "\"n\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[8,16]}}"
        "\x00\x00\x80\x3f\x00\x00\x00\xc0\xfe\xff\xff\xff\xff\xff\xff\xff";
    const char *path = temporary_path("known");
    struct weft_error error = {0};
    char sha256[65], hex[65], *bytes;
    size_t size;
    ck_assert_msg(safetensors_write(path, texts, 2, sources, 2, sha256, &error) == WEFT_OK, "%s",
                  error.message);
    ck_assert_int_eq(os_file_read(path, 100000, &bytes, &size, &error), WEFT_OK);
    ck_assert_uint_eq(size, sizeof expected - 1);
    ck_assert_mem_eq(bytes, expected, size);
    sha256_hex(bytes, size, hex);
    ck_assert_str_eq(sha256, hex);
    free(bytes);
}
END_TEST

/* Texts and values longer than all internal buffers, and a file without texts. */
START_TEST(long_texts_round_trip) {
    enum { COUNT = 5003, BYTES = 100000 };
    float *floats = malloc(COUNT * sizeof *floats);
    int64_t *integers = malloc(COUNT * sizeof *integers);
    char *note = malloc(BYTES);
    struct safetensors file;
    const char *path = temporary_path("long");
    for (size_t i = 0; i < COUNT; i++) {
        floats[i] = (float)i * 0.37f;
        integers[i] = (int64_t)(i * i) - 9000;
    }
    memset(note, 'x', BYTES - 1);
    note[BYTES - 1] = '\0';
    for (size_t text_count = 0; text_count < 2; text_count++) {
        struct safetensors_text text = {"note", note};
        struct safetensors_source sources[] = {
            {.name = "f", .rank = 1, .shape = {COUNT}, .floats = floats},
            {.name = "i", .rank = 1, .shape = {COUNT}, .integers = integers},
        };
        ck_assert_int_eq(safetensors_write(path, &text, text_count, sources, 2, NULL, NULL),
                         WEFT_OK);
        ck_assert_int_eq(safetensors_read(path, &file, NULL), WEFT_OK);
        ck_assert_uint_eq(file.count, 2);
        for (size_t i = 0; i < COUNT; i++) {
            ck_assert(safetensors_float(&file.entries[0], i) == floats[i]);
            ck_assert(safetensors_integer(&file.entries[1], i) == integers[i]);
        }
        if (text_count > 0) {
            ck_assert_str_eq(safetensors_metadata(&file, "note"), note);
        }
        safetensors_finish(&file);
    }
    free(floats);
    free(integers);
    free(note);
}
END_TEST

START_TEST(nothing_to_write) {
    struct safetensors file;
    const char *path = temporary_path("empty");
    ck_assert_int_eq(safetensors_write(path, NULL, 0, NULL, 0, NULL, NULL), WEFT_OK);
    ck_assert_int_eq(safetensors_read(path, &file, NULL), WEFT_OK);
    ck_assert_uint_eq(file.count, 0);
    safetensors_finish(&file);
}
END_TEST

START_TEST(no_place) {
    struct weft_error error = {0};
    ck_assert_int_eq(safetensors_write(temporary_path("no/such"), NULL, 0, NULL, 0, NULL, &error),
                     WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, "no/such"));
}
END_TEST

START_TEST(files_that_are_not_there) {
    struct safetensors file;
    struct weft_error error = {0};
    const char *path = temporary_path("absent");
    ck_assert_int_eq(safetensors_read(path, &file, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, path));
    safetensors_finish(&file);
    error = (struct weft_error){0};
    temporary_write(path, "text", 4);
    ck_assert_int_eq(safetensors_read(path, &file, &error), WEFT_BAD_FILE);
    ck_assert_ptr_nonnull(strstr(error.message, path));
    ck_assert_ptr_nonnull(strstr(error.message, "a safetensors file was expected"));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, known_bytes);
    tcase_add_test(tests, long_texts_round_trip);
    tcase_add_test(tests, nothing_to_write);
    tcase_add_test(tests, no_place);
    tcase_add_test(tests, files_that_are_not_there);
}

CHECK_MAIN("safetensors_write", add_tests)

/* test_files.c: a file is complete or does not exist; errors of reading and of folders have their
 * reasons. */
#include "files_case.h"

#include <errno.h>
#include <stdint.h>

#include "os/files.h"
#include "os/lock.h"

START_TEST(commit_replaces_at_once) {
    struct os_file file;
    struct weft_error error = {0};
    make_folder("commit");
    const char *path = temporary_path("commit/x");
    temporary_write(path, "old", 3);
    ck_assert_int_eq(os_file_create(&file, path, &error), WEFT_OK);
    fputs("new content", file.stream);
    fflush(file.stream);
    assert_content(path, "old");
    ck_assert_uint_eq(count_entries("commit"), 2);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    assert_content(path, "new content");
    os_file_abandon(&file); /* harmless */
    assert_content(path, "new content");
    ck_assert_uint_eq(count_entries("commit"), 1);
}
END_TEST

START_TEST(abandon_removes_files) {
    struct os_file file, none = {0};
    struct weft_error error = {0};
    make_folder("abandon");
    ck_assert_int_eq(os_file_create(&file, temporary_path("abandon/x"), &error), WEFT_OK);
    fputs("half", file.stream);
    os_file_abandon(&file);
    os_file_abandon(&file);
    os_file_abandon(&none);
    ck_assert_uint_eq(count_entries("abandon"), 0);
}
END_TEST

START_TEST(two_writers_do_not_mix) {
    struct os_file first, second;
    struct weft_error error = {0};
    make_folder("two");
    const char *path = temporary_path("two/x");
    ck_assert_int_eq(os_file_create(&first, path, &error), WEFT_OK);
    ck_assert_int_eq(os_file_create(&second, path, &error), WEFT_OK);
    ck_assert_str_ne(first.part, second.part);
    fputs("first", first.stream);
    fputs("second", second.stream);
    ck_assert_int_eq(os_file_commit(&second, &error), WEFT_OK);
    assert_content(path, "second");
    ck_assert_int_eq(os_file_commit(&first, &error), WEFT_OK);
    assert_content(path, "first");
    ck_assert_uint_eq(count_entries("two"), 1);
}
END_TEST

/* Temporary files that a killed process left are removed, and other files are not. */
START_TEST(left_files_are_removed) {
    static const char *const others[] = {
        "left/weft-.part",      "left/weft-1.part",     "left/weft-1-.part", "left/weft-1-2.part2",
        "left/a-weft-1-2.part", "left/weft-1-2-3.part", "left/notes.part"};
    const size_t count = sizeof others / sizeof others[0];
    struct os_file file, second;
    struct weft_error error = {0};
    make_folder("left");
    for (int i = 0; i < 20; i++) {
        char name[64];
        snprintf(name, sizeof name, "left/weft-%ld-%d.part", (long)getpid(), i);
        temporary_write(temporary_path(name), "left", 4);
    }
    for (size_t i = 0; i < count; i++) {
        temporary_write(temporary_path(others[i]), "mine", 4);
    }
    ck_assert_int_eq(os_file_create(&file, temporary_path("left/x"), &error), WEFT_OK);
    ck_assert_uint_eq(count_entries("left"), count + 1);
    ck_assert_int_eq(os_file_create(&second, temporary_path("left/y"), &error), WEFT_OK);
    os_remove_parts(temporary_path("left")); /* those that are open stay */
    ck_assert_uint_eq(count_entries("left"), count + 2);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    ck_assert_int_eq(os_file_commit(&second, &error), WEFT_OK);
    assert_content(temporary_path("left/x"), "");
    for (size_t i = 0; i < count; i++) {
        assert_content(temporary_path(others[i]), "mine");
    }
}
END_TEST

/* The longest name that the system allows. */
START_TEST(long_names) {
    char name[300] = "long/";
    struct os_file file;
    struct weft_error error = {0};
    make_folder("long");
    memset(name + 5, 'n', 250);
    name[255] = '\0';
    ck_assert_int_eq(os_file_create(&file, temporary_path(name), &error), WEFT_OK);
    fputs("text", file.stream);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    assert_content(temporary_path(name), "text");
}
END_TEST

/* A check finds what os_file_create would, and leaves nothing. */
START_TEST(check_leaves_nothing) {
    struct weft_error error = {0};
    make_folder("check");
    ck_assert_int_eq(os_file_check(temporary_path("check/x"), &error), WEFT_OK);
    ck_assert_uint_eq(count_entries("check"), 0);
    temporary_write(temporary_path("check/x"), "old", 3);
    ck_assert_int_eq(os_file_check(temporary_path("check/x"), &error), WEFT_OK);
    assert_content(temporary_path("check/x"), "old");
    os_file_check(temporary_path("check"), &error);
    assert_fails(&error, "check", "Is a directory");
    error = (struct weft_error){0};
    os_file_check(temporary_path("check/none/x"), &error);
    assert_fails(&error, "check/none/x", "No such file");
}
END_TEST

/* A folder is locked once, and the lock leaves nothing. */
START_TEST(locks) {
    struct os_lock lock, second;
    struct weft_error error = {0};
    make_folder("locked");
    const char *folder = temporary_path("locked");
    ck_assert_int_eq(os_check_empty(folder, ""), 0);
    temporary_write(temporary_path("locked/weft-1-1.part"), "left", 4);
    ck_assert_int_eq(os_lock_take(&lock, folder, &error), WEFT_OK);
    ck_assert_int_eq(os_check_empty(folder, OS_LOCK_NAME), 0);
    ck_assert_int_eq(os_check_empty(folder, ""), ENOTEMPTY);
    ck_assert_int_eq(os_lock_take(&second, folder, &error), WEFT_USAGE);
    ck_assert_msg(strstr(error.message, "in use by process ") != NULL, "%s", error.message);
    ck_assert_msg(strstr(error.message, " since 2") != NULL, "%s", error.message);
    ck_assert(os_lock_release(&second));
    ck_assert_uint_eq(count_entries("locked"), 1);
    os_lock_release(&lock);
    os_lock_release(&lock);
    ck_assert_uint_eq(count_entries("locked"), 0);
    error = (struct weft_error){0};
    ck_assert_int_eq(os_lock_take(&lock, folder, &error), WEFT_OK);
    os_lock_release(&lock);
    ck_assert_int_eq(os_lock_take(&lock, temporary_path("nowhere"), &error), WEFT_BAD_FILE);
}
END_TEST

START_TEST(create_reports_reason) {
    char name[300], path[5000];
    struct os_file file;
    struct weft_error error = {0};
    os_file_create(&file, temporary_path("missing/x"), &error);
    assert_fails(&error, "missing/x", "No such file or directory");
    ck_assert_ptr_nonnull(strstr(error.hint, "no folder"));
    os_file_abandon(&file);
    error = (struct weft_error){0};
    os_file_create(&file, temporary_folder, &error);
    assert_fails(&error, temporary_folder, "Is a directory");
    error = (struct weft_error){0};
    os_file_create(&file, "", &error);
    ck_assert_int_eq(error.status, WEFT_BAD_FILE);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    error = (struct weft_error){0};
    os_file_create(&file, temporary_path(name), &error);
    assert_fails(&error, "nnn", "too long");
    memset(path, 'n', sizeof path);
    path[sizeof path - 1] = '\0';
    error = (struct weft_error){0};
    os_file_create(&file, path, &error);
    assert_fails(&error, "cannot write nnn", ""); /* the message has no space for the reason */
    ck_assert_ptr_nonnull(strstr(error.hint, "shorter"));
}
END_TEST

START_TEST(read_limits_and_reasons) {
    char *bytes;
    size_t size;
    struct weft_error error = {0};
    const char *path = temporary_path("five");
    temporary_write(path, "12\0 4", 5);
    ck_assert_int_eq(os_file_read(path, 5, &bytes, &size, &error), WEFT_OK);
    ck_assert_uint_eq(size, 5);
    ck_assert_int_eq(memcmp(bytes, "12\0 4", 6), 0);
    free(bytes);
    os_file_read(path, 4, &bytes, &size, &error);
    assert_fails(&error, "five", "more than 4 bytes");
    ck_assert_ptr_null(bytes);
    error = (struct weft_error){0};
    os_file_read(temporary_path("nowhere"), 4, &bytes, &size, &error);
    assert_fails(&error, "nowhere", "No such file");
    error = (struct weft_error){0};
    os_file_read(temporary_folder, 4, &bytes, &size, &error);
    assert_fails(&error, temporary_folder, "Is a directory");
    error = (struct weft_error){0};
    os_file_read("/dev/zero", 1000000, &bytes, &size, &error); /* no size, no end */
    assert_fails(&error, "/dev/zero", "more than 1000000 bytes");
    temporary_write(path, "", 0);
    assert_content(path, "");
}
END_TEST

START_TEST(append_stops_after_the_limit) {
    char *bytes = NULL;
    size_t size = 0, got;
    FILE *stream;
    struct weft_error error = {0};
    const char *path = temporary_path("ten");
    temporary_write(path, "0123456789", 10);
    ck_assert_int_eq(os_file_open(path, &stream, &error), WEFT_OK);
    ck_assert_int_eq(os_file_append(stream, path, 3, &bytes, &size, &error), WEFT_OK);
    ck_assert_str_eq(bytes, "0123"); /* one more shows that the file is longer */
    ck_assert_uint_eq(size, 4);
    ck_assert_int_eq(os_file_append(stream, path, 3, &bytes, &size, &error), WEFT_OK);
    ck_assert_uint_eq(size, 4);
    ck_assert_int_eq(os_file_append(stream, path, 10, &bytes, &size, &error), WEFT_OK);
    ck_assert_str_eq(bytes, "0123456789");
    ck_assert_int_eq(os_file_append(stream, path, 20, &bytes, &size, &error), WEFT_OK);
    ck_assert_uint_eq(size, 10);
    ck_assert_int_eq(os_file_get(stream, path, bytes, 1, &got, &error), WEFT_OK);
    ck_assert_uint_eq(got, 0);
    fclose(stream);
    free(bytes);
}
END_TEST

START_TEST(texts) {
    char *text;
    size_t size;
    struct weft_error error = {0};
    const char *path = temporary_path("text");
    temporary_write(path, "\xef\xbb\xbf{}", 5);
    ck_assert_int_eq(os_text_read(path, 100, FILE_JSON, &text, &size, &error), WEFT_OK);
    ck_assert_str_eq(text, "{}");
    ck_assert_uint_eq(size, 2);
    free(text);
    os_text_read(path, 100, FILE_CSV, &text, &size, &error);
    assert_fails(&error, "text", "this is a JSON file, but a CSV file was expected");
    ck_assert_ptr_null(text);
    /* The first bytes are read and refused before a limit is reached. */
    error = (struct weft_error){0};
    temporary_write(path, "<html><body>", 12);
    os_text_read(path, 5, FILE_JSON, &text, &size, &error);
    assert_fails(&error, "text", "this is an HTML page");
    ck_assert_ptr_nonnull(strstr(error.hint, "download"));
}
END_TEST

/* A length at the start of a right file may look like the start of another kind. */
START_TEST(expected_kinds_come_first) {
    struct weft_error error = {0};
    char bytes[] = "\x1f\x8b\0\0\0\0\0\0{\"a\":";
    ck_assert_int_eq(file_kind_check("x", bytes, sizeof bytes - 1, FILE_SAFETENSORS, false, &error),
                     WEFT_OK);
    file_kind_check("x", bytes, sizeof bytes - 1, FILE_JSON, false, &error);
    assert_fails(&error, "x", "this is a gzip file, but a JSON file was expected");
    error = (struct weft_error){0};
    file_kind_check("x", "\x1f\x8b", 2, FILE_IDX, true, &error);
    assert_fails(&error, "x", "this is a gzip file in a gzip file, but an IDX file was expected");
}
END_TEST

START_TEST(read_large_file) {
    enum { SIZE = 300000 };
    char *bytes, *written = malloc(SIZE);
    size_t size;
    struct weft_error error = {0};
    for (int i = 0; i < SIZE; i++) {
        written[i] = (char)(i * 7 + i / 251);
    }
    temporary_write(temporary_path("large"), written, SIZE);
    ck_assert_int_eq(os_file_read(temporary_path("large"), SIZE_MAX, &bytes, &size, &error),
                     WEFT_OK);
    ck_assert_uint_eq(size, SIZE);
    ck_assert_int_eq(memcmp(bytes, written, SIZE), 0);
    free(bytes);
    free(written);
}
END_TEST

START_TEST(folders) {
    struct weft_error error = {0};
    make_folder("a/b//c/");
    make_folder("a/b/c");
    ck_assert(os_is_folder(temporary_path("a/b/c")));
    ck_assert(!os_is_folder(temporary_path("a/x")));
    ck_assert(os_exists(temporary_path("a")));
    ck_assert(!os_exists(temporary_path("a/x")));
    temporary_write(temporary_path("a/file"), "x", 1);
    ck_assert(!os_is_folder(temporary_path("a/file")));
    ck_assert_int_eq(os_check_folder(temporary_path("a/b"), &error), WEFT_OK);
    os_check_folder(temporary_path("a/file"), &error);
    assert_fails(&error, "a/file", "Not a directory");
    error = (struct weft_error){0};
    os_check_folder(temporary_path("a/x"), &error);
    assert_fails(&error, "a/x", "No such file");
    error = (struct weft_error){0};
    os_make_folder(temporary_path("a/file/d"), &error);
    assert_fails(&error, "a/file", "File exists");
    error = (struct weft_error){0};
    ck_assert_int_eq(os_make_folder("", &error), WEFT_BAD_FILE);
    error = (struct weft_error){0};
    ck_assert_int_eq(os_make_folder("/", &error), WEFT_OK);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, commit_replaces_at_once);
    tcase_add_test(tests, abandon_removes_files);
    tcase_add_test(tests, two_writers_do_not_mix);
    tcase_add_test(tests, left_files_are_removed);
    tcase_add_test(tests, long_names);
    tcase_add_test(tests, check_leaves_nothing);
    tcase_add_test(tests, locks);
    tcase_add_test(tests, create_reports_reason);
    tcase_add_test(tests, read_limits_and_reasons);
    tcase_add_test(tests, append_stops_after_the_limit);
    tcase_add_test(tests, texts);
    tcase_add_test(tests, expected_kinds_come_first);
    tcase_add_test(tests, read_large_file);
    tcase_add_test(tests, folders);
}

CHECK_MAIN("files", add_tests)

/* test_files.c: files are whole or not there; reading and folders say why they fail. */
#include "temporary.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>

#include "os/os.h"

/* Returns the entries of the folder of ${name} in the temporary folder. */
static size_t count_entries(const char *name) {
    DIR *folder = opendir(temporary_path(name));
    size_t count = 0;
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(folder);
    return count;
}

static void assert_content(const char *path, const char *text) {
    char *bytes;
    size_t size;
    struct weft_error error = {0};
    ck_assert_msg(weft_file_read(path, 1000, &bytes, &size, &error) == WEFT_OK, "%s",
                  error.message);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_str_eq(bytes, text);
    free(bytes);
}

static void make_folder(const char *name) {
    struct weft_error error = {0};
    ck_assert_msg(weft_os_make_folder(temporary_path(name), &error) == WEFT_OK, "%s",
                  error.message);
}

/* Expects the failure ${error} with WEFT_BAD_FILE, ${part} in its message, and ${path} too. */
static void assert_fails(const struct weft_error *error, const char *path, const char *part) {
    ck_assert_int_eq(error->status, WEFT_BAD_FILE);
    ck_assert_msg(strstr(error->message, path) != NULL, "%s does not name %s", error->message,
                  path);
    ck_assert_msg(strstr(error->message, part) != NULL, "%s does not say %s", error->message, part);
}

START_TEST(commit_replaces_at_once) {
    struct weft_file file;
    struct weft_error error = {0};
    make_folder("commit");
    const char *path = temporary_path("commit/x");
    temporary_write(path, "old", 3);
    ck_assert_int_eq(weft_file_create(&file, path, &error), WEFT_OK);
    fputs("new content", file.stream);
    fflush(file.stream);
    assert_content(path, "old");
    ck_assert_uint_eq(count_entries("commit"), 2);
    ck_assert_int_eq(weft_file_commit(&file, &error), WEFT_OK);
    assert_content(path, "new content");
    weft_file_abandon(&file); /* harmless */
    assert_content(path, "new content");
    ck_assert_uint_eq(count_entries("commit"), 1);
}
END_TEST

START_TEST(abandon_leaves_nothing) {
    struct weft_file file, none = {0};
    struct weft_error error = {0};
    make_folder("abandon");
    ck_assert_int_eq(weft_file_create(&file, temporary_path("abandon/x"), &error), WEFT_OK);
    fputs("half", file.stream);
    weft_file_abandon(&file);
    weft_file_abandon(&file);
    weft_file_abandon(&none);
    ck_assert_uint_eq(count_entries("abandon"), 0);
}
END_TEST

START_TEST(two_writers_do_not_mix) {
    struct weft_file first, second;
    struct weft_error error = {0};
    make_folder("two");
    const char *path = temporary_path("two/x");
    ck_assert_int_eq(weft_file_create(&first, path, &error), WEFT_OK);
    ck_assert_int_eq(weft_file_create(&second, path, &error), WEFT_OK);
    ck_assert_str_ne(first.beside, second.beside);
    fputs("first", first.stream);
    fputs("second", second.stream);
    ck_assert_int_eq(weft_file_commit(&second, &error), WEFT_OK);
    assert_content(path, "second");
    ck_assert_int_eq(weft_file_commit(&first, &error), WEFT_OK);
    assert_content(path, "first");
    ck_assert_uint_eq(count_entries("two"), 1);
}
END_TEST

/* A file that was left beside by a killed process of the same number is neither used nor an obstacle. */
START_TEST(left_files_are_no_obstacle) {
    struct weft_file file;
    struct weft_error error = {0};
    make_folder("left");
    for (int i = 0; i < 20; i++) {
        char name[64];
        snprintf(name, sizeof name, "left/x.%ld-%d.part", (long)getpid(), i);
        temporary_write(temporary_path(name), "left", 4);
    }
    ck_assert_int_eq(weft_file_create(&file, temporary_path("left/x"), &error), WEFT_OK);
    ck_assert_int_eq(weft_file_commit(&file, &error), WEFT_OK);
    assert_content(temporary_path("left/x"), "");
    ck_assert_uint_eq(count_entries("left"), 21);
}
END_TEST

START_TEST(permissions_and_links_stay) {
    struct weft_file file;
    struct weft_error error = {0};
    struct stat status;
    make_folder("stay");
    temporary_write(temporary_path("stay/target"), "old", 3);
    ck_assert_int_eq(chmod(temporary_path("stay/target"), 0600), 0);
    ck_assert_int_eq(symlink("target", temporary_path("stay/link")), 0);
    ck_assert_int_eq(weft_file_create(&file, temporary_path("stay/link"), &error), WEFT_OK);
    fputs("new", file.stream);
    ck_assert_int_eq(weft_file_commit(&file, &error), WEFT_OK);
    assert_content(temporary_path("stay/target"), "new");
    ck_assert_int_eq(lstat(temporary_path("stay/link"), &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert_int_eq(stat(temporary_path("stay/target"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_uint_eq(count_entries("stay"), 2);
}
END_TEST

START_TEST(create_says_why) {
    char name[300], path[5000];
    struct weft_file file;
    struct weft_error error = {0};
    weft_file_create(&file, temporary_path("absent/x"), &error);
    assert_fails(&error, "absent/x", "No such file or directory");
    ck_assert_ptr_nonnull(strstr(error.hint, "no folder"));
    weft_file_abandon(&file);
    error = (struct weft_error){0};
    weft_file_create(&file, temporary_folder, &error);
    assert_fails(&error, temporary_folder, "Is a directory");
    error = (struct weft_error){0};
    weft_file_create(&file, "", &error);
    ck_assert_int_eq(error.status, WEFT_BAD_FILE);
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    error = (struct weft_error){0};
    weft_file_create(&file, temporary_path(name), &error);
    assert_fails(&error, "nnn", "too long");
    memset(path, 'n', sizeof path);
    path[sizeof path - 1] = '\0';
    error = (struct weft_error){0};
    weft_file_create(&file, path, &error);
    assert_fails(&error, "can not write nnn",
                 ""); /* the message itself has no room for the reason */
    ck_assert_ptr_nonnull(strstr(error.hint, "shorter"));
}
END_TEST

/* Allows files of ${bytes} only, or of any size again. A disk that is full, or not any more, looks the same. Nothing is asserted
 * until files may grow again: Check itself writes a file, of a line an assertion. */
static bool limit_files(rlim_t bytes) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return false;
    }
    limit.rlim_cur = bytes != RLIM_INFINITY ? bytes : limit.rlim_max;
    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* A write that fails, at the end, or long before and then no more, leaves the old file and nothing beside it. */
START_TEST(full_disk) {
    static const struct {
        int size;
        bool recovers;
    } cases[] = {{2000, false}, {200000, false}, {200000, true}};
    make_folder("full");
    temporary_write(temporary_path("full/x"), "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct weft_file file;
        struct weft_error error = {0};
        ck_assert_int_eq(weft_file_create(&file, temporary_path("full/x"), &error), WEFT_OK);
        bool limited = limit_files(1000);
        for (int n = 0; n < cases[i].size; n++) {
            putc('a', file.stream);
        }
        if (cases[i].recovers) {
            limited = limit_files(RLIM_INFINITY) && limited;
        }
        enum weft_status status = weft_file_commit(&file, &error);
        limited = limit_files(RLIM_INFINITY) && limited;
        ck_assert(limited);
        ck_assert_int_eq(status, WEFT_BAD_FILE);
        assert_fails(&error, "full/x", "can not write");
        assert_content(temporary_path("full/x"), "old");
        ck_assert_uint_eq(count_entries("full"), 1);
    }
}
END_TEST

/* Pipes and devices are written to, not replaced. */
START_TEST(pipes_are_written_straight) {
    char got[16] = "";
    struct weft_file file;
    struct weft_error error = {0};
    struct stat status;
    const char *path = temporary_path("pipe");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    ck_assert_int_ge(reader, 0);
    ck_assert_int_eq(weft_file_create(&file, path, &error), WEFT_OK);
    fputs("through", file.stream);
    ck_assert_int_eq(weft_file_commit(&file, &error), WEFT_OK);
    ck_assert_int_eq(read(reader, got, sizeof got - 1), 7);
    ck_assert_str_eq(got, "through");
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(weft_file_create(&file, path, &error), WEFT_OK);
    close(reader);
    fputs("nobody reads", file.stream);
    ck_assert_int_eq(weft_file_commit(&file, &error), WEFT_BAD_FILE);
    assert_fails(&error, "pipe", "Broken pipe");
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert(S_ISFIFO(status.st_mode));
}
END_TEST

/* As /dev/stdout is, where stdout goes to a file: a link to what is open already. */
START_TEST(stdout_is_not_replaced) {
    struct weft_file file;
    struct weft_error error = {0};
    ck_assert_ptr_nonnull(freopen(temporary_path("out"), "w", stdout));
    ck_assert_int_eq(symlink("out", temporary_path("stdout")), 0);
    printf("before\n");
    fflush(stdout);
    ck_assert_int_eq(weft_file_create(&file, temporary_path("stdout"), &error), WEFT_OK);
    fputs("between\n", file.stream);
    ck_assert_int_eq(weft_file_commit(&file, &error), WEFT_OK);
    printf("after\n");
    fflush(stdout);
    assert_content(temporary_path("out"), "before\nbetween\nafter\n");
}
END_TEST

START_TEST(read_limits_and_reasons) {
    char *bytes;
    size_t size;
    struct weft_error error = {0};
    const char *path = temporary_path("five");
    temporary_write(path, "12\0 4", 5);
    ck_assert_int_eq(weft_file_read(path, 5, &bytes, &size, &error), WEFT_OK);
    ck_assert_uint_eq(size, 5);
    ck_assert_int_eq(memcmp(bytes, "12\0 4", 6), 0);
    free(bytes);
    weft_file_read(path, 4, &bytes, &size, &error);
    assert_fails(&error, "five", "more than 4 bytes");
    ck_assert_ptr_null(bytes);
    error = (struct weft_error){0};
    weft_file_read(temporary_path("nowhere"), 4, &bytes, &size, &error);
    assert_fails(&error, "nowhere", "No such file");
    error = (struct weft_error){0};
    weft_file_read(temporary_folder, 4, &bytes, &size, &error);
    assert_fails(&error, temporary_folder, "Is a directory");
    error = (struct weft_error){0};
    weft_file_read("/dev/zero", 1000000, &bytes, &size, &error); /* no size, no end */
    assert_fails(&error, "/dev/zero", "more than 1000000 bytes");
    temporary_write(path, "", 0);
    assert_content(path, "");
}
END_TEST

START_TEST(read_large_file_whole) {
    enum { SIZE = 300000 };
    char *bytes, *written = malloc(SIZE);
    size_t size;
    struct weft_error error = {0};
    for (int i = 0; i < SIZE; i++) {
        written[i] = (char)(i * 7 + i / 251);
    }
    temporary_write(temporary_path("large"), written, SIZE);
    ck_assert_int_eq(weft_file_read(temporary_path("large"), SIZE_MAX, &bytes, &size, &error),
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
    ck_assert(weft_os_is_folder(temporary_path("a/b/c")));
    ck_assert(!weft_os_is_folder(temporary_path("a/x")));
    ck_assert(weft_os_exists(temporary_path("a")));
    ck_assert(!weft_os_exists(temporary_path("a/x")));
    temporary_write(temporary_path("a/file"), "x", 1);
    ck_assert(!weft_os_is_folder(temporary_path("a/file")));
    weft_os_make_folder(temporary_path("a/file/d"), &error);
    assert_fails(&error, "a/file", "File exists");
    error = (struct weft_error){0};
    ck_assert_int_eq(weft_os_make_folder("", &error), WEFT_BAD_FILE);
    error = (struct weft_error){0};
    ck_assert_int_eq(weft_os_make_folder("/", &error), WEFT_OK);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, commit_replaces_at_once);
    tcase_add_test(tests, abandon_leaves_nothing);
    tcase_add_test(tests, two_writers_do_not_mix);
    tcase_add_test(tests, left_files_are_no_obstacle);
    tcase_add_test(tests, permissions_and_links_stay);
    tcase_add_test(tests, create_says_why);
    tcase_add_test(tests, full_disk);
    tcase_add_test(tests, pipes_are_written_straight);
    tcase_add_test(tests, stdout_is_not_replaced);
    tcase_add_test(tests, read_limits_and_reasons);
    tcase_add_test(tests, read_large_file_whole);
    tcase_add_test(tests, folders);
}

CHECK_MAIN("files", add_tests)

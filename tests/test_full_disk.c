/* test_full_disk.c: a failed write to a full disk creates no file and keeps the old file. */
#include "files_case.h"

#include <signal.h>
#include <sys/resource.h>

#include "data/safetensors.h"
#include "os/files.h"

/* Limits the size of files to ${bytes}, or removes the limit. A full disk gives the same errors.
 * There is no assertion while the limit is set, because Check writes to a file at each
 * assertion. */
static bool limit_files(rlim_t bytes) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return false;
    }
    limit.rlim_cur = bytes != RLIM_INFINITY ? bytes : limit.rlim_max;
    return setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

/* A write that fails, at the end or long before it, keeps the old file and leaves no other file. */
START_TEST(files) {
    static const struct {
        int size;
        bool recovers;
    } cases[] = {{2000, false}, {200000, false}, {200000, true}};
    make_folder("full");
    temporary_write(temporary_path("full/x"), "old", 3);
    signal(SIGXFSZ, SIG_IGN);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct os_file file;
        struct weft_error error = {0};
        ck_assert_int_eq(os_file_create(&file, temporary_path("full/x"), &error), WEFT_OK);
        bool limited = limit_files(1000);
        for (int n = 0; n < cases[i].size; n++) {
            putc('a', file.stream);
        }
        if (cases[i].recovers) {
            limited = limit_files(RLIM_INFINITY) && limited;
        }
        enum weft_status status = os_file_commit(&file, &error);
        limited = limit_files(RLIM_INFINITY) && limited;
        ck_assert(limited);
        ck_assert_int_eq(status, WEFT_BAD_FILE);
        assert_fails(&error, "full/x", "File too large"); /* the reason of the first failure */
        assert_content(temporary_path("full/x"), "old");
        ck_assert_uint_eq(count_entries("full"), 1);
    }
}
END_TEST

/* A disk that becomes full at once, or later. */
START_TEST(safetensors) {
    static float floats[50000];
    const char *path = temporary_path("floats");
    signal(SIGXFSZ, SIG_IGN);
    temporary_write(path, "old", 3);
    for (size_t count = 300; count <= 50000; count += 49700) {
        struct safetensors_source source = {
            .name = "f", .rank = 1, .shape = {count}, .floats = floats};
        struct weft_error error = {0};
        bool limited = limit_files(1000);
        safetensors_write(path, NULL, 0, &source, 1, NULL, &error);
        limited = limit_files(RLIM_INFINITY) && limited;
        ck_assert(limited);
        assert_fails(&error, path, "File too large");
        assert_content(path, "old");
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, files);
    tcase_add_test(tests, safetensors);
}

CHECK_MAIN("full_disk", add_tests)

/* test_folders_posix.c: folders on POSIX systems: links of other users to them, and those that
 * cannot be read to their end. */
#define _GNU_SOURCE /* RTLD_NEXT */
#include "files_case.h"

#include <dlfcn.h>
#include <errno.h>

#include "os/files.h"
#include "os/lock.h"

/* Expects that outputs through the links of links_of_others_are_not_followed end with
 * ${expected}. */
static void expect_through_links(enum weft_status expected) {
    static const char *const names[] = {"links/folder/x", "links/mine/x", "links/mine/../folder/x",
                                        "links/file", "links/missing"};
    struct weft_error error = {0}, reason = {0};
    struct os_file file = {0};
    struct os_lock lock;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *path = temporary_path(names[i]);
        ck_assert_int_eq(os_file_check(path, &error), expected);
        ck_assert_int_eq(os_file_create(&file, path, &error), expected);
        os_file_abandon(&file);
    }
    ck_assert_int_eq(os_file_replace(&file, temporary_path("links/mine/x"), &error), expected);
    os_file_abandon(&file);
    ck_assert_int_eq(os_make_folder(temporary_path("links/mine/inner"), &error), expected);
    ck_assert_int_eq(os_lock_take(&lock, temporary_path("links/mine/inner"), &reason), expected);
    os_lock_release(&lock);
    if (expected != WEFT_OK) {
        assert_fails(&reason, "links/mine/inner: ", "links/folder is a link of another user");
    }
}

/* Only root can give links away. */
START_TEST(links_of_others_are_not_followed) {
    static const char *const given[] = {"links/folder", "links/file", "links/missing"};
    make_folder("links/target/inner");
    temporary_write(temporary_path("links/target/x"), "mine", 4);
    ck_assert_int_eq(symlink("target", temporary_path(given[0])), 0);
    ck_assert_int_eq(symlink("target/x", temporary_path(given[1])), 0);
    ck_assert_int_eq(symlink("target/new", temporary_path(given[2])), 0);
    ck_assert_int_eq(symlink("folder/inner/..", temporary_path("links/mine")), 0);
    expect_through_links(WEFT_OK);
    if (geteuid() != 0) {
        skip_test("links of another user", "only root can give files away");
        return;
    }
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        ck_assert_int_eq(lchown(temporary_path(given[i]), 65534, 65534), 0);
    }
    expect_through_links(WEFT_BAD_FILE);
    /* What takes the place of a link does not follow it. */
    struct weft_error error = {0};
    struct os_file file;
    ck_assert_int_eq(os_file_replace(&file, temporary_path(given[1]), &error), WEFT_OK);
    os_file_abandon(&file);
    ck_assert_uint_eq(count_entries("links/target"), 2);
    assert_content(temporary_path("links/target/x"), "mine");
}
END_TEST

#ifdef __linux__

static int read_before_failure = -1; /* entries that readdir returns; negative: all */

/* In place of the C library's, whose name depends on the size of offsets.
 * NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): its name is reserved */
struct dirent *readdir(DIR *folder) {
    struct dirent *(*real)(DIR *);
    void *found = dlsym(RTLD_NEXT, "readdir64");
    found = found != NULL ? found : dlsym(RTLD_NEXT, "readdir");
    memcpy(&real, &found, sizeof real);
    if (read_before_failure == 0) {
        errno = EIO;
        return NULL;
    }
    read_before_failure -= read_before_failure > 0;
    return real(folder);
}

/* A part of a folder is neither a data set nor an empty folder. */
START_TEST(folders_that_cannot_be_read_to_the_end) {
    struct weft_error error = {0};
    char **names;
    size_t count;
    make_folder("entries/a");
    make_folder("entries/b");
    for (int entries = 0; entries < 4; entries++) {
        error = (struct weft_error){0};
        read_before_failure = entries;
        os_folder_list(temporary_path("entries"), &names, &count, &error);
        assert_fails(&error, "entries", "Input/output error");
        ck_assert_ptr_null(names);
    }
    read_before_failure = 0;
    ck_assert_int_eq(os_check_empty(temporary_path("entries"), "none"), EIO);
    read_before_failure = -1;
    ck_assert_int_eq(os_folder_list(temporary_path("entries"), &names, &count, &error), WEFT_OK);
    ck_assert_uint_eq(count, 2);
    free(names);
}
END_TEST

#endif

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, links_of_others_are_not_followed);
#ifdef __linux__
    tcase_add_test(tests, folders_that_cannot_be_read_to_the_end);
#endif
}

CHECK_MAIN("folders_posix", add_tests)

/* test_private.c: a folder that no other user can change: what is refused, what is kept. */
#include "temporary.h"

#include <fcntl.h>
#include <time.h>

#include "os/private.h"

/* Opens the folder ${path}, which is trusted. */
static struct os_private opened(const char *path) {
    struct os_private folder;
    char why[OS_WHY];
    ck_assert_int_eq(os_private_open(&folder, path, true, why), OS_TRUSTED);
    ck_assert_str_eq(why, "");
    return folder;
}

static unsigned mode_of(const char *path) {
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    return (unsigned)status.st_mode & 07777;
}

/* A new folder and its new parents have no rights for others, with every umask. */
START_TEST(new_folder) {
    mode_t mask = umask(0);
    struct os_private folder = opened(temporary_path("a/b"));
    os_private_close(&folder);
    umask(mask);
    ck_assert_uint_eq(mode_of(temporary_path("a")), 0700);
    ck_assert_uint_eq(mode_of(temporary_path("a/b")), 0700);
}
END_TEST

START_TEST(modes_of_folders) {
    static const struct {
        mode_t mode;
        enum os_trust trust;
    } cases[] = {{0700, OS_TRUSTED},    {0755, OS_TRUSTED},    {0750, OS_TRUSTED},
                 {0775, OS_DISTRUSTED}, {0757, OS_DISTRUSTED}, {0720, OS_DISTRUSTED},
                 {0702, OS_DISTRUSTED}, {01777, OS_DISTRUSTED}};
    char path[OS_PATH], why[OS_WHY];
    snprintf(path, sizeof path, "%s", temporary_path("modes"));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct os_private folder;
        ck_assert_int_eq(chmod(path, cases[i].mode), 0);
        ck_assert_int_eq(os_private_open(&folder, path, true, why), cases[i].trust);
        ck_assert_int_eq(why[0] == '\0', cases[i].trust == OS_TRUSTED);
        if (cases[i].trust == OS_TRUSTED) {
            os_private_close(&folder);
        }
        ck_assert_int_eq(os_private_open_own(&folder, path, why), OS_TRUSTED);
        os_private_close(&folder);
    }
}
END_TEST

START_TEST(no_folder) {
    struct os_private folder;
    char why[OS_WHY];
    ck_assert_int_eq(os_private_open(&folder, temporary_path("none"), false, why), OS_ABSENT);
    ck_assert_str_eq(why, "");
    ck_assert_int_eq(os_private_open(&folder, "relative", true, why), OS_ABSENT);
    ck_assert_int_eq(access("relative", F_OK), -1);
    fclose(fopen(temporary_path("file"), "w"));
    ck_assert_int_eq(os_private_open(&folder, temporary_path("file"), true, why), OS_ABSENT);
    ck_assert_str_ne(why, "");
    /* A link of this user is followed, a dangling one is not made a folder. */
    ck_assert_int_eq(symlink("nowhere", temporary_path("dangling")), 0);
    ck_assert_int_eq(os_private_open(&folder, temporary_path("dangling"), true, why), OS_ABSENT);
    ck_assert_int_eq(symlink(".", temporary_path("here")), 0);
    ck_assert_int_eq(os_private_open(&folder, temporary_path("here"), true, why), OS_TRUSTED);
    os_private_close(&folder);
}
END_TEST

/* Writes the file ${name}, reads it back, and removes it. */
START_TEST(files) {
    struct os_private folder = opened(temporary_path("files"));
    char why[OS_WHY], *bytes;
    size_t size;
    ck_assert_int_eq(os_private_read(&folder, "x", 100, &bytes, &size, why), OS_ABSENT);
    ck_assert_str_eq(why, "");
    ck_assert(os_private_write(&folder, "x", "head", 4, "body", 5));
    ck_assert_uint_eq(mode_of(temporary_path("files/x")), 0600);
    ck_assert_int_eq(os_private_read(&folder, "x", 100, &bytes, &size, why), OS_TRUSTED);
    ck_assert_uint_eq(size, 9);
    ck_assert_str_eq(bytes, "headbody");
    free(bytes);
    ck_assert_int_eq(os_private_read(&folder, "x", 8, &bytes, &size, why), OS_ABSENT);
    ck_assert_ptr_null(bytes);
    os_private_remove(&folder, "x");
    ck_assert_int_eq(os_private_read(&folder, "x", 100, &bytes, &size, why), OS_ABSENT);
    os_private_close(&folder);
}
END_TEST

/* What others can have written, links and pipes are not read; writing replaces them. */
START_TEST(planted_files) {
    struct os_private folder = opened(temporary_path("planted"));
    char path[OS_PATH], why[OS_WHY], *bytes;
    size_t size;
    snprintf(path, sizeof path, "%s", temporary_path("planted/x"));
    for (int kind = 0; kind < 4; kind++) {
        ck_assert(os_private_write(&folder, "target", "", 0, "t", 1));
        ck_assert(os_private_write(&folder, "x", "", 0, "x", 1));
        if (kind < 2) {
            ck_assert_int_eq(chmod(path, kind == 0 ? 0620 : 0602), 0);
        } else {
            ck_assert_int_eq(unlink(path), 0);
            ck_assert_int_eq(kind == 2 ? symlink("target", path) : mkfifo(path, 0600), 0);
        }
        ck_assert_int_eq(os_private_read(&folder, "x", 100, &bytes, &size, why), OS_DISTRUSTED);
        ck_assert_str_ne(why, "");
        ck_assert_ptr_null(bytes);
    }
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(symlink("target", path), 0);
    ck_assert(os_private_write(&folder, "x", "", 0, "new", 3));
    ck_assert_int_eq(os_private_read(&folder, "target", 100, &bytes, &size, why), OS_TRUSTED);
    ck_assert_uint_eq(size, 1); /* the link was replaced, not followed */
    free(bytes);
    os_private_close(&folder);
}
END_TEST

/* Only root can give files away; other users have those of the system. */
START_TEST(another_user) {
    struct os_private folder;
    char path[OS_PATH], why[OS_WHY];
    if (geteuid() != 0) {
        ck_assert_int_eq(os_private_open(&folder, "/usr", true, why), OS_DISTRUSTED);
        ck_assert_int_eq(os_private_open_own(&folder, "/usr", why), OS_DISTRUSTED);
        if (access("/root", F_OK) == 0 && access("/root", R_OK) != 0) { /* closed to this user */
            ck_assert_int_eq(os_private_open(&folder, "/root", true, why), OS_DISTRUSTED);
            ck_assert_ptr_nonnull(strstr(why, "belongs to another user"));
        }
        return;
    }
    snprintf(path, sizeof path, "%s", temporary_path("given"));
    ck_assert_int_eq(mkdir(path, 0700), 0);
    ck_assert_int_eq(chown(path, 65534, 65534), 0);
    ck_assert_int_eq(os_private_open(&folder, path, true, why), OS_DISTRUSTED);
    ck_assert_ptr_nonnull(strstr(why, "belongs to another user (number 65534, not 0)"));
    ck_assert_int_eq(os_private_open_own(&folder, path, why), OS_DISTRUSTED);
    ck_assert_int_eq(os_private_open(&folder, temporary_path("given/in"), true, why),
                     OS_DISTRUSTED);
    ck_assert_int_eq(access(temporary_path("given/in"), F_OK), -1);
    ck_assert_int_eq(symlink(".", temporary_path("link")), 0);
    ck_assert_int_eq(lchown(temporary_path("link"), 65534, 65534), 0);
    ck_assert_int_eq(os_private_open(&folder, temporary_path("link"), true, why), OS_DISTRUSTED);
}
END_TEST

/* Sets the time of ${name} in the folder "trim" to ${seconds} ago. */
static void age(const char *name, int seconds) {
    char path[64];
    struct timespec times[2] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = time(NULL) - seconds}};
    snprintf(path, sizeof path, "trim/%s", name);
    ck_assert_int_eq(utimensat(AT_FDCWD, temporary_path(path), times, 0), 0);
}

START_TEST(trimmed) {
    static const char *const names[] = {"a.program", "b.program", "c.program",
                                        "d.other",   "e.part",    "f.part"};
    struct os_private folder = opened(temporary_path("trim"));
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        ck_assert(os_private_write(&folder, names[i], "", 0, "1234567890", 10));
        age(names[i], 1000 + 1000 * (int)i);
    }
    ck_assert_uint_eq(os_private_trim(&folder, ".program", 3, 30), 0);
    ck_assert_int_eq(access(temporary_path("trim/f.part"), F_OK), -1); /* older than an hour */
    ck_assert_uint_eq(os_private_trim(&folder, ".program", 3, 29), 1);
    ck_assert_int_eq(access(temporary_path("trim/c.program"), F_OK), -1); /* the oldest */
    ck_assert_uint_eq(os_private_trim(&folder, ".program", 1, 100), 1);
    ck_assert_int_eq(access(temporary_path("trim/a.program"), F_OK), 0);
    ck_assert_uint_eq(os_private_trim(&folder, ".program", 0, 0), 1);
    ck_assert_int_eq(access(temporary_path("trim/d.other"), F_OK), 0);
    os_private_close(&folder);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, new_folder);
    tcase_add_test(tests, modes_of_folders);
    tcase_add_test(tests, no_folder);
    tcase_add_test(tests, files);
    tcase_add_test(tests, planted_files);
    tcase_add_test(tests, another_user);
    tcase_add_test(tests, trimmed);
}

CHECK_MAIN("private", add_tests)

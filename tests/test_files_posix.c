/* test_files_posix.c: permissions, links, pipes and standard streams of POSIX. */
#include "files_case.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "os/files.h"
#include "os/lock.h"

START_TEST(permissions_and_links_stay) {
    struct os_file file;
    struct weft_error error = {0};
    struct stat status;
    make_folder("stay");
    temporary_write(temporary_path("stay/target"), "old", 3);
    ck_assert_int_eq(chmod(temporary_path("stay/target"), 0600), 0);
    ck_assert_int_eq(symlink("target", temporary_path("stay/link")), 0);
    ck_assert_int_eq(os_file_create(&file, temporary_path("stay/link"), &error), WEFT_OK);
    fputs("new", file.stream);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    assert_content(temporary_path("stay/target"), "new");
    ck_assert_int_eq(lstat(temporary_path("stay/link"), &status), 0);
    ck_assert(S_ISLNK(status.st_mode));
    ck_assert_int_eq(stat(temporary_path("stay/target"), &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0600);
    ck_assert_uint_eq(count_entries("stay"), 2);
}
END_TEST

/* Replaces the file ${path}, which gets the permissions ${mode} first. Returns the new ones. */
static mode_t replaced_mode(const char *path, mode_t mode) {
    struct os_file file;
    struct weft_error error = {0};
    struct stat status;
    ck_assert_int_eq(chmod(path, mode), 0);
    ck_assert_int_eq(os_file_create(&file, path, &error), WEFT_OK);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_mode & 07777;
}

/* The umask is for new files. */
START_TEST(permissions_stay_whatever_the_umask_is) {
    struct os_file file;
    struct weft_error error = {0};
    struct stat status;
    make_folder("umask");
    const char *path = temporary_path("umask/x");
    umask(027);
    ck_assert_int_eq(os_file_create(&file, path, &error), WEFT_OK);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_mode & 07777, 0640);
    ck_assert_uint_eq(replaced_mode(path, 0664), 0664);
    ck_assert_uint_eq(replaced_mode(path, 0606), 0606);
    ck_assert_uint_eq(replaced_mode(path, 04755), 0755);
    umask(0);
    ck_assert_uint_eq(replaced_mode(path, 0600), 0600);
}
END_TEST

/* A group that had no rights gets none. */
START_TEST(permissions_of_the_group_stay) {
    struct stat status;
    if (geteuid() != 0) {
        skip_test("a file of another group", "only root can give files away");
        return;
    }
    make_folder("group");
    const char *folder = temporary_path("group"), *path = temporary_path("group/x");
    temporary_write(path, "old", 3);
    ck_assert_int_eq(chown(path, 65534, 12345), 0);
    ck_assert_uint_eq(replaced_mode(path, 0664), 0644); /* of another user: with the umask */
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq(status.st_gid, 12345);
    ck_assert_int_eq(chown(path, 65534, 12345), 0);
    ck_assert_int_eq(chown(folder, 65534, 65534), 0);
    ck_assert_int_eq(chmod(temporary_folder, 0711), 0);
    ck_assert_int_eq(seteuid(65534), 0);
    ck_assert_uint_eq(replaced_mode(path, 0664), 0644);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_ne(status.st_gid, 12345);
    ck_assert_int_eq(seteuid(0), 0);
}
END_TEST

/* A run folder's file takes the place of a link and of a pipe: by os_file_replace, and in a folder
 * that this process has locked. A folder stays. */
START_TEST(run_folders_follow_nothing) {
    struct weft_error error = {0};
    struct stat status;
    struct os_lock lock;
    make_folder("run");
    temporary_write(temporary_path("mine"), "mine", 4);
    ck_assert_int_eq(os_lock_take(&lock, temporary_path("run"), &error), WEFT_OK);
    for (int i = 0; i < 4; i++) {
        struct os_file file;
        const char *path = temporary_path("run/x");
        remove(path);
        ck_assert_int_eq(i % 2 == 0 ? symlink("../mine", path) : mkfifo(path, 0600), 0);
        ck_assert_int_eq((i < 2 ? os_file_create : os_file_replace)(&file, path, &error), WEFT_OK);
        fputs("new", file.stream);
        ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
        assert_content(path, "new");
        ck_assert_int_eq(lstat(path, &status), 0);
        ck_assert(S_ISREG(status.st_mode));
        assert_content(temporary_path("mine"), "mine");
        if (i == 1) {
            os_lock_release(&lock);
        }
    }
    make_folder("run/folder");
    struct os_file file;
    os_file_replace(&file, temporary_path("run/folder"), &error);
    assert_fails(&error, "run/folder", "Is a directory");
}
END_TEST

/* A folder that is moved is not the locked one any more, nor is another one of its name. The file
 * of a lock is made again. */
START_TEST(lock_is_of_the_folder) {
    struct weft_error error = {0};
    struct os_lock lock;
    make_folder("first");
    const char *path = temporary_path("first");
    ck_assert_int_eq(os_lock_take(&lock, path, &error), WEFT_OK);
    ck_assert_int_eq(os_lock_check(&lock, path, &error), WEFT_OK);
    ck_assert_int_eq(remove(temporary_path("first/weft.lock")), 0);
    ck_assert_int_eq(os_lock_check(&lock, path, &error), WEFT_OK);
    ck_assert_uint_eq(count_entries("first"), 1);
    ck_assert_int_eq(rename(path, temporary_path("second")), 0);
    make_folder("first");
    os_lock_check(&lock, path, &error);
    assert_fails(&error, path, "moved");
    temporary_write(temporary_path("first/weft.lock"), "another", 7);
    ck_assert(!os_lock_release(&lock));
    assert_content(temporary_path("first/weft.lock"), "another");
}
END_TEST

/* Pipes and devices are written to, not replaced. */
START_TEST(pipes_are_written_directly) {
    char got[16] = "";
    struct os_file file;
    struct weft_error error = {0};
    struct stat status;
    const char *path = temporary_path("pipe");
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDONLY | O_NONBLOCK);
    ck_assert_int_ge(reader, 0);
    ck_assert_int_eq(os_file_create(&file, path, &error), WEFT_OK);
    fputs("through", file.stream);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    ck_assert_int_eq(read(reader, got, sizeof got - 1), 7);
    ck_assert_str_eq(got, "through");
    signal(SIGPIPE, SIG_IGN);
    ck_assert_int_eq(os_file_create(&file, path, &error), WEFT_OK);
    close(reader);
    fputs("no reader", file.stream);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_BAD_FILE);
    assert_fails(&error, "pipe", "Broken pipe");
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert(S_ISFIFO(status.st_mode));
}
END_TEST

/* Somebody waits until weft waits for a reader of the pipe. */
START_TEST(link_in_the_place_of_a_pipe) {
    struct os_file file;
    struct weft_error error = {0};
    const struct timespec moment = {0, 200 * 1000 * 1000};
    make_folder("swap");
    const char *path = temporary_path("swap/pipe"), *link = temporary_path("swap/link");
    temporary_write(temporary_path("swap/mine"), "mine", 4);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(symlink("mine", link), 0);
    pid_t other = fork();
    if (other == 0) {
        nanosleep(&moment, NULL);
        _exit(rename(link, path) != 0);
    }
    ck_assert_int_eq(os_file_create(&file, path, &error), WEFT_BAD_FILE);
    ck_assert_int_eq(waitpid(other, NULL, 0), other);
    assert_fails(&error, "swap/pipe", "cannot write");
    assert_content(temporary_path("swap/mine"), "mine");
}
END_TEST

/* Like /dev/stdout with stdout in a file: a link to an open file. */
START_TEST(stdout_is_not_replaced) {
    struct os_file file;
    struct weft_error error = {0};
    ck_assert_ptr_nonnull(freopen(temporary_path("out"), "w", stdout));
    ck_assert_int_eq(symlink("out", temporary_path("stdout")), 0);
    printf("before\n");
    fflush(stdout);
    ck_assert_int_eq(os_file_create(&file, temporary_path("stdout"), &error), WEFT_OK);
    fputs("between\n", file.stream);
    ck_assert_int_eq(os_file_commit(&file, &error), WEFT_OK);
    printf("after\n");
    fflush(stdout);
    assert_content(temporary_path("out"), "before\nbetween\nafter\n");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, permissions_and_links_stay);
    tcase_add_test(tests, permissions_stay_whatever_the_umask_is);
    tcase_add_test(tests, permissions_of_the_group_stay);
    tcase_add_test(tests, run_folders_follow_nothing);
    tcase_add_test(tests, lock_is_of_the_folder);
    tcase_add_test(tests, pipes_are_written_directly);
    tcase_add_test(tests, link_in_the_place_of_a_pipe);
    tcase_add_test(tests, stdout_is_not_replaced);
}

CHECK_MAIN("files_posix", add_tests)

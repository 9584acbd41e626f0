/* test_terminal.c: what is a terminal, and its number of columns. */
#include "temporary.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include "os/terminal.h"

START_TEST(a_file_is_no_terminal) {
    FILE *file = fopen(temporary_path("file"), "w");
    ck_assert_ptr_nonnull(file);
    unsetenv("COLUMNS");
    ck_assert(!os_is_terminal(file));
    ck_assert(!os_can_redraw(file));
    ck_assert_int_eq(os_terminal_columns(file), 80);
    fclose(file);
}
END_TEST

START_TEST(requested_columns) {
    static const char *const wrong[] = {"", "wide", "0", "-5", "80x", "99999999999999999999"};
    setenv("COLUMNS", "132", 1);
    ck_assert_int_eq(os_terminal_columns(stderr), 132);
    FILE *file = fopen(temporary_path("file"), "w");
    ck_assert_ptr_nonnull(file);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        setenv("COLUMNS", wrong[i], 1);
        ck_assert_int_eq(os_terminal_columns(file), 80);
    }
    fclose(file);
}
END_TEST

START_TEST(width_of_a_terminal) {
    struct winsize window = {0};
    int master = posix_openpt(O_RDWR | O_NOCTTY);
    FILE *terminal = NULL;
    if (master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0) {
        terminal = fopen(ptsname(master), "r+");
    }
    if (terminal == NULL) {
        skip_test("width_of_a_terminal",
                  "no pseudo-terminal here: mount -t devpts devpts /dev/pts");
        return;
    }
    unsetenv("COLUMNS");
    ck_assert(os_is_terminal(terminal));
    ck_assert_int_eq(os_terminal_columns(terminal), 80); /* the terminal reports 0: unknown */
    setenv("TERM", "dumb", 1);
    ck_assert(!os_can_redraw(terminal));
    setenv("TERM", "xterm", 1);
    ck_assert(os_can_redraw(terminal));
    window.ws_col = 97;
    ck_assert_int_eq(ioctl(master, TIOCSWINSZ, &window), 0);
    ck_assert_int_eq(os_terminal_columns(terminal), 97);
    fclose(terminal);
    close(master);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, a_file_is_no_terminal);
    tcase_add_test(tests, requested_columns);
    tcase_add_test(tests, width_of_a_terminal);
}

CHECK_MAIN("terminal", add_tests)

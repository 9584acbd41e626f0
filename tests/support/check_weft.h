/* check_weft.h: what every test program shares: its main function, skipped tests, and the path of
 * the sources.
 *
 * Each program is one Check suite with one case. Its last line is "NAME: N passed, N failed", which
 * tools/test adds up. */
#ifndef CHECK_WEFT_H
#define CHECK_WEFT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Reports a test that cannot run here: prints it, and appends it to the file named by WEFT_SKIPS,
 * which tools/test sets. The test then returns. Check itself does not know skipped tests. */
static inline void skip_test(const char *what, const char *why) {
    const char *path = getenv("WEFT_SKIPS");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    printf("SKIP %s: %s\n", what, why);
    fflush(stdout);
    if (file != NULL) {
        fprintf(file, "%s: %s\n", what, why);
        fclose(file);
    }
}

/* Returns the root of the sources, with data/ and tests/vectors/. */
static inline const char *source_root(void) {
    const char *path = getenv("WEFT_SOURCE");
    return path != NULL ? path : ".";
}

#define CHECK_MAIN(NAME, ADD)                                                                      \
    int main(void) {                                                                               \
        Suite *suite = suite_create(NAME);                                                         \
        TCase *tests = tcase_create(NAME);                                                         \
        SRunner *runner = srunner_create(suite);                                                   \
        int failed, run;                                                                           \
        tcase_set_timeout(tests, 600);                                                             \
        ADD(tests);                                                                                \
        suite_add_tcase(suite, tests);                                                             \
        srunner_run_all(runner, CK_NORMAL);                                                        \
        failed = srunner_ntests_failed(runner);                                                    \
        run = srunner_ntests_run(runner);                                                          \
        printf(NAME ": %d passed, %d failed\n", run - failed, failed);                             \
        srunner_free(runner);                                                                      \
        return failed != 0 || run == 0;                                                            \
    }

#endif

/* check_weft.h: what every test program shares: its main function, and where the sources are.
 *
 * Each program is one Check suite with one case. It prints a line "NAME: N passed, N failed, N skipped" that
 * tools/test adds up: skipped is what a test reported with weft_skip, since Check does not know skipping. */
#ifndef CHECK_WEFT_H
#define CHECK_WEFT_H

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

/* Skips that are seen: appended to the file named by WEFT_SKIPS (tools/test sets it) and printed. A test calls it and returns. */
static inline void weft_skip(const char *what, const char *why) {
    const char *path = getenv("WEFT_SKIPS");
    FILE *file = path != NULL ? fopen(path, "a") : NULL;
    printf("SKIP %s: %s\n", what, why);
    fflush(stdout);
    if (file != NULL) {
        fprintf(file, "%s: %s\n", what, why);
        fclose(file);
    }
}

/* The root of the sources: tests find data/ and tests/vectors/ there. */
static inline const char *weft_source(void) {
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

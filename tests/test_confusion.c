/* test_confusion.c: the confusion matrix as text. */
#include "report_text.h"

#include <limits.h>

#include "data/images.h"
#include "report/confusion.h"

static const char *const three[] = {"Bag", "Ankle boot", "Coat"};

static void print(char *text, size_t size, const struct report_evaluation *evaluation,
                  const char *const *names) {
    struct confusion_matrix matrix = {.evaluation = evaluation, .names = names, .title = "test"};
    struct screen plain = {.columns = INT_MAX};
    FILE *file = tmpfile();
    ck_assert_ptr_nonnull(file);
    confusion_print(file, &plain, &matrix);
    read_text(file, text, size);
}

/* Rows add up to 4, 4, 2; columns to 3, 5, 2; 3 + 4 + 1 of 10 are right. */
START_TEST(by_hand) {
    uint64_t counts[9] = {3, 0, 1, 0, 4, 0, 0, 1, 1};
    struct report_evaluation evaluation = evaluation_of(counts, 3, 0.25);
    char text[2048];
    print(text, sizeof text, &evaluation, three);
    ck_assert_str_eq(text, "test: confusion matrix (rows: true classes, columns: predictions)\n"
                           "\n"
                           "                  0      1      2\n"
                           "                Bag  Ankle   Coat  total recall\n"
                           "0 Bag             3      0      1      4  0.750\n"
                           "1 Ankle boot      0      4      0      4  1.000\n"
                           "2 Coat            0      1      1      2  0.500\n"
                           "  total           3      5      2     10\n"
                           "  precision   1.000  0.800  0.500\n"
                           "\n"
                           "test: accuracy: 0.8000 (8 of 10), loss: 0.2500\n");
}
END_TEST

/* A class without images has no recall, and a class that is never predicted no precision: a dash,
 * not NaN. */
START_TEST(nothing_to_share) {
    uint64_t counts[9] = {1, 1, 0, 0, 2, 0, 0, 0, 0};
    struct report_evaluation evaluation = evaluation_of(counts, 3, 1.0);
    char text[2048];
    print(text, sizeof text, &evaluation, three);
    ck_assert_ptr_nonnull(strstr(text, "2 Coat            0      0      0      0      -\n"));
    ck_assert_ptr_nonnull(strstr(text, "  precision   1.000  0.667      -\n"));
    ck_assert_ptr_null(strstr(text, "nan"));
}
END_TEST

/* Ten classes with the counts of the training set need at most 100 columns, and a large matrix is
 * aligned. */
START_TEST(columns) {
    uint64_t counts[100];
    for (int large = 0; large < 2; large++) {
        char text[8192], *line;
        struct report_evaluation evaluation;
        size_t row_length = 0;
        for (int i = 0; i < 100; i++) {
            counts[i] = large ? 123456789 : 600;
        }
        evaluation = evaluation_of(counts, 10, 0.5);
        print(text, sizeof text, &evaluation, fashion_class_names);
        for (line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
            ck_assert(large || strlen(line) <= 100);
            if (line[0] >= '0' && line[0] <= '9') {
                ck_assert(row_length == 0 || strlen(line) == row_length);
                row_length = strlen(line);
            }
        }
        ck_assert_uint_gt(row_length, 80);
    }
}
END_TEST

/* Of 41 classes there is a list: most images first, the first of equal cells first, and at most 20
 * lines. The diagonal is no confusion. */
START_TEST(list) {
    static uint64_t counts[41 * 41];
    const char *names[41];
    struct report_evaluation evaluation;
    size_t cells[3];
    char text[8192];
    for (int i = 0; i < 41; i++) {
        names[i] = i == 7 ? "a name that is much longer than the forty columns it has" : "short";
        counts[42 * i] = 50;
    }
    counts[7 * 41 + 40] = 3;
    counts[2 * 41 + 1] = counts[5 * 41] = 4;
    evaluation = evaluation_of(counts, 41, 1.0);
    ck_assert_uint_eq(confusion_worst(&evaluation, cells, 3), 3);
    ck_assert_uint_eq(cells[0], 2 * 41 + 1);
    ck_assert_uint_eq(cells[2], 7 * 41 + 40);
    ck_assert_uint_eq(confusion_worst(&evaluation, cells, 1), 1);
    ck_assert_uint_eq(cells[0], 2 * 41 + 1);
    print(text, sizeof text, &evaluation, names);
    ck_assert_ptr_nonnull(strstr(text, "      4   2 short "));
    ck_assert_ptr_nonnull(strstr(text, "\n      3   7 a name that is much longer than the f...  40 "
                                       "short"));
    for (int i = 0; i < 30; i++) {
        counts[41 * i + 40] = 9;
    }
    evaluation = evaluation_of(counts, 41, 1.0);
    print(text, sizeof text, &evaluation, names);
    ck_assert_ptr_nonnull(strstr(text, "\n      9  19 "));
    ck_assert_ptr_null(strstr(text, "\n      9  20 "));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, nothing_to_share);
    tcase_add_test(tests, columns);
    tcase_add_test(tests, list);
}

CHECK_MAIN("confusion", add_tests)

/* test_csv.c: confusion matrices and histories for spreadsheets. */
#include "report_text.h"

#include "report/csv.h"

START_TEST(confusion) {
    static const char *const names[] = {"Bag", "T-shirt/top"};
    uint64_t counts[4] = {5, 1, 0, 60000};
    struct report_evaluation evaluation = evaluation_of(counts, 2, 0.0);
    struct text out = {0};
    csv_add_confusion(&out, &evaluation, names);
    ck_assert_str_eq(out.bytes, ",Bag,T-shirt/top\n"
                                "Bag,5,1\n"
                                "T-shirt/top,0,60000\n");
    free(text_take(&out));
}
END_TEST

START_TEST(quoting) {
    static const char *const names[] = {"a,b", "say \"so\"", "two\nlines", "", " plain; ", "=1"};
    uint64_t counts[36] = {0};
    struct report_evaluation evaluation = {.classes = 6, .confusion = counts};
    struct text out = {0};
    csv_add_confusion(&out, &evaluation, names);
    ck_assert_str_eq(out.bytes,
                     ",\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",\"\",\" plain; \",\"=1\"\n"
                     "\"a,b\",0,0,0,0,0,0\n"
                     "\"say \"\"so\"\"\",0,0,0,0,0,0\n"
                     "\"two\nlines\",0,0,0,0,0,0\n"
                     "\"\",0,0,0,0,0,0\n"
                     "\" plain; \",0,0,0,0,0,0\n"
                     "\"=1\",0,0,0,0,0,0\n");
    free(text_take(&out));
}
END_TEST

START_TEST(history) {
    struct report_epoch epochs[2] = {{1, 0.8306, 275.87, 275.87 / 600.0, 0.5212345678},
                                     {2, 1.0 / 3.0, 1e-7, 0.1 + 0.2, 12.0}};
    struct text out = {0};
    csv_add_history(&out, epochs, 2);
    /* All digits of a loss, microseconds of a time. */
    ck_assert_str_eq(out.bytes, "epoch,accuracy,total_loss,mean_loss,seconds\n"
                                "1,0.8306,275.87,0.4597833333333333,0.521235\n"
                                "2,0.3333333333333333,1e-07,0.30000000000000004,12\n");
    free(text_take(&out));
}
END_TEST

START_TEST(empty_history) {
    struct text out = {0};
    csv_add_history(&out, NULL, 0);
    ck_assert_str_eq(out.bytes, "epoch,accuracy,total_loss,mean_loss,seconds\n");
    free(text_take(&out));
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, confusion);
    tcase_add_test(tests, quoting);
    tcase_add_test(tests, history);
    tcase_add_test(tests, empty_history);
}

CHECK_MAIN("csv", add_tests)

/* test_csv.c: confusion matrices and histories for spreadsheets. */
#include "report_text.h"

#include "report/csv.h"

START_TEST(confusion) {
    static const char *const names[] = {"Bag", "T-shirt/top"};
    uint64_t counts[4] = {5, 1, 0, 60000};
    struct report_evaluation evaluation = evaluation_of(counts, 2, 0.0);
    char text[256];
    FILE *file = tmpfile();
    csv_write_confusion(file, &evaluation, names);
    read_text(file, text, sizeof text);
    ck_assert_str_eq(text, ",Bag,T-shirt/top\n"
                           "Bag,5,1\n"
                           "T-shirt/top,0,60000\n");
}
END_TEST

START_TEST(quoting) {
    static const char *const names[] = {"a,b", "say \"so\"", "two\nlines", "", " plain; ", "=1"};
    uint64_t counts[36] = {0};
    struct report_evaluation evaluation = {.classes = 6, .confusion = counts};
    char text[512];
    FILE *file = tmpfile();
    csv_write_confusion(file, &evaluation, names);
    read_text(file, text, sizeof text);
    ck_assert_str_eq(text, ",\"a,b\",\"say \"\"so\"\"\",\"two\nlines\",\"\",\" plain; \",\"=1\"\n"
                           "\"a,b\",0,0,0,0,0,0\n"
                           "\"say \"\"so\"\"\",0,0,0,0,0,0\n"
                           "\"two\nlines\",0,0,0,0,0,0\n"
                           "\"\",0,0,0,0,0,0\n"
                           "\" plain; \",0,0,0,0,0,0\n"
                           "\"=1\",0,0,0,0,0,0\n");
}
END_TEST

START_TEST(history) {
    struct report_epoch epochs[2] = {{1, 0.8306, 275.87, 275.87 / 600.0, 0.5212345678},
                                     {2, 1.0 / 3.0, 1e-7, 0.1 + 0.2, 12.0}};
    char text[512];
    FILE *file = tmpfile();
    csv_write_history(file, epochs, 2);
    read_text(file, text, sizeof text);
    /* All digits of a loss, microseconds of a time. */
    ck_assert_str_eq(text, "epoch,accuracy,total_loss,mean_loss,seconds\n"
                           "1,0.8306,275.87,0.4597833333333333,0.521235\n"
                           "2,0.3333333333333333,1e-07,0.30000000000000004,12\n");
}
END_TEST

START_TEST(empty_history) {
    char text[128];
    FILE *file = tmpfile();
    csv_write_history(file, NULL, 0);
    read_text(file, text, sizeof text);
    ck_assert_str_eq(text, "epoch,accuracy,total_loss,mean_loss,seconds\n");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, confusion);
    tcase_add_test(tests, quoting);
    tcase_add_test(tests, history);
    tcase_add_test(tests, empty_history);
}

CHECK_MAIN("csv", add_tests)

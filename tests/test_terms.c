/* test_terms.c: messages of the library with the options of the program. */
#include "check_weft.h"
#include "cli/terms.h"

START_TEST(replaced) {
    char named[200], little[12];
    ck_assert_str_eq(cli_terms("a smaller batch needs less: batch 16 fits", named, sizeof named),
                     "a smaller --batch needs less: --batch 16 fits");
    ck_assert_str_eq(cli_terms("name one, or use the device \"cpu\"", named, sizeof named),
                     "name one, or use --device cpu");
    ck_assert_str_eq(cli_terms("WEFT_MATH_FAST: CLBlast", named, sizeof named),
                     "--math fast: CLBlast");
    ck_assert_str_eq(cli_terms("inject_tensor is x: no such", named, sizeof named),
                     "--inject x: no such");
    ck_assert_str_eq(cli_terms("weft_network_check_images: it fits", named, sizeof named),
                     "it fits");
    ck_assert_str_eq(cli_terms("", named, sizeof named), "");
    ck_assert_str_eq(cli_terms("the batch of a run", named, sizeof named), "the batch of a run");
    ck_assert_str_eq(cli_terms("on WEFT_MATH_FAST", little, sizeof little), "on --math f");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, replaced);
}

CHECK_MAIN("terms", add_tests)

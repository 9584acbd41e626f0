/* test_random.c: Philox4x32-10 gives the known answers of the Random123 library. */
#include "check_weft.h"

#include <string.h>

#include "base/random.h"

START_TEST(known_answers) {
    static const struct {
        uint32_t counter[4], key[2], words[4];
    } cases[] = {
        {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
         {0xffffffff, 0xffffffff},
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
         {0xa4093822, 0x299f31d0},
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t words[4];
        random_philox(cases[i].counter, cases[i].key, words);
        ck_assert_mem_eq(words, cases[i].words, sizeof words);
    }
}
END_TEST

START_TEST(counter_and_key) {
    const uint32_t counter[4] = {0x01020304, 0x9abcdef0, 0x12345678, RANDOM_SHUFFLE};
    const uint32_t key[2] = {0x55667788, 0x11223344};
    uint32_t expected[4], words[4];
    random_philox(counter, key, expected);
    random_draw(0x1122334455667788, RANDOM_SHUFFLE, 0x123456789abcdef0, 0x01020304, words);
    ck_assert_mem_eq(words, expected, sizeof words);
}
END_TEST

/* Each argument changes the numbers. */
START_TEST(arguments_change_numbers) {
    uint32_t base[4], words[4];
    random_draw(1, RANDOM_INITIAL, 2, 3, base);
    random_draw(1 | UINT64_C(1) << 40, RANDOM_INITIAL, 2, 3, words);
    ck_assert_mem_ne(words, base, sizeof words);
    random_draw(1, RANDOM_SHUFFLE, 2, 3, words);
    ck_assert_mem_ne(words, base, sizeof words);
    random_draw(1, RANDOM_INITIAL, 2 | UINT64_C(1) << 40, 3, words);
    ck_assert_mem_ne(words, base, sizeof words);
    random_draw(1, RANDOM_INITIAL, 2, 4, words);
    ck_assert_mem_ne(words, base, sizeof words);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, known_answers);
    tcase_add_test(tests, counter_and_key);
    tcase_add_test(tests, arguments_change_numbers);
}

CHECK_MAIN("random", add_tests)

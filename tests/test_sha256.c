/* test_sha256.c: the digits of the hash, by the examples of FIPS 180-4. */
#include "check_weft.h"

#include <string.h>

#include "base/sha256.h"

START_TEST(examples) {
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn"
         "hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char hex[SHA256_HEX];
        sha256_hex(cases[i].text, strlen(cases[i].text), hex);
        ck_assert_str_eq(hex, cases[i].hex);
    }
}
END_TEST

/* In pieces of 1 to 999 letters. */
START_TEST(a_million_letters) {
    char hex[SHA256_HEX], text[999];
    struct sha256_ctx hash;
    memset(text, 'a', sizeof text);
    sha256_init(&hash);
    for (size_t left = 1000000, piece = 0; left > 0; left -= piece) {
        piece = piece % sizeof text + 1;
        piece = piece < left ? piece : left;
        sha256_add(&hash, text, piece);
    }
    sha256_final_hex(&hash, hex);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, examples);
    tcase_add_test(tests, a_million_letters);
}

CHECK_MAIN("sha256", add_tests)

/* test_sha256.c: the examples of the standard, all lengths around the block size, and all divisions
 * into pieces. */
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

START_TEST(a_million_letters) {
    char hex[SHA256_HEX], *text = malloc(1000000);
    ck_assert_ptr_nonnull(text);
    memset(text, 'a', 1000000);
    sha256_hex(text, 1000000, hex);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(text);
}
END_TEST

/* The hash of the hashes of 0, 1, ... 300 bytes, where byte i of n is (i * i + n) % 256. The number
 * is from Python's hashlib. */
START_TEST(every_length) {
    struct sha256 all;
    char hex[SHA256_HEX];
    sha256_init(&all);
    for (size_t n = 0; n <= 300; n++) {
        uint8_t bytes[300], digest[SHA256_BYTES];
        struct sha256 one;
        for (size_t i = 0; i < n; i++) {
            bytes[i] = (uint8_t)(i * i + n);
        }
        sha256_init(&one);
        sha256_update(&one, bytes, n);
        sha256_final(&one, digest);
        sha256_update(&all, digest, sizeof digest);
    }
    sha256_final_hex(&all, hex);
    ck_assert_str_eq(hex, "e8daa57f3b38a133281bbbaaf1aeaecc1dafe5e69e35f0200846518bab1da648");
}
END_TEST

/* Pieces of every size up to 150, with empty pieces between them, for every length up to 300. */
START_TEST(every_cut) {
    uint8_t bytes[300];
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(i * 37 + 11);
    }
    for (size_t n = 0; n <= sizeof bytes; n++) {
        char expected[SHA256_HEX], hex[SHA256_HEX];
        sha256_hex(bytes, n, expected);
        for (size_t piece = 1; piece <= 150; piece++) {
            struct sha256 hash;
            sha256_init(&hash);
            for (size_t first = 0; first < n; first += piece) {
                sha256_update(&hash, bytes + first, n - first < piece ? n - first : piece);
                sha256_update(&hash, NULL, 0);
            }
            sha256_final_hex(&hash, hex);
            ck_assert_str_eq(hex, expected);
        }
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, examples);
    tcase_add_test(tests, a_million_letters);
    tcase_add_test(tests, every_length);
    tcase_add_test(tests, every_cut);
}

CHECK_MAIN("sha256", add_tests)

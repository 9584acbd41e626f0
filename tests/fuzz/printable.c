/* printable.c: texts of any bytes in messages: they hold no control character, and printable ones
 * are formatted as snprintf does. The first bytes: room, width, precision. */
#include "fuzz.h"

#include "base/printable.h"
#include "base/utf8.h"

/* Expects complete characters of UTF-8 that control nothing, or line breaks if ${lines}. */
static void check(const char *text, bool lines) {
    uint32_t code;
    REQUIRE(utf8_is_valid(text));
    for (; *text != '\0'; text += utf8_next(text, &code)) {
        utf8_next(text, &code);
        REQUIRE(!utf8_is_control(code) || (lines && code == '\n'));
    }
}

static bool is_plain(const char *text) {
    for (; *text != '\0'; text++) {
        if (*text < ' ' || *text > '~') {
            return false;
        }
    }
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    size_t room = 1 + take_byte(&rest) % 64, complete, length;
    int width = take_byte(&rest) % 40, precision = take_byte(&rest) % 40 - 1;
    char *text = copy_text(rest), *small = allocate(room), *large, *other;
    char letter = rest.size > 0 ? text[0] : 'c';
    complete = printable_print(NULL, 0, "<%-*.*s|%5d|%c>", width, precision, text, -7, letter);
    large = allocate(complete + 1);
    other = allocate(complete + 1);
    length =
        printable_print(large, complete + 1, "<%-*.*s|%5d|%c>", width, precision, text, -7, letter);
    REQUIRE(length == complete && strlen(large) == complete);
    check(large, false);
    if (is_plain(text) && letter != '\0') {
        snprintf(other, complete + 1, "<%-*.*s|%5d|%c>", width, precision, text, -7, letter);
        REQUIRE(strcmp(large, other) == 0);
    }
    REQUIRE(printable_print(small, room, "%s", text) >= strlen(small) && strlen(small) < room);
    check(small, false);
    REQUIRE(printable_lines(small, room, text, "    ") >= strlen(small));
    check(small, true);
    free(text);
    free(small);
    free(large);
    free(other);
    return 0;
}

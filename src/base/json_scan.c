/* json_scan.c: a scanner for the grammar of JSON. */
#include "base/strict_json.h"

#include <string.h>

struct scanner {
    const unsigned char *text;
    size_t at, size;
    size_t depth, values;
    const char *why; /* what is wrong at text[at] */
};

static bool fail(struct scanner *scanner, const char *why) {
    scanner->why = why;
    return false;
}

/* The byte ${ahead} places on, or 0, which is in no JSON text. */
static unsigned char peek(const struct scanner *scanner, size_t ahead) {
    return ahead < scanner->size - scanner->at ? scanner->text[scanner->at + ahead] : 0;
}

static bool take(struct scanner *scanner, unsigned char c) {
    if (peek(scanner, 0) != c) {
        return false;
    }
    scanner->at++;
    return true;
}

static void skip_space(struct scanner *scanner) {
    while (take(scanner, ' ') || take(scanner, '\n') || take(scanner, '\r') ||
           take(scanner, '\t')) {
    }
}

/* At least one digit. */
static bool scan_digits(struct scanner *scanner) {
    size_t start = scanner->at;
    while (peek(scanner, 0) >= '0' && peek(scanner, 0) <= '9') {
        scanner->at++;
    }
    return scanner->at > start || fail(scanner, "a digit was expected");
}

static bool scan_number(struct scanner *scanner) {
    size_t start = scanner->at;
    take(scanner, '-');
    if (!take(scanner, '0') && !scan_digits(scanner)) {
        return false;
    }
    if (take(scanner, '.') && !scan_digits(scanner)) {
        return false;
    }
    if (take(scanner, 'e') || take(scanner, 'E')) {
        if (!take(scanner, '+')) {
            take(scanner, '-');
        }
        if (!scan_digits(scanner)) {
            return false;
        }
    }
    return scanner->at - start <= STRICT_JSON_NUMBER ||
           fail(scanner, "the number has too many digits");
}

/* Four hexadecimal digits. Returns their value, or -1. */
static long scan_hex(struct scanner *scanner) {
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    long value = 0;
    for (int i = 0; i < 4; i++) {
        unsigned char c = peek(scanner, 0);
        const char *digit = c != 0 ? strchr(digits, c) : NULL;
        if (digit == NULL) {
            return -1;
        }
        value = value * 16 + (long)(digit - digits) % 16;
        scanner->at++;
    }
    return value;
}

/* What follows a backslash. */
static bool scan_escape(struct scanner *scanner) {
    unsigned char c = peek(scanner, 0);
    long value;
    if (c == 0 || strchr("\"\\/bfnrtu", c) == NULL) {
        return fail(scanner, "unknown escape in a string");
    }
    scanner->at++;
    if (c != 'u') {
        return true;
    }
    value = scan_hex(scanner);
    if (value >= 0xd800 && value < 0xdc00 && take(scanner, '\\') && take(scanner, 'u')) {
        long low = scan_hex(scanner);
        return (low >= 0xdc00 && low < 0xe000) || fail(scanner, "half a surrogate pair");
    }
    if (value == 0) {
        return fail(scanner, "a zero in a string"); /* a C string would end there */
    }
    return (value > 0 && (value < 0xd800 || value >= 0xe000)) ||
           fail(scanner, "\\u needs four hexadecimal digits, surrogates in pairs");
}

/* A character of two to four bytes, in its shortest form, no surrogate, at most U+10FFFF. */
static bool scan_utf8(struct scanner *scanner) {
    static const unsigned long least[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = peek(scanner, 0);
    size_t bytes = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    unsigned long code = first & (0x7fu >> bytes);
    if (first < 0xc0 || first >= 0xf8) {
        return fail(scanner, "not UTF-8");
    }
    for (size_t i = 1; i < bytes; i++) {
        unsigned char next = peek(scanner, i);
        if ((next & 0xc0) != 0x80) {
            return fail(scanner, "not UTF-8");
        }
        code = code << 6 | (next & 0x3f);
    }
    if (code < least[bytes] || (code >= 0xd800 && code < 0xe000) || code > 0x10ffff) {
        return fail(scanner, "not UTF-8");
    }
    scanner->at += bytes;
    return true;
}

static bool scan_string(struct scanner *scanner) {
    if (!take(scanner, '"')) {
        return fail(scanner, "a string was expected");
    }
    while (!take(scanner, '"')) {
        unsigned char c = peek(scanner, 0);
        if (c < 0x20) {
            return fail(scanner, "a string has no end, or a control character in it");
        }
        if (c >= 0x80) {
            if (!scan_utf8(scanner)) {
                return false;
            }
            continue;
        }
        scanner->at++;
        if (c == '\\' && !scan_escape(scanner)) {
            return false;
        }
    }
    return true;
}

static bool scan_value(struct scanner *scanner);

/* The rest of a list, or of an object, whose members have keys, up to ${close}. */
static bool scan_members(struct scanner *scanner, unsigned char close, bool keys) {
    if (++scanner->depth > STRICT_JSON_DEPTH) {
        return fail(scanner, "too many lists inside one another");
    }
    skip_space(scanner);
    if (!take(scanner, close)) {
        do {
            skip_space(scanner);
            if (keys) {
                if (!scan_string(scanner)) {
                    return false;
                }
                skip_space(scanner);
                if (!take(scanner, ':')) {
                    return fail(scanner, "':' was expected");
                }
            }
            if (!scan_value(scanner)) {
                return false;
            }
        } while (take(scanner, ','));
        if (!take(scanner, close)) {
            return fail(scanner,
                        close == ']' ? "',' or ']' was expected" : "',' or '}' was expected");
        }
    }
    scanner->depth--;
    return true;
}

static bool scan_word(struct scanner *scanner, const char *word) {
    while (*word != '\0') {
        if (!take(scanner, (unsigned char)*word++)) {
            return fail(scanner, "a value was expected");
        }
    }
    return true;
}

/* A value and the space around it. */
static bool scan_value(struct scanner *scanner) {
    bool good;
    skip_space(scanner);
    if (++scanner->values > STRICT_JSON_VALUES) {
        return fail(scanner, "too many values");
    }
    switch (peek(scanner, 0)) {
    case '{':
        scanner->at++;
        good = scan_members(scanner, '}', true);
        break;
    case '[':
        scanner->at++;
        good = scan_members(scanner, ']', false);
        break;
    case '"':
        good = scan_string(scanner);
        break;
    case 't':
        good = scan_word(scanner, "true");
        break;
    case 'f':
        good = scan_word(scanner, "false");
        break;
    case 'n':
        good = scan_word(scanner, "null");
        break;
    case '-':
        good = scan_number(scanner);
        break;
    default:
        good = peek(scanner, 0) >= '0' && peek(scanner, 0) <= '9'
                   ? scan_number(scanner)
                   : fail(scanner, "a value was expected");
    }
    skip_space(scanner);
    return good;
}

const char *strict_json_scan(const char *text, size_t size, size_t *at) {
    struct scanner scanner = {.text = (const unsigned char *)text, .size = size};
    if (scan_value(&scanner) && scanner.at < size) {
        fail(&scanner, "text after the end");
    }
    *at = scanner.at;
    return scanner.why;
}

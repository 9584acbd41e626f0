/* utf8.c: characters of UTF-8, one at a time. */
#include "base/utf8.h"

/* Returns the bytes of the UTF-8 sequence at ${text}, or 0 where there is none. */
static size_t sequence_length(const unsigned char *text) {
    size_t length = text[0] < 0x80   ? 1
                    : text[0] < 0xc2 ? 0
                    : text[0] < 0xe0 ? 2
                    : text[0] < 0xf0 ? 3
                    : text[0] < 0xf5 ? 4
                                     : 0;
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80) { /* the closing zero too */
            return 0;
        }
    }
    if ((text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] > 0x9f) ||
        (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] > 0x8f)) {
        return 0;
    }
    return length;
}

size_t utf8_next(const char *text, uint32_t *code) {
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07}; /* of the first byte */
    const unsigned char *bytes = (const unsigned char *)text;
    size_t length = sequence_length(bytes);
    if (length == 0) {
        *code = 0xfffd;
        return 1;
    }
    *code = bytes[0] & masks[length];
    for (size_t i = 1; i < length; i++) {
        *code = *code << 6 | (bytes[i] & 0x3fu);
    }
    return length;
}

bool utf8_is_valid(const char *text) {
    while (*text != '\0') {
        size_t length = sequence_length((const unsigned char *)text);
        if (length == 0) {
            return false;
        }
        text += length;
    }
    return true;
}

bool utf8_is_control(uint32_t code) {
    static const uint32_t ranges[][2] = {
        {0x00, 0x1f},     {0x7f, 0x9f},     {0x61c, 0x61c},   {0x200b, 0x200b}, {0x200e, 0x200f},
        {0x2028, 0x202e}, {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe007f}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        if (code >= ranges[i][0] && code <= ranges[i][1]) {
            return true;
        }
    }
    return false;
}

size_t utf8_put(uint32_t code, char text[5]) {
    static const unsigned char heads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length; i > 1; i--) {
        text[i - 1] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    text[0] = (char)(heads[length] | code);
    text[length] = '\0';
    return length;
}

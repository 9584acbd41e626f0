/* json_write.c: writes JSON into memory, one value at a time.
 *
 * The writer of a JSON library would print numbers its own way: here a float has the fewest digits
 * that give its bits back, and a 64-bit seed is exact. */
#include "base/json_write.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "base/try.h"
#include "base/utf8.h"

static void add(struct json_writer *json, const char *string) {
    text_add_bytes(&json->text, string, strlen(string));
}

static void new_line(struct json_writer *json) {
    if (json->indented && json->arrays == 0) {
        text_add(&json->text, "\n%*s", (int)(2 * json->depth), "");
    }
}

static void add_quoted(struct json_writer *json, const char *value) {
    add(json, "\"");
    while (*value != '\0') {
        uint32_t code;
        size_t length = utf8_next(value, &code);
        if (code == '"' || code == '\\') {
            add(json, "\\");
            text_add_bytes(&json->text, value, 1);
        } else if (code == 0xfffd || (code < 0x10000 && utf8_is_control(code))) {
            text_add(&json->text, "\\u%04x", (unsigned)code);
        } else if (utf8_is_control(code)) {
            text_add(&json->text, "\\u%04x\\u%04x", (unsigned)(0xd7c0 + (code >> 10)),
                     (unsigned)(0xdc00 | (code & 0x3ff)));
        } else {
            text_add_bytes(&json->text, value, length);
        }
        value += length;
    }
    add(json, "\"");
}

/* Adds the comma, the new line and the key before a value. */
static void begin(struct json_writer *json, const char *key) {
    if (json->continued) {
        add(json, json->spaced ? ", " : ",");
    }
    if (json->depth > 0) {
        new_line(json);
    }
    if (key != NULL) {
        add_quoted(json, key);
        add(json, json->indented || json->spaced ? ": " : ":");
    }
    json->continued = true;
}

void json_write_open(struct json_writer *json, const char *key, char bracket) {
    begin(json, key);
    text_add_bytes(&json->text, &bracket, 1);
    json->continued = false;
    json->depth++;
    json->arrays += bracket == '[';
}

void json_write_close(struct json_writer *json, char bracket) {
    bool empty = !json->continued;
    json->depth--;
    if (!empty) {
        new_line(json);
    }
    text_add_bytes(&json->text, &bracket, 1);
    json->arrays -= bracket == ']';
    json->continued = true;
}

void json_write_raw(struct json_writer *json, const char *key, const char *value) {
    begin(json, key);
    add(json, value);
}

void json_write_null(struct json_writer *json, const char *key) {
    json_write_raw(json, key, "null");
}

void json_write_string(struct json_writer *json, const char *key, const char *value) {
    if (value == NULL) {
        json_write_null(json, key);
        return;
    }
    begin(json, key);
    add_quoted(json, value);
}

void json_write_integer(struct json_writer *json, const char *key, uint64_t value) {
    begin(json, key);
    text_add(&json->text, "%llu", (unsigned long long)value);
}

void json_write_bool(struct json_writer *json, const char *key, bool value) {
    json_write_raw(json, key, value ? "true" : "false");
}

void json_write_float(struct json_writer *json, const char *key, float value) {
    char digits[32];
    json_write_raw(json, key, isfinite(value) ? number_float(value, digits) : "null");
}

void json_write_double(struct json_writer *json, const char *key, double value) {
    char digits[32];
    json_write_raw(json, key, isfinite(value) ? number_double(value, digits) : "null");
}

void json_write_seconds(struct json_writer *json, const char *key, double value) {
    json_write_double(json, key, number_microseconds(value));
}

enum weft_status json_write_take(struct json_writer *json, char **text, struct weft_error *error) {
    *text = text_take(&json->text);
    *json = (struct json_writer){0};
    return *text != NULL ? WEFT_OK : error_set(error, WEFT_NO_MEMORY, "no memory for JSON");
}

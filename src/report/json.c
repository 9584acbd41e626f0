/* json.c: writes JSON into memory, one value at a time.
 *
 * cJSON would do, but its numbers are doubles printed its own way: here a float32 has the fewest
 * digits that give its bits back, and a 64-bit seed is exact. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void append(struct weft_json *json, const char *bytes, size_t count) {
    if (json->failed) {
        return;
    }
    if (count >= json->size - json->length) {
        size_t size = json->size + count + 256 + json->size / 2;
        char *text = size > json->size ? realloc(json->text, size) : NULL;
        if (text == NULL) {
            json->failed = true;
            return;
        }
        json->text = text;
        json->size = size;
    }
    memcpy(json->text + json->length, bytes, count);
    json->length += count;
    json->text[json->length] = '\0';
}

static void append_text(struct weft_json *json, const char *text) {
    append(json, text, strlen(text));
}

static void new_line(struct weft_json *json) {
    if (json->indented && json->arrays == 0) {
        append_text(json, "\n");
        for (unsigned i = 0; i < json->depth; i++) {
            append_text(json, "  ");
        }
    }
}

/* Returns the bytes of the UTF-8 sequence at ${text}, or 0 where there is none: overlong ones,
 * surrogates and what lies above U+10FFFF are none either. */
static size_t utf8_length(const unsigned char *text) {
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

static void append_quoted(struct weft_json *json, const char *value) {
    const unsigned char *text = (const unsigned char *)value;
    append_text(json, "\"");
    while (*text != '\0') {
        size_t length = utf8_length(text);
        if (length == 0) {
            append_text(json, "\\ufffd");
            length = 1;
        } else if (*text == '"' || *text == '\\') {
            append_text(json, "\\");
            append(json, (const char *)text, 1);
        } else if (*text < 0x20 || *text == 0x7f) {
            char escape[8];
            snprintf(escape, sizeof escape, "\\u%04x", *text);
            append_text(json, escape);
        } else {
            append(json, (const char *)text, length);
        }
        text += length;
    }
    append_text(json, "\"");
}

/* What stands before every value: the comma and the key. */
static void begin(struct weft_json *json, const char *key) {
    if (json->continued) {
        append_text(json, ",");
    }
    if (json->depth > 0) {
        new_line(json);
    }
    if (key != NULL) {
        append_quoted(json, key);
        append_text(json, json->indented ? ": " : ":");
    }
    json->continued = true;
}

void weft_json_open(struct weft_json *json, const char *key, char bracket) {
    begin(json, key);
    append(json, &bracket, 1);
    json->continued = false;
    json->depth++;
    json->arrays += bracket == '[';
}

void weft_json_close(struct weft_json *json, char bracket) {
    bool empty = !json->continued;
    json->depth--;
    if (!empty) {
        new_line(json);
    }
    append(json, &bracket, 1);
    json->arrays -= bracket == ']';
    json->continued = true;
}

void weft_json_raw(struct weft_json *json, const char *key, const char *value) {
    begin(json, key);
    append_text(json, value);
}

void weft_json_null(struct weft_json *json, const char *key) {
    weft_json_raw(json, key, "null");
}

void weft_json_string(struct weft_json *json, const char *key, const char *value) {
    if (value == NULL) {
        weft_json_null(json, key);
        return;
    }
    begin(json, key);
    append_quoted(json, value);
}

void weft_json_integer(struct weft_json *json, const char *key, uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    weft_json_raw(json, key, text);
}

void weft_json_bool(struct weft_json *json, const char *key, bool value) {
    weft_json_raw(json, key, value ? "true" : "false");
}

void weft_json_float(struct weft_json *json, const char *key, float value) {
    char text[32];
    weft_json_raw(json, key, isfinite(value) ? weft_number_float(value, text) : "null");
}

void weft_json_double(struct weft_json *json, const char *key, double value) {
    char text[32];
    weft_json_raw(json, key, isfinite(value) ? weft_number_double(value, text) : "null");
}

void weft_json_seconds(struct weft_json *json, const char *key, double value) {
    weft_json_double(json, key, weft_number_microseconds(value));
}

enum weft_status weft_json_take(struct weft_json *json, char **text, struct weft_error *error) {
    *text = NULL;
    if (json->failed) {
        weft_json_finish(json);
        return weft_fail(error, WEFT_FAILED, "no memory for JSON");
    }
    *text = json->text;
    json->text = NULL;
    weft_json_finish(json);
    return WEFT_OK;
}

enum weft_status weft_json_print(struct weft_json *json, FILE *out, struct weft_error *error) {
    char *text;
    enum weft_status status = weft_json_take(json, &text, error);
    if (status == WEFT_OK && text != NULL) {
        fputs(text, out);
        fputc('\n', out);
        fflush(out);
    }
    free(text);
    return status;
}

void weft_json_finish(struct weft_json *json) {
    free(json->text);
    *json = (struct weft_json){0};
}

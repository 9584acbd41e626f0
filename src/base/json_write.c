/* json_write.c: writes JSON into memory, one value at a time.
 *
 * cJSON would do, but its numbers are doubles printed its own way: here a float32 has the fewest
 * digits that give its bits back, and a 64-bit seed is exact. */
#include "base/json_write.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/numbers.h"
#include "base/utf8.h"

static void append(struct json_writer *json, const char *bytes, size_t count) {
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

static void append_text(struct json_writer *json, const char *text) {
    append(json, text, strlen(text));
}

static void new_line(struct json_writer *json) {
    if (json->indented && json->arrays == 0) {
        append_text(json, "\n");
        for (unsigned i = 0; i < json->depth; i++) {
            append_text(json, "  ");
        }
    }
}

static void append_quoted(struct json_writer *json, const char *value) {
    append_text(json, "\"");
    while (*value != '\0') {
        uint32_t code;
        size_t length = utf8_next(value, &code);
        if (code == '"' || code == '\\') {
            append_text(json, "\\");
            append(json, value, 1);
        } else if (code < 0x20 || code == 0x7f || code == 0xfffd) {
            char escape[8];
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)code);
            append_text(json, escape);
        } else {
            append(json, value, length);
        }
        value += length;
    }
    append_text(json, "\"");
}

/* What stands before every value: the comma and the key. */
static void begin(struct json_writer *json, const char *key) {
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

void json_write_open(struct json_writer *json, const char *key, char bracket) {
    begin(json, key);
    append(json, &bracket, 1);
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
    append(json, &bracket, 1);
    json->arrays -= bracket == ']';
    json->continued = true;
}

void json_write_raw(struct json_writer *json, const char *key, const char *value) {
    begin(json, key);
    append_text(json, value);
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
    append_quoted(json, value);
}

void json_write_integer(struct json_writer *json, const char *key, uint64_t value) {
    char text[32];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    json_write_raw(json, key, text);
}

void json_write_bool(struct json_writer *json, const char *key, bool value) {
    json_write_raw(json, key, value ? "true" : "false");
}

void json_write_float(struct json_writer *json, const char *key, float value) {
    char text[32];
    json_write_raw(json, key, isfinite(value) ? number_float(value, text) : "null");
}

void json_write_double(struct json_writer *json, const char *key, double value) {
    char text[32];
    json_write_raw(json, key, isfinite(value) ? number_double(value, text) : "null");
}

void json_write_seconds(struct json_writer *json, const char *key, double value) {
    json_write_double(json, key, number_microseconds(value));
}

enum weft_status json_write_take(struct json_writer *json, char **text, struct weft_error *error) {
    *text = NULL;
    if (json->failed) {
        json_write_finish(json);
        return weft_fail(error, WEFT_FAILED, "no memory for JSON");
    }
    *text = json->text;
    json->text = NULL;
    json_write_finish(json);
    return WEFT_OK;
}

enum weft_status json_write_print(struct json_writer *json, FILE *out, struct weft_error *error) {
    char *text;
    enum weft_status status = json_write_take(json, &text, error);
    if (status == WEFT_OK && text != NULL) {
        fputs(text, out);
        fputc('\n', out);
        fflush(out);
    }
    free(text);
    return status;
}

void json_write_finish(struct json_writer *json) {
    free(json->text);
    *json = (struct json_writer){0};
}

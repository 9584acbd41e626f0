/* json.c: writes JSON into memory, one value at a time.
 *
 * cJSON would do, but its numbers are doubles printed its own way: here a float32 has the fewest
 * digits that give its bits back, and a 64-bit seed is exact. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "report/utf8.h"

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

static void append_quoted(struct weft_json *json, const char *value) {
    append_text(json, "\"");
    while (*value != '\0') {
        uint32_t code;
        size_t length = weft_utf8_next(value, &code);
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

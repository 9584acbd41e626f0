/* json_read.c: JSON from untrusted files and callers, read by jansson within limits. */
#include "base/json_read.h"

#include <locale.h>
#include <string.h>

#include "base/json_position.h"
#include "base/text.h"

/* Returns NULL if the ${size} bytes of ${text} are within the limits, else which limit they exceed,
 * and stores the bytes up to there. Runs before jansson, which checks the grammar, to bound its
 * memory. Adds to ${flags} what the sign of a "-0" needs. */
static const char *check_limits(const char *text, size_t size, size_t *position, size_t *flags) {
    size_t depth = 0, values = 1, number = 0; /* values: with their weight */
    bool in_string = false, opened = false;
    for (size_t i = 0; i < size; i++) {
        const char c = text[i] != '\0' ? text[i] : '?'; /* strchr finds a zero */
        *position = i + 1;
        if (in_string) {
            in_string = c != '"';
            i += c == '\\';
            continue;
        }
        number = strchr("0123456789+-.eE", c) != NULL ? number + 1 : 0;
        if (strchr(" \t\r\n", c) != NULL) {
            continue;
        }
        if (number == 2 && c == '0' && text[i - 1] == '-' &&
            (i + 1 == size || memchr(".eE", text[i + 1], 3) == NULL)) {
            *flags |= JSON_DECODE_INT_AS_REAL;
        }
        /* Each comma is followed by a value, and so is each bracket of a list that is not empty. */
        values += c == ',' || (opened && c != ']' && c != '}');
        opened = c == '[' || c == '{';
        values += opened ? JSON_READ_CONTAINER - 1 : 0;
        depth += opened;
        depth -= (c == ']' || c == '}') && depth > 0;
        in_string = c == '"';
        if (depth > JSON_READ_DEPTH) {
            return "too many nested lists and objects";
        }
        if (values > JSON_READ_VALUES) {
            return "too many values";
        }
        if (number > JSON_READ_NUMBER) {
            return "the number has too many digits";
        }
    }
    return NULL;
}

/* Reads ${text}. Of a text that is not JSON, stores the reason in ${reason} and the bytes that were
 * read in ${position}. */
static enum weft_status parse(const char *text, size_t size, json_t **json, size_t *position,
                              char reason[80], struct weft_error *error) {
    size_t flags = JSON_DECODE_ANY | JSON_REJECT_DUPLICATES;
    json_error_t refused;
    const char *exceeded = check_limits(text, size, position, &flags);
    *json = NULL;
    if (exceeded != NULL) {
        text_printable(exceeded, reason);
        return WEFT_BAD_FILE;
    }
    if (localeconv()->decimal_point[1] != '\0') { /* jansson takes its first byte for all of it */
        return error_set(error, WEFT_FAILED, "JSON cannot be read in this locale (LC_NUMERIC)");
    }
    *json = json_loadb(text, size, flags, &refused);
    if (*json == NULL && json_error_code(&refused) == json_error_numeric_overflow) {
        *json = json_loadb(text, size, flags | JSON_DECODE_INT_AS_REAL, &refused);
    }
    if (*json != NULL) {
        return WEFT_OK;
    }
    if (json_error_code(&refused) == json_error_out_of_memory) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the tree of %zu bytes of JSON",
                         size);
    }
    text_printable(refused.text, reason);
    *position = (size_t)refused.position;
    return WEFT_BAD_FILE;
}

enum weft_status json_read(const char *text, size_t size, json_t **json, struct weft_error *error) {
    size_t position = 0;
    char reason[80] = "";
    enum weft_status status = parse(text, size, json, &position, reason, error);
    return status != WEFT_BAD_FILE
               ? status
               : error_set(error, status, "not JSON: byte %zu: %s", position, reason);
}

enum weft_status json_read_text(const char *text, const char *name, json_t **json,
                                struct weft_error *error) {
    size_t position = 0;
    char reason[80] = "";
    enum weft_status status = parse(text, strlen(text), json, &position, reason, error);
    struct json_position where;
    if (status != WEFT_BAD_FILE) {
        return status;
    }
    where = json_position_of(text, position > 0 ? position - 1 : 0);
    return error_set(error, status, "%s:%zu:%zu: not JSON: %s", name, where.line, where.column,
                     reason);
}

bool json_read_integer(const json_t *value, uint64_t max, uint64_t *number) {
    const double real = json_real_value(value);
    if (json_is_integer(value) && json_integer_value(value) >= 0 &&
        (uint64_t)json_integer_value(value) <= max) {
        *number = (uint64_t)json_integer_value(value);
        return true;
    }
    /* The range first: only then is the conversion to an integer defined. */
    if (json_is_real(value) && real >= 0.0 && real <= 0x1p53 && real <= (double)max &&
        (double)(uint64_t)real == real) {
        *number = (uint64_t)real;
        return true;
    }
    return false;
}

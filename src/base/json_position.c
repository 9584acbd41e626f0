/* json_position.c: follows a path through a JSON text. */
#include "base/json_position.h"

#include <stdint.h>
#include <string.h>

#include <jansson.h>

#include "base/utf8.h"

static enum weft_status add_step(struct json_path *path, struct json_step step,
                                 enum weft_status status) {
    if (status != WEFT_OK && path->count < JSON_PATH_STEPS) {
        path->steps[path->count++] = step;
    }
    return status;
}

enum weft_status json_path_member(struct json_path *path, const char *member,
                                  enum weft_status status) {
    return add_step(path, (struct json_step){.member = member}, status);
}

enum weft_status json_path_element(struct json_path *path, size_t index, enum weft_status status) {
    return add_step(path, (struct json_step){.index = index}, status);
}

static const char *skip_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

/* Returns the end of the string whose first quote is at ${at}. */
static const char *skip_string(const char *at) {
    at++;
    while (*at != '"' && *at != '\0') {
        at += *at == '\\' && at[1] != '\0' ? 2 : 1;
    }
    return *at == '"' ? at + 1 : at;
}

/* Returns the end of the value at ${at}: its comma or bracket, or white space. */
static const char *skip_value(const char *at) {
    size_t depth = 0;
    while (*at != '\0') {
        if (depth == 0 && strchr(",]} \t\r\n", *at) != NULL) {
            break;
        }
        depth += *at == '[' || *at == '{';
        depth -= *at == ']' || *at == '}';
        at = *at == '"' ? skip_string(at) : at + 1;
        if (depth == 0 && strchr("]}\"", at[-1]) != NULL) {
            break;
        }
    }
    return at;
}

/* Returns whether the string at ${at}, which may have escapes, is ${name}. */
static bool is_name(const char *at, const char *name) {
    size_t size = (size_t)(skip_string(at) - at);
    json_t *json = json_loadb(at, size, JSON_DECODE_ANY, NULL);
    bool equal = json_is_string(json) && strcmp(json_string_value(json), name) == 0;
    json_decref(json);
    return equal;
}

/* Returns the value of the object or list at ${at} to which ${step} leads, or its key; NULL: there
 * is none. */
static const char *follow(const char *at, const struct json_step *step, bool key) {
    const char open = step->member != NULL ? '{' : '[';
    if (*at != open) {
        return NULL;
    }
    at = skip_space(at + 1);
    for (size_t i = 0; *at != '\0' && *at != ']' && *at != '}'; i++) {
        const char *name = at;
        bool found = step->member != NULL ? is_name(name, step->member) : i == step->index;
        if (step->member != NULL) {
            at = skip_space(skip_string(at));
            at = skip_space(*at == ':' ? at + 1 : at);
        }
        if (found) {
            return key ? name : at;
        }
        at = skip_space(skip_value(at));
        at = skip_space(*at == ',' ? at + 1 : at);
    }
    return NULL;
}

struct json_position json_position_find(const char *text, const struct json_path *path) {
    const char *at = skip_space(text);
    for (size_t i = path->count; i > 0; i--) {
        const char *next = follow(at, &path->steps[i - 1], i == 1 && path->key);
        if (next == NULL) {
            break;
        }
        at = next;
    }
    return json_position_of(text, (size_t)(at - text));
}

struct json_position json_position_of(const char *text, size_t offset) {
    struct json_position position = {.line = 1, .column = 1};
    const char *end = text + offset;
    uint32_t code;
    while (text < end && *text != '\0') {
        bool newline = *text == '\n';
        text += utf8_next(text, &code);
        position.line += newline;
        position.column = newline ? 1 : position.column + (text <= end);
    }
    return position;
}

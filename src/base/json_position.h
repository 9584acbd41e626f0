/* json_position.h: where a value is in a JSON text, for messages. jansson has no positions of
 * values. */
#ifndef WEFT_BASE_JSON_POSITION_H
#define WEFT_BASE_JSON_POSITION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/* Both count from 1. A column is a character of UTF-8, not a byte; a tab is one. */
struct json_position {
    size_t line, column;
};

/* A member of an object; or, with ${member} NULL, the element ${index} of a list. */
struct json_step {
    const char *member;
    size_t index;
};

enum { JSON_PATH_STEPS = 4 };

/* The way from a value up to the text's value, innermost step first. It starts with all zero;
 * functions that return after a failure add their step, as they would call error_context. */
struct json_path {
    struct json_step steps[JSON_PATH_STEPS];
    size_t count;
    bool key; /* the name of the innermost member, not its value */
};

/* If ${status} is a failure, add the member or element that has the place of the failure to
 * ${path}, which keeps ${member} itself. Return ${status}. */
enum weft_status json_path_member(struct json_path *path, const char *member,
                                  enum weft_status status);
enum weft_status json_path_element(struct json_path *path, size_t index, enum weft_status status);

/* Returns the position of the value, or key, at ${path} in ${text}, which json_read has accepted;
 * where a step leads nowhere, of the value before it. Takes time in proportion to the text. */
struct json_position json_position_find(const char *text, const struct json_path *path);

/* Returns the position of byte ${offset} of ${text}, which need not be JSON. */
struct json_position json_position_of(const char *text, size_t offset);

#endif

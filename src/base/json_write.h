/* json_write.h: a JSON value that grows in memory.
 *
 * Start with all zero; free with json_write_finish, or print the value, which frees it. ${key} is the
 * name of a member inside an object, and NULL elsewhere. A failed allocation is remembered: only
 * json_write_take and json_write_print report it, so calls in between need no check. */
#ifndef WEFT_BASE_JSON_WRITE_H
#define WEFT_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "weft/error.h"

struct json_writer {
    char *text;
    size_t length, size;
    bool failed;     /* no memory */
    bool indented;   /* set by the caller: objects get a line a member, arrays stay in one line */
    bool continued;  /* a value stands before, so the next one needs a comma */
    unsigned depth;  /* open brackets */
    unsigned arrays; /* open '[' */
};

/* Opens an object or array: ${bracket} is '{' or '['; and closes it: '}' or ']'. */
void json_write_open(struct json_writer *json, const char *key, char bracket);
void json_write_close(struct json_writer *json, char bracket);

/* ${value} NULL gives null. What is no UTF-8 becomes U+FFFD, since device names and paths may be
 * anything. */
void json_write_string(struct json_writer *json, const char *key, const char *value);
void json_write_integer(struct json_writer *json, const char *key, uint64_t value);
void json_write_bool(struct json_writer *json, const char *key, bool value);
void json_write_null(struct json_writer *json, const char *key);

/* Shortest text with the same bits; NaN and infinities, which JSON does not have, give null. */
void json_write_float(struct json_writer *json, const char *key, float value);
void json_write_double(struct json_writer *json, const char *key, double value);

/* As json_write_double, rounded to microseconds. */
void json_write_seconds(struct json_writer *json, const char *key, double value);

/* A value that is JSON already: a network's list of layers. */
void json_write_raw(struct json_writer *json, const char *key, const char *value);

/* Hands the text over in ${text}; the caller frees it. Fails with WEFT_FAILED when there was no
 * memory. */
enum weft_status json_write_take(struct json_writer *json, char **text, struct weft_error *error);

/* Writes the text and a newline to ${out}, flushes, and frees the value. Fails as
 * json_write_take. */
enum weft_status json_write_print(struct json_writer *json, FILE *out, struct weft_error *error);

void json_write_finish(struct json_writer *json);

#endif

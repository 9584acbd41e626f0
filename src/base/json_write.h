/* json_write.h: a JSON value that grows in memory.
 *
 * Start with all zero, but for the style. json_write_take frees the memory. A failed allocation is
 * remembered: only json_write_take reports it, so the calls before it need no check. ${key} is the
 * name of a member inside an object, and NULL elsewhere. */
#ifndef WEFT_BASE_JSON_WRITE_H
#define WEFT_BASE_JSON_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"

struct json_writer {
    bool indented; /* style: each member of an object gets a line, an array stays in one line */
    bool spaced;   /* style: one line, with a space after each comma and colon */
    struct text text;
    bool continued;  /* the next value needs a comma before it */
    unsigned depth;  /* open brackets */
    unsigned arrays; /* open '[' */
};

/* Opens an object or array: ${bracket} is '{' or '['; and closes it: '}' or ']'. */
void json_write_open(struct json_writer *json, const char *key, char bracket);
void json_write_close(struct json_writer *json, char bracket);

/* A ${value} of NULL gives null. Invalid UTF-8 becomes U+FFFD: device names and paths may be any
 * bytes. */
void json_write_string(struct json_writer *json, const char *key, const char *value);
void json_write_integer(struct json_writer *json, const char *key, uint64_t value);
void json_write_bool(struct json_writer *json, const char *key, bool value);
void json_write_null(struct json_writer *json, const char *key);

/* Writes the fewest digits with the same bits. NaN and infinities, which JSON does not have, give
 * null. */
void json_write_float(struct json_writer *json, const char *key, float value);
void json_write_double(struct json_writer *json, const char *key, double value);

/* As json_write_double, rounded to microseconds. */
void json_write_seconds(struct json_writer *json, const char *key, double value);

/* Adds a value that is JSON already. */
void json_write_raw(struct json_writer *json, const char *key, const char *value);

/* Stores the text in ${text}; the caller frees it. Fails with WEFT_NO_MEMORY when there was no
 * memory. */
enum weft_status json_write_take(struct json_writer *json, char **text, struct weft_error *error);

#endif

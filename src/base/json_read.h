/* json_read.h: JSON from untrusted files and callers, read by jansson within limits. */
#ifndef WEFT_BASE_JSON_READ_H
#define WEFT_BASE_JSON_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <jansson.h>

#include "base/error.h"

enum {
    JSON_READ_DEPTH = 16,       /* nested lists and objects */
    JSON_READ_VALUES = 2100000, /* values in one text, for two matrices of 1,000 classes: bounds
                                   the memory of the tree to 200 MB */
    JSON_READ_CONTAINER = 4,    /* values that a list or an object counts as, for its table */
    JSON_READ_NUMBER = 60       /* bytes of a number */
};

/* Reads the ${size} bytes of ${text}: one JSON value in UTF-8, with white space around it. Stores
 * the tree in ${json}; the caller frees it with json_decref. Fails with WEFT_BAD_FILE for text that
 * is not JSON, exceeds the limits above, has a zero byte in a string, or the same name twice in an
 * object; the message has the position in bytes.
 *
 * Integers are exact. If one of them does not fit 64 bits, or is -0, all numbers of the text are
 * doubles. */
enum weft_status json_read(const char *text, size_t size, json_t **json, struct weft_error *error);

/* As json_read, of ${text} with a zero at its end. The message of a failure of the text begins with
 * "NAME:LINE:COLUMN: ", as json_position.h counts them, of the last character that was read. */
enum weft_status json_read_text(const char *text, const char *name, json_t **json,
                                struct weft_error *error);

/* Returns whether ${value} is an integer from 0 to ${max}, which may be written as "1e2" below
 * 2^53, and stores it in ${number}. */
bool json_read_integer(const json_t *value, uint64_t max, uint64_t *number);

#endif

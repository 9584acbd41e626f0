/* strict_json.h: JSON from a file that nobody vouches for.
 *
 * cJSON reads more than JSON: control characters between values, numbers like 01, texts with a zero inside, strings
 * that end at an escaped zero, and the same name twice in an object. So a scanner of our own checks the grammar of
 * RFC 8259 first, and cJSON only builds the tree. */
#ifndef WEFT_NETWORK_STRICT_JSON_H
#define WEFT_NETWORK_STRICT_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "weft/error.h"

enum {
    STRICT_JSON_DEPTH = 16,       /* lists and objects inside one another */
    STRICT_JSON_VALUES = 1000000, /* values in one text: bounds the memory of the tree */
    STRICT_JSON_NUMBER = 60       /* bytes of a number: cJSON takes no more */
};

/* json_scan.c: returns NULL if the ${size} bytes of ${text} are one JSON value in UTF-8 and space around it, within the limits above
 * and without "\u0000" in a string. Else returns what is wrong, and stores the byte's place in ${at}. */
const char *strict_json_scan(const char *text, size_t size, size_t *at);

/* strict_json.c: parses the ${size} bytes of ${text}: one JSON value and space around it. Stores the tree in ${json}; the caller frees it with
 * cJSON_Delete. Fails with WEFT_BAD_FILE for what strict_json_scan refuses, and for a name that is twice in an object; the
 * message gives the byte's place or the name. */
enum weft_status strict_json_parse(const char *text, size_t size, cJSON **json,
                                   struct weft_error *error);

/* True if ${value} is a whole number from 0 to ${most} < 2^53, which is stored in ${number}. Up to there a double is exact. */
bool strict_json_integer(const cJSON *value, uint64_t most, uint64_t *number);

#endif

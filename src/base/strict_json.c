/* strict_json.c: trees of checked JSON. */
#include "base/strict_json.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"

static int compare_names(const void *a, const void *b) {
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Fails if the object ${json}, or one inside it, has the same name twice: readers would not agree which one counts. */
static enum weft_status check_names(const cJSON *json, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    size_t count = 0;
    const cJSON *member;
    const char **names;
    char shown[80];
    for (member = json->child; member != NULL; member = member->next) {
        status = check_names(member, error);
        if (status != WEFT_OK) {
            return status;
        }
        count++;
    }
    if (!cJSON_IsObject(json) || count < 2) {
        return WEFT_OK;
    }
    names = calloc(count, sizeof *names);
    if (names == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for %zu names", count);
    }
    member = json->child;
    for (size_t i = 0; i < count; i++, member = member->next) {
        names[i] = member->string;
    }
    qsort(names, count, sizeof *names, compare_names);
    for (size_t i = 1; i < count && status == WEFT_OK; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            status = weft_fail(error, WEFT_BAD_FILE, "the name \"%s\" is there twice",
                               text_printable(names[i], shown));
        }
    }
    free(names);
    return status;
}

enum weft_status strict_json_parse(const char *text, size_t size, cJSON **json,
                                   struct weft_error *error) {
    size_t at;
    const char *why = strict_json_scan(text, size, &at);
    enum weft_status status;
    *json = NULL;
    if (why != NULL) {
        return weft_fail(error, WEFT_BAD_FILE, "not JSON: byte %zu: %s", at, why);
    }
    *json = cJSON_ParseWithLength(text, size);
    if (*json == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the tree of %zu bytes of JSON", size);
    }
    status = check_names(*json, error);
    if (status != WEFT_OK) {
        cJSON_Delete(*json);
        *json = NULL;
    }
    return status;
}

bool strict_json_integer(const cJSON *value, uint64_t most, uint64_t *number) {
    /* The range first: only then is the conversion to an integer defined. */
    if (!cJSON_IsNumber(value) || !(value->valuedouble >= 0.0) ||
        value->valuedouble > (double)most ||
        (double)(uint64_t)value->valuedouble != value->valuedouble) {
        return false;
    }
    *number = (uint64_t)value->valuedouble;
    return true;
}

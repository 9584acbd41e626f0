/* arguments.c: the arguments of a layer, read from its JSON object. */
#include "base/strict_json.h"
#include "base/try.h"
#include "network/layer.h"

#include <string.h>

/* Reads an integer from ${min} on. */
static enum weft_status read_integer(const cJSON *json, const char *name, size_t min, size_t *value,
                                     struct weft_error *error) {
    uint64_t number;
    if (!strict_json_integer(json, NETWORK_FLOATS_MAX, &number) || number < min) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a whole number from %zu to %u was expected",
                         name, min, NETWORK_FLOATS_MAX);
    }
    *value = (size_t)number;
    return WEFT_OK;
}

enum weft_status argument_size(const cJSON *list, const char *name, size_t *value,
                               struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    return json != NULL ? read_integer(json, name, 1, value, error)
                        : weft_fail(error, WEFT_BAD_FILE, "%s: it is missing", name);
}

enum weft_status argument_optional(const cJSON *list, const char *name, size_t min, size_t fallback,
                                   size_t *value, struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    *value = fallback;
    return json != NULL ? read_integer(json, name, min, value, error) : WEFT_OK;
}

enum weft_status argument_pair(const cJSON *list, const char *name, size_t *height, size_t *width,
                               struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    if (!cJSON_IsArray(json)) {
        TRY(argument_size(list, name, height, error));
        *width = *height;
        return WEFT_OK;
    }
    if (cJSON_GetArraySize(json) != 2) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a number or [height, width] was expected",
                         name);
    }
    TRY(read_integer(json->child, name, 1, height, error));
    return read_integer(json->child->next, name, 1, width, error);
}

enum weft_status argument_bool(const cJSON *list, const char *name, bool fallback, bool *value,
                               struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    *value = json != NULL ? cJSON_IsTrue(json) : fallback;
    return json == NULL || cJSON_IsBool(json)
               ? WEFT_OK
               : weft_fail(error, WEFT_BAD_FILE, "%s: true or false was expected", name);
}

enum weft_status argument_float(const cJSON *list, const char *name, double fallback, double min,
                                double max, float *value, struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    double number = json != NULL ? json->valuedouble : fallback;
    if (json != NULL && !(cJSON_IsNumber(json) && number >= min && number <= max)) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a number from %g to %g was expected", name, min,
                         max);
    }
    *value = (float)number;
    return WEFT_OK;
}

/* True if ${name} is among ${arguments}, or is one that every layer has. */
static bool knows(const char *const *arguments, const char *name) {
    for (const char *const *argument = arguments; *argument != NULL; argument++) {
        if (strcmp(*argument, name) == 0) {
            return true;
        }
    }
    return strcmp(name, "kind") == 0 || strcmp(name, "name") == 0;
}

enum weft_status arguments_check(const cJSON *list, enum weft_kind kind, struct weft_error *error) {
    const char *const *arguments = layer_kinds[kind]->arguments;
    const cJSON *member;
    cJSON_ArrayForEach(member, list) {
        if (!knows(arguments, member->string)) {
            char shown[80], known[256] = "";
            for (const char *const *argument = arguments; *argument != NULL; argument++) {
                strncat(known, *argument, sizeof known - strlen(known) - 1);
                strncat(known, ", ", sizeof known - strlen(known) - 1);
            }
            return weft_fail(error, WEFT_BAD_FILE, "unknown argument \"%s\": %s knows %sname",
                             text_printable(member->string, shown), weft_kind_name(kind), known);
        }
    }
    return WEFT_OK;
}

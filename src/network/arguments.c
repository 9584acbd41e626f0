/* arguments.c: the arguments of a layer, read from its JSON object. */
#include "base/json_read.h"
#include "base/try.h"
#include "network/layer.h"

#include <string.h>

/* Reads an integer from ${min} on. */
static enum weft_status read_integer(const json_t *json, const char *name, size_t min,
                                     size_t *value, struct weft_error *error) {
    uint64_t number;
    if (!json_read_integer(json, NETWORK_FLOATS_MAX, &number) || number < min) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a whole number from %zu to %u was expected",
                         name, min, NETWORK_FLOATS_MAX);
    }
    *value = (size_t)number;
    return WEFT_OK;
}

enum weft_status argument_size(const json_t *list, const char *name, size_t *value,
                               struct weft_error *error) {
    const json_t *json = json_object_get(list, name);
    return json != NULL ? read_integer(json, name, 1, value, error)
                        : weft_fail(error, WEFT_BAD_FILE, "%s: it is missing", name);
}

enum weft_status argument_optional(const json_t *list, const char *name, size_t min,
                                   size_t fallback, size_t *value, struct weft_error *error) {
    const json_t *json = json_object_get(list, name);
    *value = fallback;
    return json != NULL ? read_integer(json, name, min, value, error) : WEFT_OK;
}

enum weft_status argument_pair(const json_t *list, const char *name, size_t *height, size_t *width,
                               struct weft_error *error) {
    const json_t *json = json_object_get(list, name);
    if (!json_is_array(json)) {
        TRY(argument_size(list, name, height, error));
        *width = *height;
        return WEFT_OK;
    }
    if (json_array_size(json) != 2) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a number or [height, width] was expected",
                         name);
    }
    TRY(read_integer(json_array_get(json, 0), name, 1, height, error));
    return read_integer(json_array_get(json, 1), name, 1, width, error);
}

enum weft_status argument_bool(const json_t *list, const char *name, bool fallback, bool *value,
                               struct weft_error *error) {
    const json_t *json = json_object_get(list, name);
    *value = json != NULL ? json_is_true(json) : fallback;
    return json == NULL || json_is_boolean(json)
               ? WEFT_OK
               : weft_fail(error, WEFT_BAD_FILE, "%s: true or false was expected", name);
}

enum weft_status argument_float(const json_t *list, const char *name, double fallback, double min,
                                double max, float *value, struct weft_error *error) {
    const json_t *json = json_object_get(list, name);
    double number = json != NULL ? json_number_value(json) : fallback;
    if (json != NULL && !(json_is_number(json) && number >= min && number <= max)) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a number from %g to %g was expected", name, min,
                         max);
    }
    *value = (float)number;
    return WEFT_OK;
}

/* Returns whether ${name} is among ${arguments}, or is a member that every layer has. */
static bool knows(const char *const *arguments, const char *name) {
    for (const char *const *argument = arguments; *argument != NULL; argument++) {
        if (strcmp(*argument, name) == 0) {
            return true;
        }
    }
    return strcmp(name, "kind") == 0 || strcmp(name, "name") == 0;
}

enum weft_status arguments_check(json_t *list, enum weft_kind kind, struct weft_error *error) {
    const char *const *arguments = layer_kinds[kind]->arguments;
    const char *member;
    json_t *value;
    json_object_foreach(list, member, value) {
        if (!knows(arguments, member)) {
            char shown[80], known[256] = "";
            for (const char *const *argument = arguments; *argument != NULL; argument++) {
                strncat(known, *argument, sizeof known - strlen(known) - 1);
                strncat(known, ", ", sizeof known - strlen(known) - 1);
            }
            return weft_fail(error, WEFT_BAD_FILE, "unknown argument \"%s\": %s knows %sname",
                             text_printable(member, shown), weft_kind_name(kind), known);
        }
    }
    return WEFT_OK;
}

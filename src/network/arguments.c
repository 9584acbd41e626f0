/* arguments.c: the arguments of a layer, read from its JSON object. */
#include "base/strict_json.h"
#include "network/layer.h"

#include <string.h>

static enum weft_status bad_size(const char *name, struct weft_error *error) {
    return weft_fail(error, WEFT_BAD_FILE, "%s: a whole number from 1 to %u was expected", name,
                     NETWORK_FLOATS_MAX);
}

static bool read_size(const cJSON *json, size_t *value) {
    uint64_t number;
    if (!strict_json_integer(json, NETWORK_FLOATS_MAX, &number) || number == 0) {
        return false;
    }
    *value = (size_t)number;
    return true;
}

enum weft_status argument_size(const cJSON *list, const char *name, size_t fallback, size_t *value,
                               struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    if (json == NULL && fallback == 0) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: it is missing", name);
    }
    if (json == NULL) {
        *value = fallback;
        return WEFT_OK;
    }
    return read_size(json, value) ? WEFT_OK : bad_size(name, error);
}

enum weft_status argument_pair(const cJSON *list, const char *name, size_t *height, size_t *width,
                               struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    enum weft_status status;
    if (!cJSON_IsArray(json)) {
        status = argument_size(list, name, 0, height, error);
        *width = *height;
        return status;
    }
    if (cJSON_GetArraySize(json) != 2) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a number or [height, width] was expected",
                         name);
    }
    return read_size(json->child, height) && read_size(json->child->next, width)
               ? WEFT_OK
               : bad_size(name, error);
}

enum weft_status argument_float(const cJSON *list, const char *name, double fallback, double least,
                                double most, float *value, struct weft_error *error) {
    const cJSON *json = cJSON_GetObjectItemCaseSensitive(list, name);
    double number = json != NULL ? json->valuedouble : fallback;
    if (json != NULL && !(cJSON_IsNumber(json) && number >= least && number <= most)) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: a number from %g to %g was expected", name,
                         least, most);
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

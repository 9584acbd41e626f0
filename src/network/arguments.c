/* arguments.c: reads and writes the arguments of a layer by the table of its kind. */
#include "base/json_position.h"
#include "base/json_read.h"
#include "base/nearest.h"
#include "base/try.h"
#include "network/layer.h"
#include "numerics.h"

#include <string.h>

static enum weft_status read_size(const json_t *json, const struct layer_argument *argument,
                                  size_t *value, struct weft_error *error) {
    uint64_t number;
    if (!json_read_integer(json, NETWORK_FLOATS_MAX, &number) || (double)number < argument->min) {
        return error_set(error, WEFT_BAD_FILE, "%s: a whole number from %.0f to %u was expected",
                         argument->name, argument->min, NETWORK_FLOATS_MAX);
    }
    *value = (size_t)number;
    return WEFT_OK;
}

static enum weft_status read_pair(const json_t *json, const struct layer_argument *argument,
                                  size_t pair[2], struct json_path *path,
                                  struct weft_error *error) {
    bool is_array = json_is_array(json);
    if (is_array && json_array_size(json) != 2) {
        return error_set(error, WEFT_BAD_FILE, "%s: a number or [height, width] was expected",
                         argument->name);
    }
    for (size_t i = 0; i < 2; i++) {
        const json_t *side = is_array ? json_array_get(json, i) : json;
        TRY(json_path_element(path, i, read_size(side, argument, &pair[i], error)));
    }
    return WEFT_OK;
}

static enum weft_status read_float(const json_t *json, const struct layer_argument *argument,
                                   float *value, struct weft_error *error) {
    double number = json != NULL ? json_number_value(json) : argument->fallback;
    if (json != NULL &&
        !(json_is_number(json) && number >= argument->min && number <= argument->max)) {
        return error_set(error, WEFT_BAD_FILE, "%s: a number from %g to %g was expected",
                         argument->name, argument->min, argument->max);
    }
    *value = weft_clean((float)number);
    return WEFT_OK;
}

/* The argument must be present, since PyTorch computes something else without it. */
static enum weft_status read_word(const json_t *json, const struct layer_argument *argument,
                                  struct weft_error *error) {
    return json_is_string(json) && strcmp(json_string_value(json), argument->word) == 0
               ? WEFT_OK
               : error_set(error, WEFT_BAD_FILE,
                           "%s: \"%s\" was expected, the only form that is supported (PyTorch's "
                           "default is \"%s\")",
                           argument->name, argument->word, argument->pytorch_default);
}

/* Stores the value ${json} of an argument at ${value}. NULL: its default. */
static enum weft_status read_value(const json_t *json, const struct layer_argument *argument,
                                   void *value, struct json_path *path, struct weft_error *error) {
    switch (argument->type) {
    case ARGUMENT_SIZE:
        *(size_t *)value = (size_t)argument->fallback;
        return json != NULL ? read_size(json, argument, value, error) : WEFT_OK;
    case ARGUMENT_PAIR:
        ((size_t *)value)[0] = ((size_t *)value)[1] = (size_t)argument->fallback;
        return json != NULL ? read_pair(json, argument, value, path, error) : WEFT_OK;
    case ARGUMENT_BOOL:
        *(bool *)value = json != NULL ? json_is_true(json) : argument->fallback > 0;
        return json == NULL || json_is_boolean(json)
                   ? WEFT_OK
                   : error_set(error, WEFT_BAD_FILE, "%s: true or false was expected",
                               argument->name);
    case ARGUMENT_WORD:
        return read_word(json, argument, error);
    default:
        return read_float(json, argument, value, error);
    }
}

/* Returns name ${index} of what a layer of kind ${context} has, for nearest_find. */
static const char *known_name(const void *context, size_t index) {
    static const char *const all[] = {"name", "inputs", "kind"};
    const struct layer_kind *kind = context;
    size_t count = 0;
    while (kind->arguments[count].name != NULL) {
        count++;
    }
    return index < count       ? kind->arguments[index].name
           : index < count + 3 ? all[index - count]
                               : NULL;
}

static enum weft_status unknown_argument(const char *member, enum layer_kind_id kind,
                                         struct weft_error *error) {
    const char *name;
    char shown[80], known[512] = "";
    for (size_t i = 0; strcmp(name = known_name(layer_kinds[kind], i), "kind") != 0; i++) {
        strncat(known, i > 0 ? ", " : "", sizeof known - strlen(known) - 1);
        strncat(known, name, sizeof known - strlen(known) - 1);
    }
    error_set(error, WEFT_BAD_FILE, "unknown argument \"%s\": %s knows %s",
              text_printable(member, shown), layer_kind_name(kind), known);
    nearest_hint(member, known_name, layer_kinds[kind], error);
    return WEFT_BAD_FILE;
}

/* Fails unless ${list} has only arguments of ${kind}, "kind", "name" and "inputs". */
static enum weft_status check_names(json_t *list, enum layer_kind_id kind, struct json_path *path,
                                    struct weft_error *error) {
    const char *member;
    json_t *value;
    json_object_foreach(list, member, value) {
        const char *name;
        size_t i = 0;
        do {
            name = known_name(layer_kinds[kind], i++);
        } while (name != NULL && strcmp(name, member) != 0);
        if (name == NULL) {
            path->key = true;
            return json_path_member(path, member, unknown_argument(member, kind, error));
        }
    }
    return WEFT_OK;
}

enum weft_status arguments_read(json_t *list, struct network_layer *layer, struct json_path *path,
                                struct weft_error *error) {
    const struct layer_argument *argument = layer_kinds[layer->kind]->arguments;
    TRY(check_names(list, layer->kind, path, error));
    for (; argument->name != NULL; argument++) {
        const char *member = argument->name;
        if (argument->same_as != NULL && json_object_get(list, member) == NULL) {
            member = argument->same_as;
        }
        if (!argument->optional && json_object_get(list, member) == NULL) {
            return argument->type == ARGUMENT_WORD
                       ? read_word(NULL, argument, error)
                       : error_set(error, WEFT_BAD_FILE, "%s: it is missing", argument->name);
        }
        TRY(json_path_member(path, member,
                             read_value(json_object_get(list, member), argument,
                                        (char *)layer + argument->offset, path, error)));
    }
    return WEFT_OK;
}

static void write_pair(struct json_writer *json, const char *name, const size_t pair[2]) {
    if (pair[0] == pair[1]) {
        json_write_integer(json, name, pair[0]);
        return;
    }
    json_write_open(json, name, '[');
    json_write_integer(json, NULL, pair[0]);
    json_write_integer(json, NULL, pair[1]);
    json_write_close(json, ']');
}

/* Returns whether ${value} is the default of ${argument}. */
static bool is_fallback(const struct layer_argument *argument, const void *value) {
    const size_t *sizes = value, fallback = (size_t)argument->fallback;
    switch (argument->type) {
    case ARGUMENT_SIZE:
        return sizes[0] == fallback;
    case ARGUMENT_PAIR:
        return sizes[0] == fallback && sizes[1] == fallback;
    case ARGUMENT_BOOL:
        return *(const bool *)value == (argument->fallback > 0);
    default:
        return *(const float *)value == weft_clean((float)argument->fallback);
    }
}

void arguments_write(const struct network_layer *layer, struct json_writer *json) {
    const struct layer_argument *argument = layer_kinds[layer->kind]->arguments;
    for (; argument->name != NULL; argument++) {
        const void *value = (const char *)layer + argument->offset;
        if (argument->short_form && is_fallback(argument, value)) {
            continue;
        }
        switch (argument->type) {
        case ARGUMENT_SIZE:
            json_write_integer(json, argument->name, *(const size_t *)value);
            break;
        case ARGUMENT_PAIR:
            write_pair(json, argument->name, value);
            break;
        case ARGUMENT_BOOL:
            json_write_bool(json, argument->name, *(const bool *)value);
            break;
        case ARGUMENT_FLOAT:
            json_write_float(json, argument->name, *(const float *)value);
            break;
        case ARGUMENT_WORD:
            json_write_string(json, argument->name, argument->word);
            break;
        }
    }
}

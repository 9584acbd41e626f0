/* recipe_file.c: weft train --recipe: a JSON object whose members are options. */
#include "cli/train/train.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_position.h"
#include "base/json_read.h"
#include "base/nearest.h"
#include "base/numbers.h"
#include "base/text.h"
#include "base/try.h"
#include "cli/parser.h"
#include "os/files.h"

#define RECIPE_MAX (1u << 20) /* bytes of a file */

static const struct {
    const char *name, *text;
} builtins[] = {{"published", cli_recipe_published}, {"best", cli_recipe_best}};

static const char *builtin_name(const void *context, size_t index) {
    (void)context;
    return index < sizeof builtins / sizeof builtins[0] ? builtins[index].name : NULL;
}

/* ---- a member ---- */

/* Returns the name of member ${index} that a recipe may have. */
static const char *member_name(const void *context, size_t index) {
    const struct cli_option *row = cli_train_rows;
    (void)context;
    for (; row->name != NULL; row++) {
        if (row->recipe && index-- == 0) {
            return row->name;
        }
    }
    return NULL;
}

static enum weft_status fail_unknown(const char *member, const char *name,
                                     struct weft_error *error) {
    const char *known;
    char shown[80];
    struct text list = {0};
    for (const struct cli_option *row = cli_train_rows; row->name != NULL; row++) {
        if (strcmp(row->name, name) == 0) {
            error_set(error, WEFT_BAD_FILE, "%s: an option of a training, but not of a recipe",
                      name);
            return error_hint(error, "write it on the command line");
        }
    }
    error_set(error, WEFT_BAD_FILE, "unknown member \"%s\"", text_printable(member, shown));
    nearest_hint(name, member_name, NULL, error);
    if (error->hint[0] == '\0') {
        for (size_t i = 0; (known = member_name(NULL, i)) != NULL; i++) {
            text_add(&list, "%s%s", i > 0 ? ", " : "", known);
        }
        error_hint(error, "a recipe has: %s", list.failed ? "" : list.bytes);
        free(list.bytes);
    }
    return WEFT_BAD_FILE;
}

static enum weft_status fail_type(const struct cli_option *row, struct weft_error *error) {
    return error_set(error, WEFT_BAD_FILE, "%s: %s was expected", row->name,
                     row->type == CLI_OPTION_FLAG ? "true or false"
                     : row->type == CLI_OPTION_FLOAT || row->type == CLI_OPTION_COUNT ? "a number"
                                                                                      : "a string");
}

/* Stores the value of a member of ${object} in ${text} as a user would write it: in ${digits}, or
 * where ${object} has it. NULL if it is of the wrong type. */
static const char *text_of(json_t *object, const char *member, const struct cli_option *row,
                           char digits[64]) {
    const json_t *value = json_object_get(object, member);
    const bool number = row->type == CLI_OPTION_FLOAT || row->type == CLI_OPTION_COUNT;
    uint64_t count;
    if (json_is_string(value)) {
        return number ? NULL : json_string_value(value);
    }
    if (!json_is_number(value) || row->type == CLI_OPTION_CHOICE) {
        return NULL;
    }
    if (json_read_integer(value, UINT64_MAX, &count)) {
        snprintf(digits, 64, "%llu", (unsigned long long)count);
    } else if (json_is_integer(value)) {
        snprintf(digits, 64, "%lld", (long long)json_integer_value(value));
    } else {
        number_double(json_real_value(value), digits);
    }
    if (!number) { /* the text of an option has to stay */
        json_object_set_new(object, member, json_string(digits));
        return json_string_value(json_object_get(object, member));
    }
    return digits;
}

/* Sets the option ${row} to the value of ${member}. If the command line has the option, only checks
 * the value. */
static enum weft_status take_value(struct cli_training *train, const char *member,
                                   const struct cli_option *row, struct weft_error *error) {
    const uint64_t bit = (uint64_t)1 << cli_options_index(train->options.common.command, row);
    struct cli_train_options ignored = train->options;
    struct cli_train_options *options =
        (train->options.common.given & bit) != 0 ? &ignored : &train->options;
    const char *text = NULL;
    char digits[64];
    if (row->type == CLI_OPTION_FLAG) {
        const json_t *value = json_object_get(train->file.json, member);
        if (!json_is_boolean(value)) {
            return fail_type(row, error);
        }
        if (json_is_false(value)) {
            return WEFT_OK;
        }
        text = "";
    } else {
        text = text_of(train->file.json, member, row, digits);
    }
    if (text == NULL) {
        return fail_type(row, error);
    }
    if (cli_option_set(row, text, row->name, &options->common, error) != WEFT_OK) {
        error->status = WEFT_BAD_FILE;
        if (row->type != CLI_OPTION_CHOICE) {
            error->hint[0] = '\0'; /* it is how to write the value on a command line */
        }
        return WEFT_BAD_FILE;
    }
    if (options == &train->options) {
        train->file.given |= bit;
    }
    return WEFT_OK;
}

/* Takes ${member}, whose name may have underscores. ${taken} has a bit for each option so far. */
static enum weft_status take_member(struct cli_training *train, const char *member, uint64_t *taken,
                                    struct json_path *path, struct weft_error *error) {
    const struct cli_command *command = train->options.common.command;
    const struct cli_option *row;
    uint64_t bit;
    char name[64];
    snprintf(name, sizeof name, "%s", member);
    for (char *c = name; (c = strchr(c, '_')) != NULL;) {
        *c = '-';
    }
    row = cli_options_find(command, name);
    path->key = true;
    if (row == NULL || !row->recipe) {
        return fail_unknown(member, name, error);
    }
    bit = (uint64_t)1 << cli_options_index(command, row);
    if ((*taken & bit) != 0) {
        return error_set(error, WEFT_BAD_FILE, "%s: it is there twice", name);
    }
    *taken |= bit;
    path->key = false;
    return take_value(train, member, row, error);
}

/* ---- the file ---- */

enum weft_status cli_recipe_take(struct cli_training *train, const char *text, const char *name,
                                 struct weft_error *error) {
    struct json_path path = {.count = 0};
    struct json_position position;
    enum weft_status status = WEFT_OK;
    uint64_t taken = 0;
    const char *member;
    json_t *value;
    TRY(json_read_text(text, name, &train->file.json, error));
    if (!json_is_object(train->file.json)) {
        error_set(error, WEFT_BAD_FILE, "%s: an object of options was expected", name);
        return error_hint(error, "for example: {\"optimizer\": \"sgd\", \"momentum\": 0.9}");
    }
    json_object_foreach(train->file.json, member, value) {
        status = take_member(train, member, &taken, &path, error);
        if (status != WEFT_OK) {
            json_path_member(&path, member, status);
            break;
        }
    }
    if (status != WEFT_OK) {
        position = json_position_find(text, &path);
        return error_context(error, "%s:%zu:%zu", name, position.line, position.column);
    }
    train->options.common.given |= train->file.given;
    return WEFT_OK;
}

/* Returns the text of the recipe of weft called ${name}, or NULL. */
static const char *builtin_text(const char *name) {
    for (size_t i = 0; i < sizeof builtins / sizeof builtins[0]; i++) {
        if (strcmp(name, builtins[i].name) == 0) {
            return builtins[i].text;
        }
    }
    return NULL;
}

bool cli_recipe_is_file(const char *name) {
    return name != NULL && builtin_text(name) == NULL;
}

/* Reads the file ${name} into ${text}, which the caller frees. */
static enum weft_status read_file(const char *name, char **text, struct weft_error *error) {
    size_t size;
    if (os_is_missing(name) && strpbrk(name, "./\\") == NULL) {
        error_set(error, WEFT_USAGE,
                  "--recipe %s: there is no such recipe, and no file of this name", name);
        nearest_hint(name, builtin_name, NULL, error);
        return error->hint[0] != '\0'
                   ? WEFT_USAGE
                   : error_hint(error, "weft has the recipes published and best");
    }
    return os_text_read(name, RECIPE_MAX, FILE_JSON, text, &size, error);
}

enum weft_status cli_recipe_load(struct cli_training *train, struct weft_error *error) {
    const char *name = train->options.recipe;
    enum weft_status status;
    char *text = NULL, label[256];
    if (name == NULL) {
        return WEFT_OK;
    }
    if (builtin_text(name) != NULL) {
        snprintf(label, sizeof label, "recipe %s", name);
        return cli_recipe_take(train, builtin_text(name), label, error);
    }
    status = read_file(name, &text, error);
    if (status == WEFT_OK) {
        status = cli_recipe_take(train, text, name, error);
    }
    free(text);
    return status;
}

void cli_recipe_finish(struct cli_recipe_file *file) {
    json_decref(file->json);
    *file = (struct cli_recipe_file){.json = NULL};
}

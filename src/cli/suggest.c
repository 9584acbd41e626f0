/* suggest.c: what a user may have meant by an option, a number or a choice. */
#include "cli/suggest.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "base/text.h"
#include "cli/nearest.h"

enum { SUGGESTIONS = 3 }; /* maximum of them in a hint */

/* ---- options ---- */

/* Returns row ${index} of the options of ${command} and the common ones, NULL after the last. */
static const struct cli_option *row_of(const struct cli_command *command, size_t index) {
    const struct cli_option *tables[] = {command->options, cli_common_options};
    for (int i = 0; i < 2; i++) {
        for (const struct cli_option *row = tables[i]; row != NULL && row->name != NULL; row++) {
            if (index-- == 0) {
                return row;
            }
        }
    }
    return NULL;
}

static const char *name_of(const void *command, size_t index) {
    const struct cli_option *row = row_of(command, index);
    return row != NULL ? row->name : NULL;
}

/* Returns whether ${command} has the option that ${suggestion} ("device cpu") begins with. */
static bool has(const struct cli_command *command, const char *suggestion) {
    size_t length = strcspn(suggestion, " ");
    const char *name;
    for (size_t i = 0; (name = name_of(command, i)) != NULL; i++) {
        if (strncmp(name, suggestion, length) == 0 && name[length] == '\0') {
            return true;
        }
    }
    return false;
}

/* The options that a hint names: "--device or --data". */
struct list {
    char text[256];
    size_t count;
};

static void add(struct list *list, const char *suggestion) {
    size_t used = strlen(list->text);
    if (list->count < SUGGESTIONS) {
        snprintf(list->text + used, sizeof list->text - used, "%s--%s",
                 list->count > 0 ? " or " : "", suggestion);
        list->count++;
    }
}

/* Collects the options of ${command} that ${name} means: the name itself, written differently, or
 * words of other programs. */
static void collect(const struct cli_command *command, const char *name, struct list *list) {
    const char *suggestion;
    if (has(command, name)) {
        add(list, name);
        return;
    }
    for (size_t i = 0; (suggestion = cli_nearest_option(name, i)) != NULL; i++) {
        if (suggestion[0] != '\0' && has(command, suggestion)) {
            add(list, suggestion);
        }
    }
}

/* Collects the options of ${command} that begin with ${name}. */
static void collect_longer(const struct cli_command *command, const char *name, struct list *list) {
    const char *row;
    for (size_t i = 0; (row = name_of(command, i)) != NULL; i++) {
        if (name[0] != '\0' && strncmp(row, name, strlen(name)) == 0) {
            add(list, row);
        }
    }
}

/* Adds a hint which commands have the option ${name}, or its synonym. Returns whether there is
 * one. */
static bool hint_commands(const char *name, struct weft_error *error) {
    const char *option = name, *synonym = cli_nearest_option(name, 0);
    for (int i = 0; i < 2; i++, option = synonym) {
        struct text text = {0};
        size_t count = 0;
        for (size_t k = 0; option != NULL && option[0] != '\0' && cli_commands[k] != NULL; k++) {
            if (has(cli_commands[k], option)) {
                text_add(&text, "%sweft %s", count++ > 0 ? ", " : "", cli_commands[k]->name);
            }
        }
        if (count > 0 && !text.failed) {
            error_hint(error, "--%.*s is an option of %s", (int)strcspn(option, " "), option,
                       text.bytes);
        }
        free(text.bytes);
        if (count > 0) {
            return true;
        }
    }
    return false;
}

/* Returns whether other programs have an option ${name} for what is an operand of weft. */
static bool is_operand(const struct cli_command *command, const char *name) {
    const char *suggestion;
    for (size_t i = 0; (suggestion = cli_nearest_option(name, i)) != NULL; i++) {
        if (suggestion[0] == '\0' && command->operand != CLI_OPERAND_NONE) {
            return true;
        }
    }
    return false;
}

enum weft_status cli_suggest_option(const struct cli_command *command, const char *argument,
                                    struct weft_error *error) {
    char name[64];
    const char *nearest;
    struct list list = {.count = 0};
    error_set(error, WEFT_USAGE, "unknown option %.*s: weft %s does not have it",
              (int)(strcspn(argument, "=") < 60 ? strcspn(argument, "=") : 60), argument,
              command->name);
    cli_nearest_normalise(argument, name);
    collect(command, name, &list);
    if (list.count == 0 && is_operand(command, name)) {
        return error_hint(error, "write the value without an option, for example: %.*s",
                          (int)strcspn(command->examples, "\n"), command->examples);
    }
    if (list.count == 0) {
        collect_longer(command, name, &list);
    }
    if (list.count > 0) {
        return error_hint(error, "did you mean %s?", list.text);
    }
    nearest = strlen(name) > 1 ? nearest_find(name, name_of, command) : NULL;
    if (nearest != NULL && nearest_distance(name, nearest) <= 1) {
        return error_hint(error, "did you mean --%s?", nearest);
    }
    if (hint_commands(name, error)) {
        return WEFT_USAGE;
    }
    return nearest != NULL ? error_hint(error, "did you mean --%s?", nearest)
                           : error_hint(error, "weft help %s lists its options", command->name);
}

bool cli_suggest_is_option(const struct cli_command *command, const char *argument) {
    char name[64];
    struct list list = {.count = 0};
    if (cli_nearest_dash(argument) == 0 &&
        (command->operand != CLI_OPERAND_NONE || strchr(argument, '=') == NULL)) {
        return false;
    }
    cli_nearest_normalise(argument, name);
    collect(command, name, &list);
    return list.count > 0;
}

/* ---- values ---- */

static const char digits[] = "0123456789";

/* Copies ${text} without spaces, underscores and apostrophes, which separate thousands. Returns
 * false if one is between digits, but not before each three of them. */
static bool without_separators(const char *text, char plain[64]) {
    const size_t start = strcspn(text, digits);
    size_t length = 0, before = 0; /* digits before the next separator */
    for (size_t i = 0; text[i] != '\0' && length < 63; i++) {
        if (strchr(" _'", text[i]) == NULL) {
            before = strchr(digits, text[i]) != NULL ? before + 1 : 0;
            plain[length++] = text[i];
        } else if (before > 0 && strspn(text + i + 1, digits) > 0) {
            if (before > 3 || text[start] == '0' || strspn(text + i + 1, digits) != 3) {
                return false;
            }
            before = 0;
        }
    }
    plain[length] = '\0';
    return true;
}

/* Returns whether each group of three digits of ${text} but the first follows a ${separator}. */
static bool is_grouped(const char *text, char separator) {
    size_t first = strspn(text, digits);
    const char *rest = text + first;
    for (; *rest == separator; rest += 4) {
        if (strspn(rest + 1, digits) != 3) {
            return false;
        }
    }
    return first >= 1 && first <= 3 && *rest == '\0' && rest > text + first;
}

/* Removes each ${letter} of ${text}. */
static void remove_letter(char *text, char letter) {
    char *to = text;
    for (; *text != '\0'; text++) {
        if (*text != letter) {
            *to++ = *text;
        }
    }
    *to = '\0';
}

/* Reads ${text}, all of it, as a number, perhaps with k or M after it. */
static bool read_number(const char *text, double *value) {
    char *end;
    if (text[strspn(text, "0123456789+-.eEkKmM%")] != '\0') {
        return false; /* strtod also accepts hexadecimal, infinity and NaN */
    }
    *value = strtod(text, &end);
    if (end == text) {
        return false;
    }
    if (*end == '%' && end[1] == '\0') {
        *value /= 100;
        end++;
    } else if (*end != '\0' && end[1] == '\0') {
        *value *= *end == 'k' || *end == 'K' ? 1e3 : 1e6;
        end++;
    }
    return *end == '\0' && isfinite(*value);
}

enum weft_status cli_suggest_number(const struct cli_option *option, const char *text,
                                    struct weft_error *error) {
    bool integer = option->type == CLI_OPTION_COUNT;
    char plain[64], *comma;
    double value;
    if (!without_separators(text, plain)) {
        return WEFT_USAGE;
    }
    if (integer && (is_grouped(plain, ',') || is_grouped(plain, '.'))) {
        remove_letter(plain, strchr(plain, ',') != NULL ? ',' : '.');
    }
    comma = strchr(plain, ',');
    if (comma != NULL) {
        *comma = '.';
    }
    if (!read_number(plain, &value) || strlen(text) >= sizeof plain) {
        return WEFT_USAGE;
    }
    if (!integer && value >= (double)option->low && value <= (double)option->high) {
        return error_hint(error, "write --%s %.9g%s", option->name, value,
                          comma != NULL ? ": the decimal point is a point" : "");
    }
    if (integer && floor(value) == value && value >= (double)option->least &&
        value <= (double)option->most && value < 1e15) {
        return error_hint(error, "write --%s %.0f", option->name, value);
    }
    return WEFT_USAGE;
}

bool cli_suggest_points(const char *text, char plain[64]) {
    const size_t length = strlen(text);
    bool fraction = false; /* the number is after its decimal comma */
    if (length >= 64 || text[strspn(text, "0123456789-,")] != '\0') {
        return false;
    }
    for (size_t i = 0; i <= length; i++) {
        plain[i] = text[i];
        if (text[i] == ',') {
            if (!fraction) {
                plain[i] = '.';
            }
            fraction = !fraction;
        } else if (text[i] == '-' && fraction) {
            return false;
        }
    }
    return fraction; /* the last number has one, so each has */
}

static const char *choice_of(const void *context, size_t index) {
    return ((const char *const *)context)[index];
}

enum weft_status cli_suggest_choice(const struct cli_option *option, const char *text,
                                    struct weft_error *error) {
    char word[64];
    cli_nearest_normalise(text, word);
    nearest_hint(word, choice_of, option->choices, error);
    return WEFT_USAGE;
}

/* class_names.c: the names of classes from classes.txt and from CIFAR's files of names. */
#include "data/class_names.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "data/images.h"
#include "os/files.h"

enum {
    NAME_MAX_BYTES = 200,
    FILE_MAX = 1 << 20,
};

const char *class_name_fault(const char *name) {
    if (name[0] == '\0') {
        return "is empty";
    }
    if (strlen(name) > NAME_MAX_BYTES) {
        return "is longer than 200 bytes";
    }
    if (!utf8_is_valid(name)) {
        return "is not UTF-8";
    }
    while (*name != '\0') {
        uint32_t code;
        name += utf8_next(name, &code);
        if (utf8_is_control(code)) { /* such as U+202E, which turns the direction of a text */
            return "has a control character";
        }
    }
    return NULL;
}

/* Cuts the next line off ${rest}, without the white space around it. Returns NULL after the last
 * line. */
static char *next_line(char **rest) {
    char *line = *rest, *end;
    if (line == NULL || line[strspn(line, " \t\r\n")] == '\0') {
        return NULL; /* empty lines at the end are no names */
    }
    end = strchr(line, '\n');
    *rest = end != NULL ? end + 1 : NULL;
    end = end != NULL ? end : line + strlen(line);
    line += strspn(line, " \t");
    while (end > line && strchr(" \t\r", end[-1]) != NULL) {
        end--;
    }
    *end = '\0';
    return line;
}

static int by_name(const void *a, const void *b) {
    const char *const *left = a, *const *right = b;
    return strcmp(*left, *right);
}

/* Returns the line of the first of ${names} from ${begin} on that is ${name}, from 1 on. */
static size_t line_of(const char *const *names, size_t begin, size_t count, const char *name) {
    while (begin < count && strcmp(names[begin], name) != 0) {
        begin++;
    }
    return begin + 1;
}

/* Fails if two of the ${count} ${names} of the file ${path} are equal. */
static enum weft_status check_different(const char *const *names, size_t count, const char *path,
                                        struct weft_error *error) {
    const char *sorted[IMAGES_CLASSES_MAX];
    memcpy(sorted, names, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_name);
    for (size_t i = 1; i < count; i++) {
        if (strcmp(sorted[i - 1], sorted[i]) == 0) {
            const size_t first = line_of(names, 0, count, sorted[i]);
            return error_set(error, WEFT_BAD_FILE, "%s: lines %zu and %zu have the same name", path,
                             first, line_of(names, first, count, sorted[i]));
        }
    }
    return WEFT_OK;
}

/* Stores the lines of ${text} in ${names}, and their number in ${found}. */
static enum weft_status split_lines(char *text, const char *path,
                                    const char *names[IMAGES_CLASSES_MAX], size_t *found,
                                    struct weft_error *error) {
    char *line;
    *found = 0;
    while ((line = next_line(&text)) != NULL) {
        const char *fault = class_name_fault(line);
        if (fault != NULL) {
            return error_set(error, WEFT_BAD_FILE, "%s: line %zu: the name %s", path, *found + 1,
                             fault);
        }
        if (*found == IMAGES_CLASSES_MAX) {
            return error_set(error, WEFT_BAD_FILE, "%s: more than %d names", path,
                             IMAGES_CLASSES_MAX);
        }
        names[(*found)++] = line;
    }
    return check_different(names, *found, path, error);
}

enum weft_status class_names_read(const char *path, size_t *count, char ***names,
                                  struct weft_error *error) {
    const char *lines[IMAGES_CLASSES_MAX] = {NULL};
    char *text = NULL;
    size_t size, found;
    enum weft_status status;
    *names = NULL;
    TRY(os_text_read(path, FILE_MAX, FILE_TEXT, &text, &size, error));
    if (strlen(text) != size) {
        status = error_set(error, WEFT_BAD_FILE, "%s: it has a zero byte", path);
        goto done;
    }
    TRY_OR(done, split_lines(text, path, lines, &found, error));
    if (found < 2 || (*count != 0 && found != *count)) {
        status = *count != 0 ? error_set(error, WEFT_BAD_FILE,
                                         "%s: %zu names, one a line, but there are %zu classes",
                                         path, found, *count)
                             : error_set(error, WEFT_BAD_FILE,
                                         "%s: %zu names, one a line, expected 2 to %d", path, found,
                                         IMAGES_CLASSES_MAX);
        goto done;
    }
    *count = found;
    *names = text_copy_list(lines, found);
    if (*names == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %s", path);
    }
done:
    free(text);
    return status;
}

#define TEN(h)     h "0", h "1", h "2", h "3", h "4", h "5", h "6", h "7", h "8", h "9"
#define HUNDRED(h) TEN(h "0"), TENS(h)
#define TENS(h)                                                                                    \
    TEN(h "1"), TEN(h "2"), TEN(h "3"), TEN(h "4"), TEN(h "5"), TEN(h "6"), TEN(h "7"),            \
        TEN(h "8"), TEN(h "9")

const char *const *class_name_numbers(void) {
    static const char *const numbers[IMAGES_CLASSES_MAX] = {
        TEN(""),      TENS(""),     HUNDRED("1"), HUNDRED("2"), HUNDRED("3"), HUNDRED("4"),
        HUNDRED("5"), HUNDRED("6"), HUNDRED("7"), HUNDRED("8"), HUNDRED("9")};
    return numbers;
}

/* class_names.c: the names of classes from classes.txt. */
#include "data/class_names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"
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
        if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
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

/* Stores the lines of ${text} in ${names}, which has room for ${count}. */
static enum weft_status split_lines(char *text, const char *path, const char **names, size_t count,
                                    struct weft_error *error) {
    char *line;
    size_t found = 0;
    while ((line = next_line(&text)) != NULL) {
        const char *fault = class_name_fault(line);
        if (fault != NULL) {
            return error_set(error, WEFT_BAD_FILE, "%s: line %zu: the name %s", path, found + 1,
                             fault);
        }
        for (size_t i = 0; i < found && i < count; i++) {
            if (strcmp(names[i], line) == 0) {
                return error_set(error, WEFT_BAD_FILE, "%s: lines %zu and %zu have the same name",
                                 path, i + 1, found + 1);
            }
        }
        if (found < count) {
            names[found] = line;
        }
        found++;
    }
    if (found != count) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: %zu names, one a line, but there are %zu classes", path, found,
                         count);
    }
    return WEFT_OK;
}

enum weft_status class_names_read(const char *folder, size_t count, char ***names,
                                  struct weft_error *error) {
    char path[OS_PATH + 16], *text = NULL;
    const char **lines = NULL;
    size_t size;
    enum weft_status status;
    *names = NULL;
    snprintf(path, sizeof path, "%s/classes.txt", folder);
    if (os_is_missing(path)) {
        return WEFT_OK;
    }
    TRY(os_text_read(path, FILE_MAX, FILE_TEXT, &text, &size, error));
    lines = calloc(count + 1, sizeof *lines);
    if (lines == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %s", path);
        goto done;
    }
    if (strlen(text) != size) {
        status = error_set(error, WEFT_BAD_FILE, "%s: it has a zero byte", path);
        goto done;
    }
    TRY_OR(done, split_lines(text, path, lines, count, error));
    *names = text_copy_list(lines, count);
    if (*names == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for %s", path);
    }
done:
    free(lines);
    free(text);
    return status;
}

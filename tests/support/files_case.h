/* files_case.h: what the tests of files share: folders, contents and error messages. Include it
 * first. */
#ifndef FILES_CASE_H
#define FILES_CASE_H

#include "temporary.h"

#include "os/files.h"

/* Returns the number of entries of the folder ${name} in the temporary folder. */
static inline size_t count_entries(const char *name) {
    DIR *folder = opendir(temporary_path(name));
    size_t count = 0;
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    }
    closedir(folder);
    return count;
}

static inline void assert_content(const char *path, const char *text) {
    char *bytes;
    size_t size;
    struct weft_error error = {0};
    ck_assert_msg(os_file_read(path, 1000, &bytes, &size, &error) == WEFT_OK, "%s", error.message);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_str_eq(bytes, text);
    free(bytes);
}

static inline void make_folder(const char *name) {
    struct weft_error error = {0};
    ck_assert_msg(os_make_folder(temporary_path(name), &error) == WEFT_OK, "%s", error.message);
}

/* Expects that ${error} is WEFT_BAD_FILE and that its message contains ${part} and ${path}. */
static inline void assert_fails(const struct weft_error *error, const char *path,
                                const char *part) {
    ck_assert_int_eq(error->status, WEFT_BAD_FILE);
    ck_assert_msg(strstr(error->message, path) != NULL, "%s lacks %s", error->message, path);
    ck_assert_msg(strstr(error->message, part) != NULL, "%s lacks %s", error->message, part);
}

#endif

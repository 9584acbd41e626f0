/* file_kind.c: what a file is, and what can be done about it. */
#include "base/file_kind.h"

#include <string.h>

#include "base/file_table.h"

/* ---- what was expected ---- */

static const struct expected {
    const char *name;
    bool (*is)(const unsigned char *bytes,
               size_t size); /* NULL: its name is in the table, or it is a text */
} expectations[] = {
    [FILE_IDX] = {"an IDX file", file_is_idx},
    [FILE_SAFETENSORS] = {"a safetensors file", file_is_safetensors},
    [FILE_PNG] = {"a PNG picture"},
    [FILE_CIFAR] = {"a binary file of CIFAR"},
    [FILE_FOLDER] = {"a folder of images"},
    [FILE_JSON] = {"a JSON file"},
    [FILE_CSV] = {"a CSV file"},
    [FILE_SOURCE] = {"OpenCL C source"},
    [FILE_TEXT] = {"a text in UTF-8"},
};

static bool is_text_expected(enum file_kind expected) {
    return expected >= FILE_JSON;
}

/* Returns whether a file of ${kind} may be what is expected. */
static bool is_accepted(const struct file_table_row *kind, enum file_kind expected) {
    if (kind == NULL || (kind->group == KIND_TEXT && is_text_expected(expected))) {
        return kind == NULL || expected != FILE_CSV || kind->is != file_is_json;
    }
    if (expected == FILE_TEXT && kind->is == file_is_xml) {
        return true; /* the first name of a list may begin with "<" */
    }
    return strcmp(kind->name, expectations[expected].name) == 0;
}

/* Returns the command that unpacks ${path}: of an archive that is compressed, both at once. */
static const char *unpack_command(const struct file_table_row *kind, const char *path) {
    const char *name = strstr(path, ".tar."), *end = strrchr(path, '.');
    return (name != NULL && strchr(name + 5, '.') == NULL) || (end != NULL && !strcmp(end, ".tgz"))
               ? "tar -xf"
               : kind->help;
}

static void add_hint(const struct file_table_row *kind, enum file_kind expected, const char *path,
                     struct weft_error *error) {
    if (kind->group == KIND_BROKEN) {
        error_hint(error, "it was not written or copied completely: get the file again");
    } else if (kind->group == KIND_PAGE) {
        error_hint(error, "a web server may have sent it in place of the file: download the "
                          "file again");
    } else if (kind->group == KIND_POINTER) {
        error_hint(error, "git lfs pull gets the file itself");
    } else if (kind->group == KIND_PACKED) {
        error_hint(error, "unpack it first: %s %s", unpack_command(kind, path), path);
    } else if (kind->group == KIND_UTF16 && is_text_expected(expected)) {
        error_hint(error, "save it as UTF-8: iconv -f UTF-16 -t UTF-8 %s", path);
    } else if (kind->group == KIND_UTF32 && is_text_expected(expected)) {
        error_hint(error, "save it as UTF-8: iconv -f UTF-32 -t UTF-8 %s", path);
    } else if (kind->group == KIND_WEIGHTS && expected == FILE_SAFETENSORS) {
        error_hint(error, "load it in the library that wrote it, for example with torch.load, "
                          "and write its tensors with safetensors.torch.save_file");
    } else if (kind->group == KIND_PICTURE && expected == FILE_PNG) {
        error_hint(error, "convert it, for example with ImageMagick: convert %s picture.png", path);
    }
}

enum weft_status file_kind_check(const char *path, const void *bytes, size_t size,
                                 enum file_kind expected, bool packed, struct weft_error *error) {
    const struct expected *right = &expectations[expected];
    const struct file_table_row *kind;
    size = size < FILE_KIND_BYTES ? size : FILE_KIND_BYTES;
    if (right->is != NULL && right->is(bytes, size)) {
        return WEFT_OK; /* a length may look like the start of another kind */
    }
    kind = file_table_find(bytes, size);
    if (is_accepted(kind, expected)) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_FILE, "%s: this is %s%s, but %s was expected", path, kind->name,
              packed ? " in a gzip file" : "", right->name);
    add_hint(kind, expected, path, error);
    return WEFT_BAD_FILE;
}

const char *file_kind_name(const void *bytes, size_t size, bool *picture) {
    const struct file_table_row *kind =
        file_table_find(bytes, size < FILE_KIND_BYTES ? size : FILE_KIND_BYTES);
    *picture = kind != NULL && kind->group == KIND_PICTURE;
    return kind != NULL ? kind->name : NULL;
}

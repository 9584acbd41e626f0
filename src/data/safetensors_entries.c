/* safetensors_entries.c: the list of tensors in the header of a safetensors file. */
#include "data/safetensors_entries.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/try.h"

/* The known dtypes and the size of an element in bytes. */
static const struct dtype {
    const char *name;
    size_t size;
} dtypes[] = {
    {"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"F8_E8M0", 1},
    {"U16", 2},  {"I16", 2}, {"F16", 2}, {"BF16", 2},    {"U32", 4},     {"I32", 4},
    {"F32", 4},  {"U64", 8}, {"I64", 8}, {"F64", 8},     {"C64", 8},
};

static const struct dtype *find_dtype(const json_t *json) {
    const char *name = json_string_value(json);
    for (size_t i = 0; name != NULL && i < sizeof dtypes / sizeof dtypes[0]; i++) {
        if (strcmp(dtypes[i].name, name) == 0) {
            return &dtypes[i];
        }
    }
    return NULL;
}

bool safetensors_read_size(const json_t *json, size_t *value) {
    const uint64_t exact = (UINT64_C(1) << 53) - 1;
    uint64_t number;
    if (!json_read_integer(json, SIZE_MAX < exact ? SIZE_MAX : exact, &number)) {
        return false;
    }
    *value = (size_t)number;
    return true;
}

static enum weft_status read_shape(const json_t *json, struct safetensors_entry *entry,
                                   struct weft_error *error) {
    if (!json_is_array(json) || json_array_size(json) > SAFETENSORS_RANK) {
        return error_set(error, WEFT_BAD_FILE, "shape: a list of at most %d numbers was expected",
                         SAFETENSORS_RANK);
    }
    entry->count = 1;
    for (size_t i = 0; i < json_array_size(json); i++) {
        size_t value;
        if (!safetensors_read_size(json_array_get(json, i), &value)) {
            return error_set(error, WEFT_BAD_FILE, "shape: whole numbers were expected");
        }
        if (value != 0 && entry->count > SIZE_MAX / value) {
            return error_set(error, WEFT_BAD_FILE, "shape: its product is too large");
        }
        entry->count *= value;
        entry->shape[entry->rank++] = value;
    }
    return WEFT_OK;
}

/* Finds the bytes of ${entry} among the ${size} bytes ${values} after the header. */
static enum weft_status read_offsets(const json_t *json, const struct dtype *dtype,
                                     const unsigned char *values, size_t size,
                                     struct safetensors_entry *entry, struct weft_error *error) {
    size_t begin, end;
    char shape[200];
    if (json_array_size(json) != 2 || !safetensors_read_size(json_array_get(json, 0), &begin) ||
        !safetensors_read_size(json_array_get(json, 1), &end)) {
        return error_set(error, WEFT_BAD_FILE, "data_offsets: two whole numbers were expected");
    }
    if (begin > end || end > size) {
        return error_set(error, WEFT_BAD_FILE,
                         "data_offsets: %zu to %zu are not inside the file's %zu bytes of values",
                         begin, end, size);
    }
    if (entry->count > SIZE_MAX / dtype->size || entry->count * dtype->size != end - begin) {
        return error_set(error, WEFT_BAD_FILE, "%s of shape %s does not fit its %zu bytes",
                         dtype->name, safetensors_shape(entry->shape, entry->rank, shape),
                         end - begin);
    }
    entry->bytes = values + begin;
    entry->size = end - begin;
    return WEFT_OK;
}

/* Reads a member of the header that is a tensor. */
static enum weft_status read_entry(const char *name, const json_t *json,
                                   const unsigned char *values, size_t size,
                                   struct safetensors_entry *entry, struct weft_error *error) {
    const json_t *dtype_json = json_object_get(json, "dtype");
    const json_t *shape = json_object_get(json, "shape");
    const json_t *offsets = json_object_get(json, "data_offsets");
    const struct dtype *dtype = find_dtype(dtype_json);
    char shown[80];
    if (dtype_json == NULL || shape == NULL || offsets == NULL || json_object_size(json) != 3) {
        return error_set(error, WEFT_BAD_FILE,
                         "exactly dtype, shape and data_offsets were expected");
    }
    if (dtype == NULL) {
        return error_set(
            error, WEFT_BAD_FILE, "unknown dtype \"%s\"",
            json_is_string(dtype_json) ? text_printable(json_string_value(dtype_json), shown) : "");
    }
    entry->name = name;
    entry->dtype = dtype->name;
    TRY(read_shape(shape, entry, error));
    return read_offsets(offsets, dtype, values, size, entry, error);
}

/* Sorts by position; of two at the same position, the empty one comes first. */
static int compare_positions(const void *a, const void *b) {
    const struct safetensors_entry *left = a, *right = b;
    if (left->bytes != right->bytes) {
        return left->bytes < right->bytes ? -1 : 1;
    }
    return left->size < right->size ? -1 : left->size > right->size;
}

/* Sorts the tensors, and checks that they cover each of the ${size} bytes of ${values} once. */
static enum weft_status check_cover(struct safetensors *file, const unsigned char *values,
                                    size_t size, struct weft_error *error) {
    size_t end = 0;
    char shown[80];
    if (file->count > 0) {
        qsort(file->entries, file->count, sizeof *file->entries, compare_positions);
    }
    for (size_t i = 0; i < file->count; i++) {
        size_t begin = (size_t)(file->entries[i].bytes - values);
        if (begin != end) {
            return error_set(
                error, WEFT_BAD_FILE, "tensor %s: %s at byte %zu of the values",
                text_printable(file->entries[i].name, shown),
                begin < end ? "it overlaps another tensor" : "there is a hole before it", begin);
        }
        end += file->entries[i].size;
    }
    if (end != size) {
        return error_set(error, WEFT_BAD_FILE, "%zu bytes after the last tensor", size - end);
    }
    return WEFT_OK;
}

enum weft_status safetensors_read_entries(struct safetensors *file, const unsigned char *values,
                                          size_t size, struct weft_error *error) {
    const char *name;
    json_t *json;
    file->entries = calloc(json_object_size(file->header) + 1, sizeof *file->entries);
    if (file->entries == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the list of tensors");
    }
    json_object_foreach(file->header, name, json) {
        enum weft_status status;
        char shown[80];
        if (strcmp(name, "__metadata__") == 0) {
            continue;
        }
        status = read_entry(name, json, values, size, &file->entries[file->count], error);
        if (status != WEFT_OK) {
            error_context(error, "tensor %s", text_printable(name, shown));
            return status;
        }
        file->count++;
    }
    return check_cover(file, values, size, error);
}

/* safetensors_read.c: reads and checks an untrusted safetensors file. */
#include "data/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/json_read.h"
#include "base/text.h"
#include "base/try.h"
#include "data/safetensors_digest.h"
#include "os/files.h"

/* Maximum size of a file. */
#define SAFETENSORS_MAX                                                                            \
    (SIZE_MAX / 2 < SAFETENSORS_BYTES ? SIZE_MAX / 2 : (size_t)SAFETENSORS_BYTES)

enum { DAMAGE = 64 << 20 };

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

/* Reads an integer that fits a size_t and a double. */
static bool read_size(const json_t *json, size_t *value) {
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
        return weft_fail(error, WEFT_BAD_FILE, "shape: a list of at most %d numbers was expected",
                         SAFETENSORS_RANK);
    }
    entry->count = 1;
    for (size_t i = 0; i < json_array_size(json); i++) {
        size_t value;
        if (!read_size(json_array_get(json, i), &value)) {
            return weft_fail(error, WEFT_BAD_FILE, "shape: whole numbers were expected");
        }
        if (value != 0 && entry->count > SIZE_MAX / value) {
            return weft_fail(error, WEFT_BAD_FILE, "shape: its product is too large");
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
    if (json_array_size(json) != 2 || !read_size(json_array_get(json, 0), &begin) ||
        !read_size(json_array_get(json, 1), &end)) {
        return weft_fail(error, WEFT_BAD_FILE, "data_offsets: two whole numbers were expected");
    }
    if (begin > end || end > size) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "data_offsets: %zu to %zu are not inside the file's %zu bytes of values",
                         begin, end, size);
    }
    if (entry->count > SIZE_MAX / dtype->size || entry->count * dtype->size != end - begin) {
        return weft_fail(error, WEFT_BAD_FILE, "%s of shape %s does not fit its %zu bytes",
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
        return weft_fail(error, WEFT_BAD_FILE,
                         "exactly dtype, shape and data_offsets were expected");
    }
    if (dtype == NULL) {
        return weft_fail(
            error, WEFT_BAD_FILE, "unknown dtype \"%s\"",
            json_is_string(dtype_json) ? text_printable(json_string_value(dtype_json), shown) : "");
    }
    entry->name = name;
    entry->dtype = dtype->name;
    TRY(read_shape(shape, entry, error));
    return read_offsets(offsets, dtype, values, size, entry, error);
}

static enum weft_status check_metadata(const struct safetensors *file, struct weft_error *error) {
    json_t *metadata = json_object_get(file->header, "__metadata__"), *text;
    const char *key;
    bool good = metadata == NULL || json_is_null(metadata) || json_is_object(metadata);
    json_object_foreach(metadata, key, text) {
        good = good && json_is_string(text);
    }
    return good ? WEFT_OK
                : weft_fail(error, WEFT_BAD_FILE, "__metadata__: an object of texts was expected");
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
            return weft_fail(
                error, WEFT_BAD_FILE, "tensor %s: %s at byte %zu of the values",
                text_printable(file->entries[i].name, shown),
                begin < end ? "it overlaps another tensor" : "there is a hole before it", begin);
        }
        end += file->entries[i].size;
    }
    if (end != size) {
        return weft_fail(error, WEFT_BAD_FILE, "%zu bytes after the last tensor", size - end);
    }
    return WEFT_OK;
}

static enum weft_status read_entries(struct safetensors *file, const unsigned char *values,
                                     size_t size, struct weft_error *error) {
    const char *name;
    json_t *json;
    file->entries = calloc(json_object_size(file->header) + 1, sizeof *file->entries);
    if (file->entries == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory for the list of tensors");
    }
    json_object_foreach(file->header, name, json) {
        enum weft_status status;
        char shown[80];
        if (strcmp(name, "__metadata__") == 0) {
            continue;
        }
        status = read_entry(name, json, values, size, &file->entries[file->count], error);
        if (status != WEFT_OK) {
            weft_error_context(error, "tensor %s", text_printable(name, shown));
            return status;
        }
        file->count++;
    }
    return check_cover(file, values, size, error);
}

/* Reads the length of the header from the first 8 bytes, and checks it against the ${size} of the
 * file. */
static enum weft_status read_length(const char *bytes, size_t size, size_t *length,
                                    struct weft_error *error) {
    uint64_t number = 0;
    if (size < 8) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "not a safetensors file: it has %zu bytes, and the length of the header "
                         "alone takes 8",
                         size);
    }
    for (int i = 7; i >= 0; i--) {
        number = number << 8 | (unsigned char)bytes[i];
    }
    if (number > SAFETENSORS_HEADER || number > size - 8) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "not a complete safetensors file: a header of %llu bytes in a file of %zu",
                         (unsigned long long)number, size);
    }
    *length = (size_t)number;
    return WEFT_OK;
}

static enum weft_status parse(struct safetensors *file, size_t size, struct weft_error *error) {
    const char *bytes = file->bytes;
    size_t length = 0;
    enum weft_status status;
    struct sha256 hash;
    sha256_init(&hash);
    TRY(digest_add(&hash, bytes, size, error));
    sha256_final_hex(&hash, file->sha256);
    TRY(digest_check(file->bytes, size, error));
    TRY(read_length(bytes, size, &length, error));
    if (length == 0 || bytes[8] != '{') {
        return weft_fail(error, WEFT_BAD_FILE, "header: it has to start with '{'");
    }
    status = json_read(bytes + 8, length, &file->header, error);
    if (status != WEFT_OK) {
        weft_error_context(error, "header");
        return status;
    }
    if (!json_is_object(file->header)) {
        return weft_fail(error, WEFT_BAD_FILE, "header: a JSON object was expected");
    }
    TRY(check_metadata(file, error));
    TRY(digest_check_metadata(file, size, error));
    return read_entries(file, (const unsigned char *)bytes + 8 + length, size - 8 - length, error);
}

enum weft_status safetensors_parse(char *bytes, size_t size, struct safetensors *file,
                                   struct weft_error *error) {
    enum weft_status status;
    *file = (struct safetensors){.bytes = bytes};
    status = parse(file, size, error);
    if (status != WEFT_OK) {
        safetensors_finish(file);
    }
    return status;
}

/* Returns the number of bytes of a file that starts with the ${size} ${bytes}, as its header states
 * it, or only the size of its header if the rest of the header is damaged. */
static size_t stated_size(const char *bytes, size_t size) {
    struct weft_error ignored = {0};
    size_t length = 0, end = 0, offset;
    json_t *header = NULL, *entry;
    const char *name;
    if (read_length(bytes, size, &length, &ignored) != WEFT_OK ||
        json_read(bytes + 8, length, &header, &ignored) != WEFT_OK) {
        return 8 + length;
    }
    json_object_foreach(header, name, entry) {
        const json_t *offsets = json_object_get(entry, "data_offsets");
        if (read_size(json_array_get(offsets, 1), &offset) && offset > end) {
            end = offset;
        }
    }
    json_decref(header);
    return end < SAFETENSORS_MAX - 8 - length ? 8 + length + end : SAFETENSORS_MAX;
}

/* Reads the file into memory. Of a file that is longer than its header states, it reads DAMAGE more
 * bytes: the header may be damaged, which the digest shows. */
static enum weft_status read_bytes(FILE *stream, const char *path, char **bytes, size_t *size,
                                   struct weft_error *error) {
    size_t limit;
    TRY(os_file_append(stream, path, FILE_KIND_BYTES, bytes, size, error));
    TRY(file_kind_check(path, *bytes, *size, FILE_SAFETENSORS, false, error));
    TRY(os_file_append(stream, path, 8 + SAFETENSORS_HEADER, bytes, size, error));
    limit = stated_size(*bytes, *size) + DAMAGE;
    TRY(os_file_append(stream, path, limit, bytes, size, error));
    return *size <= limit
               ? WEFT_OK
               : weft_fail(error, WEFT_BAD_FILE,
                           "%s: not a safetensors file: it continues after the %zu bytes "
                           "that its header states",
                           path, limit - DAMAGE);
}

enum weft_status safetensors_read(const char *path, struct safetensors *file,
                                  struct weft_error *error) {
    size_t size = 0;
    char *bytes = NULL;
    FILE *stream;
    enum weft_status status;
    *file = (struct safetensors){0};
    TRY(os_file_open(path, &stream, error));
    status = read_bytes(stream, path, &bytes, &size, error);
    fclose(stream);
    if (status != WEFT_OK) {
        free(bytes);
        return status;
    }
    status = safetensors_parse(bytes, size, file, error);
    if (status != WEFT_OK) {
        weft_error_context(error, "%s", path);
    }
    return status;
}

void safetensors_finish(struct safetensors *file) {
    json_decref(file->header);
    free(file->entries);
    free(file->bytes);
    *file = (struct safetensors){0};
}

const char *safetensors_metadata(const struct safetensors *file, const char *key) {
    const json_t *metadata = json_object_get(file->header, "__metadata__");
    return json_string_value(json_object_get(metadata, key));
}

const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name) {
    for (size_t i = 0; i < file->count; i++) {
        if (strcmp(file->entries[i].name, name) == 0) {
            return &file->entries[i];
        }
    }
    return NULL;
}

/* Returns the value of ${count} bytes, the lowest first, on any host. */
static uint64_t little_endian(const unsigned char *bytes, size_t count) {
    uint64_t value = 0;
    while (count-- > 0) {
        value = value << 8 | bytes[count];
    }
    return value;
}

float safetensors_float(const struct safetensors_entry *entry, size_t i) {
    uint32_t bits = (uint32_t)little_endian(entry->bytes + 4 * i, 4);
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

int64_t safetensors_integer(const struct safetensors_entry *entry, size_t i) {
    uint64_t bits = little_endian(entry->bytes + 8 * i, 8);
    int64_t value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

char *safetensors_shape(const size_t *shape, size_t rank, char text[200]) {
    size_t length = 0;
    if (rank == 0) {
        return strcpy(text, "scalar");
    }
    text[0] = '\0';
    /* At most 8 numbers of 20 digits and 7 crosses. */
    for (size_t i = 0; i < rank && i < SAFETENSORS_RANK; i++) {
        length +=
            (size_t)snprintf(text + length, 200 - length, "%s%zu", i > 0 ? " x " : "", shape[i]);
    }
    return text;
}

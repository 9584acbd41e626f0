/* safetensors_read.c: reads and checks an untrusted safetensors file. */
#include "data/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/json_read.h"
#include "base/try.h"
#include "data/hash.h"
#include "data/safetensors_digest.h"
#include "data/safetensors_entries.h"
#include "numerics.h"
#include "os/files.h"

/* Maximum size of a file. */
#define SAFETENSORS_MAX                                                                            \
    (SIZE_MAX / 2 < SAFETENSORS_BYTES ? SIZE_MAX / 2 : (size_t)SAFETENSORS_BYTES)

enum { DAMAGE = 64 << 20 };

static enum weft_status check_metadata(const struct safetensors *file, struct weft_error *error) {
    json_t *metadata = json_object_get(file->header, "__metadata__"), *text;
    const char *key;
    bool good = metadata == NULL || json_is_null(metadata) || json_is_object(metadata);
    json_object_foreach(metadata, key, text) {
        good = good && json_is_string(text);
    }
    return good ? WEFT_OK
                : error_set(error, WEFT_BAD_FILE, "__metadata__: an object of texts was expected");
}

uint64_t safetensors_bits(const unsigned char *bytes, size_t count) {
    uint64_t bits = 0;
    while (count-- > 0) {
        bits = bits << 8 | bytes[count];
    }
    return bits;
}

/* Reads the length of the header from the first 8 bytes, and checks it against the ${size} of the
 * file. */
static enum weft_status read_length(const char *bytes, size_t size, size_t *length,
                                    struct weft_error *error) {
    uint64_t number;
    if (size < 8) {
        return error_set(error, WEFT_BAD_FILE,
                         "not a safetensors file: it has %zu bytes, and the length of the header "
                         "alone takes 8",
                         size);
    }
    number = safetensors_bits((const unsigned char *)bytes, 8);
    if (number > SAFETENSORS_HEADER || number > size - 8) {
        return error_set(error, WEFT_BAD_FILE,
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
    struct sha256_ctx hash;
    sha256_init(&hash);
    TRY(hash_add(&hash, bytes, size, error));
    sha256_final_hex(&hash, file->sha256);
    TRY(digest_check(file->bytes, size, error));
    TRY(read_length(bytes, size, &length, error));
    if (length == 0 || bytes[8] != '{') {
        return error_set(error, WEFT_BAD_FILE, "header: it has to start with '{'");
    }
    status = json_read(bytes + 8, length, &file->header, error);
    if (status != WEFT_OK) {
        error_context(error, "header");
        return status;
    }
    if (!json_is_object(file->header)) {
        return error_set(error, WEFT_BAD_FILE, "header: a JSON object was expected");
    }
    TRY(check_metadata(file, error));
    TRY(digest_check_metadata(file, size, error));
    return safetensors_read_entries(file, (const unsigned char *)bytes + 8 + length,
                                    size - 8 - length, error);
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
        if (safetensors_read_size(json_array_get(offsets, 1), &offset) && offset > end) {
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
               : error_set(error, WEFT_BAD_FILE,
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
        error_context(error, "%s", path);
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

float safetensors_float(const struct safetensors_entry *entry, size_t i) {
    return weft_as_float((uint32_t)safetensors_bits(entry->bytes + 4 * i, 4));
}

int64_t safetensors_integer(const struct safetensors_entry *entry, size_t i) {
    uint64_t bits = safetensors_bits(entry->bytes + 8 * i, 8);
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

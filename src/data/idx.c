/* idx.c: reads an untrusted IDX file. */
#include "data/idx.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/try.h"
#include "data/images.h"
#include "data/unpack.h"

enum {
    FIRST_CAPACITY = 1 << 20 /* bytes that are allocated before any content is read */
};

#define HEADER_END "%s: ends inside the header of an IDX file"

/* The state of reading a file. */
struct reading {
    const char *path;
    struct unpack *reader;
    struct weft_error *error;
};

/* Reads ${size} bytes of the header. */
static enum weft_status read_header(struct reading *reading, uint8_t *bytes, size_t size) {
    size_t got;
    TRY(unpack_read(reading->reader, bytes, size, &got, reading->error));
    if (got < size) {
        return error_set(reading->error, WEFT_BAD_FILE, HEADER_END, reading->path);
    }
    return WEFT_OK;
}

static const char *type_name(uint8_t type) {
    static const char *const names[] = {
        [IDX_UINT8] = "unsigned byte", [IDX_INT8] = "signed byte", [IDX_INT16] = "short",
        [IDX_INT32] = "int",           [0x0d] = "float",           [0x0e] = "double"};
    return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

/* Returns the bytes of a number of ${type}, or 0 if ${content} cannot have this type. */
static size_t width_of(enum idx_content content, uint8_t type) {
    switch (type) {
    case IDX_UINT8:
        return 1;
    case IDX_INT8:
        return content == IDX_LABELS ? 1 : 0;
    case IDX_INT16:
        return content == IDX_LABELS ? 2 : 0;
    case IDX_INT32:
        return content == IDX_LABELS ? 4 : 0;
    default:
        return 0;
    }
}

/* Checks the first four bytes of the file: 0, 0, type, number of dimensions. */
static enum weft_status take_magic(const struct reading *reading, const uint8_t magic[4],
                                   enum idx_content content, struct idx *idx) {
    struct weft_error *error = reading->error;
    const bool images = content == IDX_IMAGES;
    if (magic[0] != 0 || magic[1] != 0) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: not an IDX file: starts with %02x %02x %02x %02x, expected 00 00 08 "
                         "%02x",
                         reading->path, magic[0], magic[1], magic[2], magic[3], images ? 3 : 1);
    }
    idx->width = width_of(content, magic[2]);
    idx->type = magic[2];
    idx->count = magic[3];
    if (idx->width == 0) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: type 0x%02x (%s), expected 0x08 (unsigned byte)%s", reading->path,
                         magic[2], type_name(magic[2]) != NULL ? type_name(magic[2]) : "unknown",
                         images ? "" : ", 0x09 (signed byte), 0x0b (short) or 0x0c (int)");
    }
    if (images ? idx->count != 3 && idx->count != 4 : idx->count != 1) {
        return error_set(error, WEFT_BAD_FILE, "%s: %u dimension%s, expected %s", reading->path,
                         idx->count, idx->count == 1 ? "" : "s", images ? "3 or 4" : "1");
    }
    return WEFT_OK;
}

/* Reads the first four bytes. Names the kind of a file of another kind. */
static enum weft_status read_magic(struct reading *reading, enum idx_content content,
                                   struct idx *idx) {
    uint8_t start[FILE_KIND_BYTES];
    struct weft_error ignored = {0}; /* damage after the first bytes */
    size_t got, more = 0;
    TRY(unpack_read(reading->reader, start, 4, &got, reading->error));
    if (got < 4 || start[0] != 0 || start[1] != 0 || type_name(start[2]) == NULL) {
        unpack_read(reading->reader, start + got, sizeof start - got, &more, &ignored);
        TRY(file_kind_check(reading->path, start, got + more, FILE_IDX,
                            unpack_is_packed(reading->reader), reading->error));
    }
    if (got < 4) {
        return error_set(reading->error, WEFT_BAD_FILE, HEADER_END, reading->path);
    }
    return take_magic(reading, start, content, idx);
}

/* Reads the dimensions and multiplies them. */
static enum weft_status read_dimensions(struct reading *reading, struct idx *idx) {
    const unsigned count = idx->count;
    uint8_t bytes[4 * IDX_DIMENSIONS];
    TRY(read_header(reading, bytes, 4 * count));
    idx->size = 1;
    for (unsigned i = 0; i < IDX_DIMENSIONS; i++) {
        const uint8_t *b = bytes + 4 * i;
        size_t n = 1;
        if (i < count) {
            n = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
        }
        if (n == 0) {
            return error_set(reading->error, WEFT_BAD_FILE, "%s: dimension %u of %u is 0",
                             reading->path, i + 1, count);
        }
        if (n > IMAGES_BYTES_MAX / idx->width / idx->size) {
            return error_set(reading->error, WEFT_BAD_FILE,
                             "%s: its header states more than %llu bytes, the maximum",
                             reading->path, (unsigned long long)IMAGES_BYTES_MAX);
        }
        idx->dimensions[i] = n;
        idx->size *= n;
    }
    return WEFT_OK;
}

/* Doubles the room for the content, to ${size} bytes at most. Returns false without memory. */
static bool grow(struct idx *idx, size_t size, size_t *capacity) {
    size_t larger = *capacity == 0 ? FIRST_CAPACITY : 2 * *capacity;
    if (larger > size || larger < *capacity) {
        larger = size;
    }
    uint8_t *bytes = realloc(idx->bytes, larger);
    if (bytes == NULL) {
        return false;
    }
    idx->bytes = bytes;
    *capacity = larger;
    return true;
}

static enum weft_status read_content(struct reading *reading, struct idx *idx) {
    const size_t size = idx->size * idx->width;
    size_t capacity = 0;
    for (size_t have = 0, got; have < size; have += got) {
        if (have == capacity && !grow(idx, size, &capacity)) {
            return error_set(reading->error, WEFT_NO_MEMORY, "no memory for the content of %s",
                             reading->path);
        }
        TRY(unpack_read(reading->reader, idx->bytes + have, capacity - have, &got, reading->error));
        if (got == 0) {
            return error_set(reading->error, WEFT_BAD_FILE,
                             "%s: ends after %zu of the %zu bytes that its header states",
                             reading->path, have, size);
        }
    }
    return WEFT_OK;
}

/* Checks that nothing follows the content. The checksums of a gzip file are checked at its end. */
static enum weft_status expect_end(struct reading *reading, const struct idx *idx) {
    uint8_t byte;
    size_t got;
    TRY(unpack_read(reading->reader, &byte, 1, &got, reading->error));
    if (got != 0) {
        return error_set(reading->error, WEFT_BAD_FILE,
                         "%s: continues after the %zu bytes that its header states", reading->path,
                         idx->size * idx->width);
    }
    return WEFT_OK;
}

static enum weft_status read_file(struct reading *reading, enum idx_content content,
                                  struct idx *idx) {
    TRY(read_magic(reading, content, idx));
    TRY(read_dimensions(reading, idx));
    TRY(read_content(reading, idx));
    return expect_end(reading, idx);
}

enum weft_status idx_read(const char *path, enum idx_content content, struct idx *idx,
                          struct weft_error *error) {
    struct reading reading = {.path = path, .error = error};
    enum weft_status status;
    memset(idx, 0, sizeof *idx);
    TRY(unpack_open(path, &reading.reader, error));
    status = read_file(&reading, content, idx);
    unpack_close(reading.reader);
    if (status != WEFT_OK) {
        idx_finish(idx);
    }
    return status;
}

int64_t idx_number(const struct idx *idx, size_t i) {
    const uint8_t *b = idx->bytes + i * idx->width;
    switch (idx->type) {
    case IDX_INT8:
        return (int8_t)b[0];
    case IDX_INT16:
        return (int16_t)(uint16_t)(b[0] << 8 | b[1]);
    case IDX_INT32:
        return (int32_t)((uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]);
    default:
        return b[0];
    }
}

void idx_finish(struct idx *idx) {
    free(idx->bytes);
    memset(idx, 0, sizeof *idx);
}

/* idx.c: reads an untrusted IDX file. */
#include "data/idx.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/try.h"
#include "data/unpack.h"

/* Maximum size of the content, which is held in memory: 2.7 million images of 28 x 28. */
#define IDX_BYTES (UINT64_C(1) << 31)

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
    static const char *const names[] = {[IDX_UINT8] = "unsigned byte",
                                        [0x09] = "signed byte",
                                        [0x0b] = "short",
                                        [0x0c] = "int",
                                        [0x0d] = "float",
                                        [0x0e] = "double"};
    return type < sizeof names / sizeof names[0] ? names[type] : NULL;
}

/* Checks the first four bytes of the file: 0, 0, type, number of dimensions. */
static enum weft_status check_magic(const struct reading *reading, const uint8_t magic[4],
                                    unsigned count) {
    struct weft_error *error = reading->error;
    if (magic[0] != 0 || magic[1] != 0) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: not an IDX file: starts with %02x %02x %02x %02x, expected 00 00 08 "
                         "%02x",
                         reading->path, magic[0], magic[1], magic[2], magic[3], count);
    }
    if (magic[2] != IDX_UINT8) {
        return error_set(error, WEFT_BAD_FILE,
                         "%s: type 0x%02x (%s), expected 0x08 (unsigned byte)", reading->path,
                         magic[2], type_name(magic[2]) != NULL ? type_name(magic[2]) : "unknown");
    }
    if (magic[3] != count) {
        return error_set(error, WEFT_BAD_FILE, "%s: %d dimension%s, expected %u", reading->path,
                         magic[3], magic[3] == 1 ? "" : "s", count);
    }
    return WEFT_OK;
}

/* Reads the first four bytes. Names the kind of a file of another kind. */
static enum weft_status read_magic(struct reading *reading, unsigned count) {
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
    return check_magic(reading, start, count);
}

/* Reads the ${count} dimensions and multiplies them. */
static enum weft_status read_dimensions(struct reading *reading, unsigned count, struct idx *idx) {
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
        if (n > IDX_BYTES / idx->size) {
            return error_set(reading->error, WEFT_BAD_FILE,
                             "%s: its header states more than %llu bytes, the maximum",
                             reading->path, (unsigned long long)IDX_BYTES);
        }
        idx->dimensions[i] = n;
        idx->size *= n;
    }
    return WEFT_OK;
}

/* Doubles the room for the content, to idx->size at most. Returns false without memory. */
static bool grow(struct idx *idx, size_t *capacity) {
    size_t larger = *capacity == 0 ? FIRST_CAPACITY : 2 * *capacity;
    if (larger > idx->size || larger < *capacity) {
        larger = idx->size;
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
    size_t capacity = 0;
    for (size_t have = 0, got; have < idx->size; have += got) {
        if (have == capacity && !grow(idx, &capacity)) {
            return error_set(reading->error, WEFT_NO_MEMORY, "no memory for the content of %s",
                             reading->path);
        }
        TRY(unpack_read(reading->reader, idx->bytes + have, capacity - have, &got, reading->error));
        if (got == 0) {
            return error_set(reading->error, WEFT_BAD_FILE,
                             "%s: ends after %zu of the %zu bytes that its header states",
                             reading->path, have, idx->size);
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
                         idx->size);
    }
    return WEFT_OK;
}

static enum weft_status read_file(struct reading *reading, unsigned count, struct idx *idx) {
    TRY(read_magic(reading, count));
    TRY(read_dimensions(reading, count, idx));
    TRY(read_content(reading, idx));
    return expect_end(reading, idx);
}

enum weft_status idx_read(const char *path, unsigned count, struct idx *idx,
                          struct weft_error *error) {
    struct reading reading = {.path = path, .error = error};
    enum weft_status status;
    memset(idx, 0, sizeof *idx);
    TRY(unpack_open(path, &reading.reader, error));
    status = read_file(&reading, count, idx);
    unpack_close(reading.reader);
    if (status != WEFT_OK) {
        idx_finish(idx);
    }
    return status;
}

void idx_finish(struct idx *idx) {
    free(idx->bytes);
    memset(idx, 0, sizeof *idx);
}

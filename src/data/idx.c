/* idx.c: reads one IDX file and believes nothing that it says about itself. */
#include "data/idx.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/unpack.h"

enum {
    UNSIGNED_BYTES = 0x08,
    PIECE = 1 << 18,         /* bytes read and hashed at once, while they are in the cache */
    FIRST_CAPACITY = 1 << 20 /* allocated before any content was seen */
};

/* A file on its way in. */
struct reading {
    const char *path;
    struct unpack *reader;
    struct sha256 *hash; /* or NULL */
    struct weft_error *error;
};

/* Reads up to ${size} bytes, and hashes them. */
static enum weft_status read_bytes(struct reading *reading, uint8_t *bytes, size_t size,
                                   size_t *got) {
    enum weft_status status = unpack_read(reading->reader, bytes, size, got, reading->error);
    if (status == WEFT_OK && reading->hash != NULL) {
        sha256_update(reading->hash, bytes, *got);
    }
    return status;
}

/* Reads ${size} bytes of the header. */
static enum weft_status read_header(struct reading *reading, uint8_t *bytes, size_t size) {
    size_t got;
    enum weft_status status = read_bytes(reading, bytes, size, &got);
    if (status == WEFT_OK && got < size) {
        return weft_fail(reading->error, WEFT_BAD_FILE, "%s: ends inside the header of an IDX file",
                         reading->path);
    }
    return status;
}

static const char *type_name(uint8_t type) {
    switch (type) {
    case 0x09:
        return "signed byte";
    case 0x0b:
        return "short";
    case 0x0c:
        return "int";
    case 0x0d:
        return "float";
    case 0x0e:
        return "double";
    default:
        return "unknown";
    }
}

/* Checks the four bytes ${magic} that the file starts with: 0, 0, type, number of dimensions. */
static enum weft_status check_magic(const struct reading *reading, const uint8_t magic[4],
                                    unsigned count) {
    struct weft_error *error = reading->error;
    if (magic[0] != 0 || magic[1] != 0) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "%s: not an IDX file: starts with %02x %02x %02x %02x, expected 00 00 08 "
                         "%02x",
                         reading->path, magic[0], magic[1], magic[2], magic[3], count);
    }
    if (magic[2] != UNSIGNED_BYTES) {
        return weft_fail(error, WEFT_BAD_FILE,
                         "%s: type 0x%02x (%s), expected 0x08 (unsigned byte)", reading->path,
                         magic[2], type_name(magic[2]));
    }
    if (magic[3] != count) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: %d dimension%s, expected %u", reading->path,
                         magic[3], magic[3] == 1 ? "" : "s", count);
    }
    return WEFT_OK;
}

/* Reads the ${count} dimensions and multiplies them. */
static enum weft_status read_dimensions(struct reading *reading, unsigned count, struct idx *idx) {
    uint8_t bytes[4 * IDX_DIMENSIONS];
    enum weft_status status = read_header(reading, bytes, 4 * count);
    if (status != WEFT_OK) {
        return status;
    }
    idx->size = 1;
    for (unsigned i = 0; i < IDX_DIMENSIONS; i++) {
        const uint8_t *b = bytes + 4 * i;
        size_t n = 1;
        if (i < count) {
            n = (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
        }
        if (n == 0) {
            return weft_fail(reading->error, WEFT_BAD_FILE, "%s: dimension %u of %u is 0",
                             reading->path, i + 1, count);
        }
        if (n > SIZE_MAX / idx->size) {
            return weft_fail(reading->error, WEFT_BAD_FILE,
                             "%s: its header tells of more bytes than any memory holds",
                             reading->path);
        }
        idx->dimensions[i] = n;
        idx->size *= n;
    }
    return WEFT_OK;
}

/* Makes room for more of the content: twice ${capacity}, but no more than idx->size. */
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
            return weft_fail(reading->error, WEFT_FAILED, "no memory for the content of %s",
                             reading->path);
        }
        size_t size = capacity - have < PIECE ? capacity - have : PIECE;
        enum weft_status status = read_bytes(reading, idx->bytes + have, size, &got);
        if (status != WEFT_OK) {
            return status;
        }
        if (got == 0) {
            return weft_fail(reading->error, WEFT_BAD_FILE,
                             "%s: ends after %zu of the %zu bytes that its header tells of",
                             reading->path, have, idx->size);
        }
    }
    return WEFT_OK;
}

/* Reads past the content: there must be nothing, and only there are the checksums of a gzip file known to be right. */
static enum weft_status expect_end(struct reading *reading, const struct idx *idx) {
    uint8_t byte;
    size_t got;
    enum weft_status status = read_bytes(reading, &byte, 1, &got);
    if (status == WEFT_OK && got != 0) {
        return weft_fail(reading->error, WEFT_BAD_FILE,
                         "%s: goes on after the %zu bytes that its header tells of", reading->path,
                         idx->size);
    }
    return status;
}

static enum weft_status read_file(struct reading *reading, unsigned count, struct idx *idx) {
    uint8_t magic[4];
    enum weft_status status = read_header(reading, magic, sizeof magic);
    if (status == WEFT_OK) {
        status = check_magic(reading, magic, count);
    }
    if (status == WEFT_OK) {
        status = read_dimensions(reading, count, idx);
    }
    if (status == WEFT_OK) {
        status = read_content(reading, idx);
    }
    if (status == WEFT_OK) {
        status = expect_end(reading, idx);
    }
    return status;
}

enum weft_status idx_read(const char *path, unsigned count, struct idx *idx,
                          char sha256[SHA256_HEX], struct weft_error *error) {
    struct sha256 hash;
    struct reading reading = {.path = path, .hash = sha256 != NULL ? &hash : NULL, .error = error};
    enum weft_status status = unpack_open(path, &reading.reader, error);
    memset(idx, 0, sizeof *idx);
    if (status != WEFT_OK) {
        return status;
    }
    sha256_init(&hash);
    status = read_file(&reading, count, idx);
    unpack_close(reading.reader);
    if (status != WEFT_OK) {
        idx_finish(idx);
        return status;
    }
    if (sha256 != NULL) {
        sha256_final_hex(&hash, sha256);
    }
    return WEFT_OK;
}

void idx_finish(struct idx *idx) {
    free(idx->bytes);
    memset(idx, 0, sizeof *idx);
}

/* unpack.c: gzip files through zlib's inflate, plain files as they are.
 *
 * Not through gzread, which takes a file that is cut off for one that ends, and garbage behind for nothing. */
#include "data/unpack.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "os/files.h"

enum {
    GZIP_ONLY = 16 + MAX_WBITS
}; /* inflateInit2: expect a gzip header, check its CRC and length */

struct unpack {
    FILE *stream;
    char *path;
    bool packed;
    bool ended;     /* of a gzip file: the last member's end was seen, and nothing after it */
    bool inflating; /* z is to be freed */
    z_stream z;     /* z.next_in, z.avail_in: what was read of the file and not used yet */
    uint8_t input[65536];
};

/* Reads on when no input is left; at the end of the file there is still none afterwards. False if reading fails. */
static bool fill(struct unpack *reader, struct weft_error *error) {
    if (reader->z.avail_in == 0) {
        errno = 0;
        reader->z.next_in = reader->input;
        reader->z.avail_in = (uInt)fread(reader->input, 1, sizeof reader->input, reader->stream);
        if (ferror(reader->stream)) {
            weft_fail(error, WEFT_BAD_FILE, "can not read %s: %s", reader->path,
                      strerror(errno != 0 ? errno : EIO));
            return false;
        }
    }
    return true;
}

static bool starts_gzip(const struct unpack *reader) {
    return reader->z.avail_in >= 2 && reader->z.next_in[0] == 0x1f && reader->z.next_in[1] == 0x8b;
}

static enum weft_status start(struct unpack *reader, const char *path, struct weft_error *error) {
    reader->path = malloc(strlen(path) + 1);
    if (reader->path == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory to read %s", path);
    }
    strcpy(reader->path, path);
    reader->stream = os_file_open(path, error);
    if (reader->stream == NULL || !fill(reader, error)) {
        return WEFT_BAD_FILE;
    }
    reader->packed = starts_gzip(reader);
    if (reader->packed) {
        reader->inflating = inflateInit2(&reader->z, GZIP_ONLY) == Z_OK;
        if (!reader->inflating) {
            return weft_fail(error, WEFT_FAILED, "no memory to unpack %s", path);
        }
    }
    return WEFT_OK;
}

enum weft_status unpack_open(const char *path, struct unpack **reader, struct weft_error *error) {
    enum weft_status status;
    *reader = calloc(1, sizeof **reader);
    if (*reader == NULL) {
        return weft_fail(error, WEFT_FAILED, "no memory to read %s", path);
    }
    status = start(*reader, path, error);
    if (status != WEFT_OK) {
        unpack_close(*reader);
        *reader = NULL;
    }
    return status;
}

void unpack_close(struct unpack *reader) {
    if (reader == NULL) {
        return;
    }
    if (reader->inflating) {
        inflateEnd(&reader->z);
    }
    if (reader->stream != NULL) {
        fclose(reader->stream);
    }
    free(reader->path);
    free(reader);
}

static enum weft_status read_plain(struct unpack *reader, uint8_t *bytes, size_t size, size_t *got,
                                   struct weft_error *error) {
    while (*got < size) {
        size_t part = size - *got;
        if (!fill(reader, error)) {
            return WEFT_BAD_FILE;
        }
        if (reader->z.avail_in == 0) {
            return WEFT_OK;
        }
        part = part < reader->z.avail_in ? part : reader->z.avail_in;
        memcpy(bytes + *got, reader->z.next_in, part);
        reader->z.next_in += part;
        reader->z.avail_in -= (uInt)part;
        *got += part;
    }
    return WEFT_OK;
}

/* A gzip file may be several, one behind the other, and stands for their contents, one behind the other. */
static enum weft_status after_member(struct unpack *reader, struct weft_error *error) {
    if (!fill(reader, error)) {
        return WEFT_BAD_FILE;
    }
    reader->ended = reader->z.avail_in == 0;
    /* The second byte may not have been read yet; then inflate will tell. */
    if (!reader->ended && reader->z.next_in[0] != 0x1f) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: other bytes follow the gzip data",
                         reader->path);
    }
    inflateReset(&reader->z);
    return WEFT_OK;
}

/* Unpacks into ${room} bytes at ${bytes}, until they are full, the input is used up, or a member has ended. */
static enum weft_status inflate_some(struct unpack *reader, uint8_t *bytes, uInt room, size_t *got,
                                     struct weft_error *error) {
    int result;
    if (!fill(reader, error)) {
        return WEFT_BAD_FILE;
    }
    if (reader->z.avail_in == 0) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: the gzip data is cut off", reader->path);
    }
    reader->z.next_out = bytes;
    reader->z.avail_out = room;
    result = inflate(&reader->z, Z_NO_FLUSH);
    *got += room - reader->z.avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no progress, since it needs more input: the next call brings it */
        return WEFT_OK;
    case Z_STREAM_END:
        return after_member(reader, error);
    case Z_MEM_ERROR:
        return weft_fail(error, WEFT_FAILED, "no memory to unpack %s", reader->path);
    default:
        return weft_fail(error, WEFT_BAD_FILE, "%s: the gzip data is damaged: %s", reader->path,
                         reader->z.msg != NULL ? reader->z.msg : "not of its format");
    }
}

enum weft_status unpack_read(struct unpack *reader, void *bytes, size_t size, size_t *got,
                             struct weft_error *error) {
    uint8_t *next = bytes;
    *got = 0;
    if (!reader->packed) {
        return read_plain(reader, next, size, got, error);
    }
    while (*got < size && !reader->ended) {
        size_t room = size - *got;
        uInt part = room < UINT_MAX ? (uInt)room : UINT_MAX;
        enum weft_status status = inflate_some(reader, next + *got, part, got, error);
        if (status != WEFT_OK) {
            return status;
        }
    }
    return WEFT_OK;
}

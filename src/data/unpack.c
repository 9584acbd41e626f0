/* unpack.c: reads gzip files with the inflate function of zlib, and plain files as they are.
 *
 * gzread of zlib is not used: it accepts a truncated file, and ignores bytes after the end. */
#include "data/unpack.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/try.h"
#include "os/files.h"

/* For inflateInit2: expect a gzip header, and check its CRC and length. */
enum { GZIP_ONLY = 16 + MAX_WBITS };

struct unpack {
    FILE *stream;
    const char *path; /* of the caller */
    bool packed;
    bool ended;              /* the last member of a gzip file has ended, and nothing follows it */
    uint64_t used, unpacked; /* bytes of the gzip file, and of its content */
    z_stream z; /* z.next_in, z.avail_in: bytes of the file that are read, but not used yet */
    uint8_t input[65536];
};

/* Reads more input if none is left; at the end of the file, there is none afterwards. */
static enum weft_status fill(struct unpack *reader, struct weft_error *error) {
    if (reader->z.avail_in == 0) {
        size_t got;
        TRY(os_file_get(reader->stream, reader->path, reader->input, sizeof reader->input, &got,
                        error));
        reader->z.next_in = reader->input;
        reader->z.avail_in = (uInt)got;
    }
    return WEFT_OK;
}

static bool starts_gzip(const struct unpack *reader) {
    return reader->z.avail_in >= 2 && reader->z.next_in[0] == 0x1f && reader->z.next_in[1] == 0x8b;
}

enum weft_status unpack_open(const char *path, struct unpack **opened, struct weft_error *error) {
    struct unpack *reader = calloc(1, sizeof *reader);
    enum weft_status status;
    *opened = NULL;
    if (reader == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory to read %s", path);
    }
    reader->path = path;
    TRY_OR(failed, os_file_open(path, &reader->stream, error));
    TRY_OR(failed, fill(reader, error));
    reader->packed = starts_gzip(reader);
    if (reader->packed && inflateInit2(&reader->z, GZIP_ONLY) != Z_OK) {
        TRY_OR(failed, error_set(error, WEFT_NO_MEMORY, "no memory to unpack %s", path));
    }
    *opened = reader;
    return WEFT_OK;
failed:
    unpack_close(reader);
    return status;
}

void unpack_close(struct unpack *reader) {
    inflateEnd(&reader->z); /* harmless if nothing was unpacked */
    if (reader->stream != NULL) {
        fclose(reader->stream);
    }
    free(reader);
}

bool unpack_is_packed(const struct unpack *reader) {
    return reader->packed;
}

static enum weft_status read_plain(struct unpack *reader, uint8_t *bytes, size_t size, size_t *got,
                                   struct weft_error *error) {
    while (*got < size) {
        size_t part = size - *got;
        TRY(fill(reader, error));
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

/* Prepares for the next member, if there is one: a gzip file may have several members, and its
 * content is their concatenation. */
static enum weft_status after_member(struct unpack *reader, struct weft_error *error) {
    TRY(fill(reader, error));
    reader->ended = reader->z.avail_in == 0;
    /* The second byte may not have been read yet; inflate checks it. */
    if (!reader->ended && reader->z.next_in[0] != 0x1f) {
        return error_set(error, WEFT_BAD_FILE, "%s: other bytes follow the gzip data",
                         reader->path);
    }
    inflateReset(&reader->z);
    return WEFT_OK;
}

/* Unpacks up to ${room} bytes to ${bytes}, until they are full, no input is left, or a member
 * ends. */
static enum weft_status inflate_some(struct unpack *reader, uint8_t *bytes, uInt room, size_t *got,
                                     struct weft_error *error) {
    int result;
    size_t left;
    TRY(fill(reader, error));
    if (reader->z.avail_in == 0) {
        return error_set(error, WEFT_BAD_FILE, "%s: the gzip data is cut off", reader->path);
    }
    reader->z.next_out = bytes;
    reader->z.avail_out = room;
    left = reader->z.avail_in;
    result = inflate(&reader->z, Z_NO_FLUSH);
    *got += room - reader->z.avail_out;
    reader->used += left - reader->z.avail_in;
    reader->unpacked += room - reader->z.avail_out;
    if (reader->unpacked > UNPACK_FREE && reader->unpacked / UNPACK_RATIO > reader->used) {
        error_set(error, WEFT_BAD_FILE, "%s: it unpacks to more than %d times its size",
                  reader->path, UNPACK_RATIO);
        return error_hint(error, "if that is right, unpack it first: gunzip %s", reader->path);
    }
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* inflate needs more input, which the next call reads */
        return WEFT_OK;
    case Z_STREAM_END:
        return after_member(reader, error);
    case Z_MEM_ERROR:
        return error_set(error, WEFT_NO_MEMORY, "no memory to unpack %s", reader->path);
    default:
        return error_set(error, WEFT_BAD_FILE, "%s: the gzip data is damaged: %s", reader->path,
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
        TRY(inflate_some(reader, next + *got, part, got, error));
    }
    return WEFT_OK;
}

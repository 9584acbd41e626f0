/* safetensors.h: reads and writes the safetensors format.
 *
 * A file is the length of its header (8 bytes, little-endian), the header (a JSON object), and the
 * values of all tensors, one after the other. The header maps the name of each tensor to {"dtype":
 * "F32", "shape": [6, 1, 5, 5], "data_offsets": [begin, end]}, with offsets in bytes from the end
 * of the header, and "__metadata__" to an object of strings. Values are little-endian, and the last
 * dimension runs fastest. */
#ifndef WEFT_DATA_SAFETENSORS_H
#define WEFT_DATA_SAFETENSORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    SAFETENSORS_RANK = 8,         /* maximum number of dimensions of a tensor */
    SAFETENSORS_HEADER = 16 << 20 /* maximum size of a header; weft's have the history, too */
};

/* Maximum size of a file, which is held in memory. */
#define SAFETENSORS_BYTES (UINT64_C(1) << 32)

/* A tensor of a file in memory. */
struct safetensors_entry {
    const char *name;
    const char *dtype;                    /* "F32", "I64" ... */
    size_t rank, shape[SAFETENSORS_RANK]; /* outermost first; a scalar has rank 0 */
    size_t count;                         /* the product of shape; 1 for a scalar */
    const unsigned char *bytes;           /* not aligned */
    size_t size;                          /* bytes */
};

/* A file in memory. All zero holds nothing. */
struct safetensors {
    char *bytes; /* of the file */
    struct json_t *header;
    size_t count;
    struct safetensors_entry *entries; /* sorted by position */
    char sha256[65];                   /* of the file, in lower-case hexadecimal */
    bool undigested;                   /* an earlier weft wrote it, without a digest */
};

/* Reads the file ${path} and checks all of it, its digest first. The caller frees ${file} with
 * safetensors_finish. Fails with WEFT_BAD_FILE and a message that names the file, and the tensor if
 * one is wrong. */
enum weft_status safetensors_read(const char *path, struct safetensors *file,
                                  struct weft_error *error);

/* The same for ${size} ${bytes} from malloc, which ${file} owns afterwards; they are freed on
 * failure. */
enum weft_status safetensors_parse(char *bytes, size_t size, struct safetensors *file,
                                   struct weft_error *error);

/* Frees what ${file} holds. */
void safetensors_finish(struct safetensors *file);

/* Returns the string ${key} of __metadata__, or NULL. Valid as long as ${file}. */
const char *safetensors_metadata(const struct safetensors *file, const char *key);

/* Returns the tensor ${name}, or NULL. */
const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name);

/* Returns the value of ${count} bytes, at most 8, the lowest first, on any host. */
uint64_t safetensors_bits(const unsigned char *bytes, size_t count);

/* Returns element ${i} of ${entry}, whose dtype is F32 or I64. */
float safetensors_float(const struct safetensors_entry *entry, size_t i);
int64_t safetensors_integer(const struct safetensors_entry *entry, size_t i);

/* Writes a shape as "6 x 1 x 5 x 5", or "scalar" for rank 0, into ${text}. Returns ${text}. */
char *safetensors_shape(const size_t *shape, size_t rank, char text[200]);

/* A tensor to write: of ${floats} (F32) or ${integers} (I64); the other one is NULL. */
struct safetensors_source {
    const char *name;
    size_t rank, shape[SAFETENSORS_RANK];
    const float *floats;
    const int64_t *integers;
};

/* A string of __metadata__ to write. */
struct safetensors_text {
    const char *key, *value;
};

/* Writes a file of ${text_count} ${texts} and ${count} ${sources} to ${path}, in this order: to a
 * temporary file first, which is then renamed. Names, keys and texts are UTF-8, and no name occurs
 * twice. The file gets a digest (safetensors_digest.h). The same arguments give the same bytes.
 * ${sha256}, if not NULL, receives the hash of the
 * file in lower-case hexadecimal. Fails with WEFT_BAD_FILE; then no file is left. */
enum weft_status safetensors_write(const char *path, const struct safetensors_text *texts,
                                   size_t text_count, const struct safetensors_source *sources,
                                   size_t count, char sha256[65], struct weft_error *error);

/* The same, but replaces whatever is at ${path}: a symbolic link is not followed, and a pipe is not
 * written to. */
enum weft_status safetensors_replace(const char *path, const struct safetensors_text *texts,
                                     size_t text_count, const struct safetensors_source *sources,
                                     size_t count, char sha256[65], struct weft_error *error);

/* Stores the same bytes in ${bytes}, which the caller frees, and their number in ${size}. Fails
 * with WEFT_BAD_FILE for what is too large to read, and with WEFT_NO_MEMORY. */
enum weft_status safetensors_write_memory(const struct safetensors_text *texts, size_t text_count,
                                          const struct safetensors_source *sources, size_t count,
                                          unsigned char **bytes, size_t *size,
                                          struct weft_error *error);

#endif

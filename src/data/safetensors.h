/* safetensors.h: the safetensors format, read and written.
 *
 * A file is the length of its header (8 bytes, little-endian), the header (JSON, an object), and the values of all tensors
 * side by side. The header maps each tensor's name to {"dtype": "F32", "shape": [6, 1, 5, 5], "data_offsets": [begin, end]}, offsets
 * counted in bytes from the end of the header, and "__metadata__" to an object of texts. Values are little-endian, the
 * last dimension runs fastest. */
#ifndef WEFT_SAFETENSORS_H
#define WEFT_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "weft/error.h"

enum {
    SAFETENSORS_RANK = 8,              /* dimensions of a tensor: no network has more */
    SAFETENSORS_HEADER = 100 * 1000000 /* bytes of a header, as the format's own reader */
};

/* Bytes of a file: all is held in memory. */
#define SAFETENSORS_BYTES (UINT64_C(1) << 32)

/* A tensor of an opened file. */
struct safetensors_entry {
    const char *name;
    const char *dtype;                    /* "F32", "I64" ... */
    size_t rank, shape[SAFETENSORS_RANK]; /* outermost first; a scalar has rank 0 */
    size_t count;                         /* the product of shape; 1 for a scalar */
    const unsigned char *bytes;           /* of no alignment */
    size_t size;                          /* bytes */
};

/* A file in memory. All zero holds nothing. */
struct safetensors {
    char *bytes; /* the whole file */
    struct json_t *header;
    size_t count;
    struct safetensors_entry *entries; /* in the order of their bytes */
};

/* Reads the file ${path} and checks all of it. Free with safetensors_finish. Fails with WEFT_BAD_FILE and a message that names the
 * file and, where it is a tensor's fault, the tensor. */
enum weft_status safetensors_read(const char *path, struct safetensors *file,
                                  struct weft_error *error);

/* The same of ${size} ${bytes} from malloc, which it takes over, also when it fails. */
enum weft_status safetensors_parse(char *bytes, size_t size, struct safetensors *file,
                                   struct weft_error *error);

/* Frees what ${file} holds. */
void safetensors_finish(struct safetensors *file);

/* Returns the text called ${key} in __metadata__, or NULL. Lives as long as ${file}. */
const char *safetensors_metadata(const struct safetensors *file, const char *key);

/* Returns the tensor called ${name}, or NULL. */
const struct safetensors_entry *safetensors_find(const struct safetensors *file, const char *name);

/* Returns element ${i} of ${entry}, whose dtype is F32 or I64. */
float safetensors_float(const struct safetensors_entry *entry, size_t i);
int64_t safetensors_integer(const struct safetensors_entry *entry, size_t i);

/* Writes a shape as "6 x 1 x 5 x 5", a scalar's as "scalar", into ${text}. Returns ${text}. */
char *safetensors_shape(const size_t *shape, size_t rank, char text[200]);

/* A tensor to be written: ${floats} (F32) or ${integers} (I64); the other one is NULL. */
struct safetensors_source {
    const char *name;
    size_t rank, shape[SAFETENSORS_RANK];
    const float *floats;
    const int64_t *integers;
};

/* A text of __metadata__ to be written. */
struct safetensors_text {
    const char *key, *value;
};

/* Writes a file of ${text_count} ${texts} and ${count} ${sources} to ${path}, in their order, beside it first and then renamed. Names, keys
 * and texts are UTF-8, each name there once. The same arguments give the same bytes. ${sha256}, if not NULL, receives the file's
 * hash in hexadecimal digits. Fails with WEFT_BAD_FILE, and leaves nothing then. */
enum weft_status safetensors_write(const char *path, const struct safetensors_text *texts,
                                   size_t text_count, const struct safetensors_source *sources,
                                   size_t count, char sha256[65], struct weft_error *error);

#endif

/* safetensors_write.c: writes a safetensors file, the same bytes on every host. */
#include "data/safetensors.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_write.h"
#include "base/sha256.h"
#include "base/try.h"
#include "data/safetensors_digest.h"
#include "os/files.h"

/* Where bytes go: to a file, if its stream is open, and to memory, if it is not NULL. */
struct output {
    struct os_file file;
    unsigned char *memory; /* of the next byte */
    struct sha256_ctx hash;
};

/* os_file_commit reports a failed write. */
static void put(struct output *output, const void *bytes, size_t size) {
    if (output->file.stream != NULL) {
        fwrite(bytes, 1, size, output->file.stream);
    }
    if (output->memory != NULL) {
        memcpy(output->memory, bytes, size);
        output->memory += size;
    }
    sha256_add(&output->hash, bytes, size);
}

/* Writes ${count} words of ${width} bytes (4 or 8), lowest byte first; ${values} has them in the
 * byte order of the host. */
static void put_values(struct output *output, const void *values, size_t width, size_t count) {
    const unsigned char *from = values;
    unsigned char bytes[4096];
    size_t filled = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t bits;
        if (width == 4) {
            uint32_t low;
            memcpy(&low, from + 4 * i, 4);
            bits = low;
        } else {
            memcpy(&bits, from + 8 * i, 8);
        }
        for (size_t j = 0; j < width; j++) {
            bytes[filled++] = (unsigned char)(bits >> 8 * j);
        }
        if (filled == sizeof bytes) {
            put(output, bytes, filled);
            filled = 0;
        }
    }
    put(output, bytes, filled);
}

static size_t width_of(const struct safetensors_source *source) {
    return source->floats != NULL ? 4 : 8;
}

static size_t count_of(const struct safetensors_source *source) {
    size_t count = 1;
    for (size_t i = 0; i < source->rank; i++) {
        count *= source->shape[i];
    }
    return count;
}

/* Returns the header, its digest all zeros, padded with spaces so that the values start at a
 * multiple of 8, and NULL without memory. Stores the size of the file in ${size}. */
static char *make_header(const struct safetensors_text *texts, size_t text_count,
                         const struct safetensors_source *sources, size_t count, size_t *length,
                         uint64_t *size) {
    struct json_writer json = {0};
    uint64_t end = 0;
    json_write_open(&json, NULL, '{');
    json_write_open(&json, "__metadata__", '{');
    for (size_t i = 0; i < text_count; i++) {
        json_write_string(&json, texts[i].key, texts[i].value);
    }
    json_write_string(&json, DIGEST_FORMAT_KEY, DIGEST_FORMAT);
    json_write_string(&json, DIGEST_KEY, DIGEST_ZEROS);
    json_write_close(&json, '}');
    for (size_t i = 0; i < count; i++) {
        json_write_open(&json, sources[i].name, '{');
        json_write_string(&json, "dtype", sources[i].floats != NULL ? "F32" : "I64");
        json_write_open(&json, "shape", '[');
        for (size_t j = 0; j < sources[i].rank; j++) {
            json_write_integer(&json, NULL, sources[i].shape[j]);
        }
        json_write_close(&json, ']');
        json_write_open(&json, "data_offsets", '[');
        json_write_integer(&json, NULL, end);
        end += (uint64_t)count_of(&sources[i]) * width_of(&sources[i]);
        json_write_integer(&json, NULL, end);
        json_write_close(&json, ']');
        json_write_close(&json, '}');
    }
    json_write_close(&json, '}');
    text_add(&json.text, "%*s", (int)((8 - json.text.length % 8) % 8), "");
    *length = json.text.length;
    *size = 8 + *length + end;
    return text_take(&json.text);
}

static void put_all(struct output *output, const char *header, size_t length,
                    const struct safetensors_source *sources, size_t count) {
    uint64_t number = length;
    sha256_init(&output->hash);
    put_values(output, &number, 8, 1);
    put(output, header, length);
    for (size_t i = 0; i < count; i++) {
        const void *values = sources[i].floats;
        put_values(output, values != NULL ? values : sources[i].integers, width_of(&sources[i]),
                   count_of(&sources[i]));
    }
}

/* Replaces the zeros in ${header} by the digest of the file. */
static void set_digest(char *header, size_t length, const struct safetensors_source *sources,
                       size_t count) {
    struct output output = {0}; /* without a stream */
    char digest[DIGEST_DIGITS + 1];
    put_all(&output, header, length, sources, count);
    sha256_final_hex(&output.hash, digest);
    memcpy(digest_find(header, length), digest, DIGEST_DIGITS);
}

/* Stores the header, with its digest, in ${header}; the caller frees it. */
static enum weft_status prepare(const struct safetensors_text *texts, size_t text_count,
                                const struct safetensors_source *sources, size_t count,
                                char **header, size_t *length, uint64_t *size,
                                struct weft_error *error) {
    *header = make_header(texts, text_count, sources, count, length, size);
    if (*header == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for the header");
    }
    if (*size > SAFETENSORS_BYTES || *length > SAFETENSORS_HEADER) {
        return error_set(error, WEFT_BAD_FILE, "it would be too large to read");
    }
    set_digest(*header, *length, sources, count);
    return WEFT_OK;
}

/* os_file_create or os_file_replace. */
typedef enum weft_status create_function(struct os_file *file, const char *path,
                                         struct weft_error *error);

static enum weft_status write_file(create_function *create, const char *path,
                                   const struct safetensors_text *texts, size_t text_count,
                                   const struct safetensors_source *sources, size_t count,
                                   char sha256[65], struct weft_error *error) {
    struct output output = {0};
    char *header;
    size_t length;
    uint64_t size;
    enum weft_status status =
        prepare(texts, text_count, sources, count, &header, &length, &size, error);
    if (status != WEFT_OK) {
        error_context(error, "cannot write %s", path);
        goto done;
    }
    TRY_OR(done, create(&output.file, path, error));
    put_all(&output, header, length, sources, count);
    TRY_OR(done, os_file_commit(&output.file, error));
    if (sha256 != NULL) {
        sha256_final_hex(&output.hash, sha256);
    }
done:
    os_file_abandon(&output.file);
    free(header);
    return status;
}

enum weft_status safetensors_write_memory(const struct safetensors_text *texts, size_t text_count,
                                          const struct safetensors_source *sources, size_t count,
                                          unsigned char **bytes, size_t *size,
                                          struct weft_error *error) {
    struct output output = {0};
    char *header;
    size_t length;
    uint64_t total;
    enum weft_status status;
    *bytes = NULL;
    TRY_OR(done, prepare(texts, text_count, sources, count, &header, &length, &total, error));
    *bytes = malloc((size_t)total);
    if (*bytes == NULL) {
        status = error_set(error, WEFT_NO_MEMORY, "no memory for a model of %llu bytes",
                           (unsigned long long)total);
        goto done;
    }
    *size = (size_t)total;
    output.memory = *bytes;
    put_all(&output, header, length, sources, count);
done:
    free(header);
    return status;
}

enum weft_status safetensors_write(const char *path, const struct safetensors_text *texts,
                                   size_t text_count, const struct safetensors_source *sources,
                                   size_t count, char sha256[65], struct weft_error *error) {
    return write_file(os_file_create, path, texts, text_count, sources, count, sha256, error);
}

enum weft_status safetensors_replace(const char *path, const struct safetensors_text *texts,
                                     size_t text_count, const struct safetensors_source *sources,
                                     size_t count, char sha256[65], struct weft_error *error) {
    return write_file(os_file_replace, path, texts, text_count, sources, count, sha256, error);
}

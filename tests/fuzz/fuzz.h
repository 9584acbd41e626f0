/* fuzz.h: what the fuzz targets share; include it first. A target is one file with
 * LLVMFuzzerTestOneInput, which libFuzzer calls with inputs of its making; README.md says how to
 * add one.
 *
 * An input may consist of parts, which end with the bytes FF FE: neither occurs in UTF-8. */
#ifndef FUZZ_H
#define FUZZ_H

#include "system.h"

#include <stdint.h>

#include "base/error.h"
#include "os/files.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Ends the program, so that libFuzzer keeps the input, unless ${condition} is true. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition);              \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* A failure has a status, a message without control characters at its end, and fits its room. */
static inline void require_failure(enum weft_status status, const struct weft_error *error) {
    REQUIRE(status != WEFT_OK && status == error->status);
    REQUIRE(error->message[0] != '\0' && error->message[strlen(error->message) - 1] != '\n');
}

/* An input, or the rest of one. */
struct input {
    const uint8_t *bytes;
    size_t size;
};

/* Takes the first byte; 0 at the end. */
static inline uint8_t take_byte(struct input *input) {
    if (input->size == 0) {
        return 0;
    }
    input->size--;
    return *input->bytes++;
}

/* Takes the bytes up to the end of the part. */
static inline struct input take_part(struct input *input) {
    struct input part = {input->bytes, input->size};
    for (size_t i = 0; i + 1 < input->size; i++) {
        if (input->bytes[i] == 0xff && input->bytes[i + 1] == 0xfe) {
            part.size = i;
            input->bytes += i + 2;
            input->size -= i + 2;
            return part;
        }
    }
    input->size = 0;
    return part;
}

/* Returns memory of ${size} bytes that the caller frees: exactly so many, so that the address
 * sanitizer sees each access beyond them. */
static inline void *allocate(size_t size) {
    void *memory = malloc(size > 0 ? size : 1);
    REQUIRE(memory != NULL);
    return memory;
}

/* Returns ${input} with a zero behind it, which the caller frees. */
static inline char *copy_text(struct input input) {
    char *text = allocate(input.size + 1);
    if (input.size > 0) {
        memcpy(text, input.bytes, input.size);
    }
    text[input.size] = '\0';
    return text;
}

/* Returns the path of ${name} in a new folder of this process. tests/fuzz/run removes it. Valid
 * until the eighth call from now. */
static inline const char *path_of(const char *name) {
    static char folder[1024], paths[8][1200];
    static unsigned next;
    char *path = paths[next++ % 8];
    struct weft_error error = {0};
    REQUIRE(folder[0] != '\0' || os_make_temporary(folder, &error) == WEFT_OK);
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Writes ${input} to the file ${name} there. Returns its path. */
static inline const char *write_file(const char *name, struct input input) {
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    REQUIRE(file != NULL && fwrite(input.bytes, 1, input.size, file) == input.size);
    REQUIRE(fclose(file) == 0);
    return path;
}

/* Returns a stream that discards what is written. */
static inline FILE *discard(void) {
    static FILE *stream;
    if (stream == NULL) {
        stream = fopen("/dev/null", "wb");
        REQUIRE(stream != NULL);
    }
    return stream;
}

#endif

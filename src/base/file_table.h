/* file_table.h: the table of kinds of files, for file_kind.c. */
#ifndef WEFT_BASE_FILE_TABLE_H
#define WEFT_BASE_FILE_TABLE_H

#include <stdbool.h>
#include <stddef.h>

/* What can be done about a file of the kind. */
enum file_group {
    KIND_BROKEN,  /* lost its content */
    KIND_PAGE,    /* of a web server */
    KIND_POINTER, /* of Git LFS */
    KIND_PACKED,  /* has to be unpacked */
    KIND_WEIGHTS, /* of another library */
    KIND_PICTURE,
    KIND_UTF16,
    KIND_UTF32,
    KIND_TEXT,
    KIND_OTHER
};

struct file_table_row {
    const char *name;
    enum file_group group;
    const char *magic; /* ${length} bytes from ${at} on, or NULL */
    size_t at, length;
    bool (*is)(const unsigned char *bytes, size_t size); /* without ${magic} */
    const char *help;                                    /* the command that unpacks it */
};

/* Returns the kind of a file that starts with the ${size} ${bytes}, or NULL if it is unknown. */
const struct file_table_row *file_table_find(const unsigned char *bytes, size_t size);

/* Tests for a single kind. */
bool file_is_idx(const unsigned char *bytes, size_t size);
bool file_is_safetensors(const unsigned char *bytes, size_t size);
bool file_is_xml(const unsigned char *bytes, size_t size);
bool file_is_json(const unsigned char *bytes, size_t size);

#endif

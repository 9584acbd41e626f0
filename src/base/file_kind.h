/* file_kind.h: what a file is, by its first bytes, so that every reader names a file of another
 * kind in the same words. */
#ifndef WEFT_BASE_FILE_KIND_H
#define WEFT_BASE_FILE_KIND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum { FILE_KIND_BYTES = 512 }; /* the first bytes of a file, which tell its kind */

/* What a reader expects: from FILE_JSON on, a text. */
enum file_kind {
    FILE_IDX,
    FILE_SAFETENSORS,
    FILE_PNG,
    FILE_CIFAR,
    FILE_FOLDER, /* of images, in the place of which a file was named */
    FILE_JSON,
    FILE_CSV,
    FILE_SOURCE,
    FILE_TEXT
};

/* Fails with WEFT_BAD_FILE, "${path}: this is an HTML page, but an IDX file was expected" and a
 * hint, if the ${size} ${bytes} at the start of the file (all of a shorter one) show that it is of
 * another kind than ${expected}. ${packed}: they have been unpacked from a gzip file. Bytes of an
 * unknown kind are accepted, and so is every text in place of a text: the reader reports what is
 * wrong in it. */
enum weft_status file_kind_check(const char *path, const void *bytes, size_t size,
                                 enum file_kind expected, bool packed, struct weft_error *error);

/* Returns what a file that starts with the ${size} ${bytes} is ("a JPEG picture"), or NULL if its
 * kind is unknown. Stores whether it is a picture in ${picture}. */
const char *file_kind_name(const void *bytes, size_t size, bool *picture);

#endif

/* safetensors_digest.h: the digest by which a file of weft shows damage.
 *
 * The __metadata__ of each file that weft writes has "weft.format", the number of its format, and
 * "weft.digest": the SHA-256, in lower-case hexadecimal, of the whole file, in which the 64 digits
 * of the digest itself count as '0'. Files of earlier versions have neither, and a file that has
 * one of the two is damaged: so no single wrong bit makes a file pass for an earlier one. */
#ifndef WEFT_DATA_SAFETENSORS_DIGEST_H
#define WEFT_DATA_SAFETENSORS_DIGEST_H

#include "data/safetensors.h"

#define DIGEST_KEY        "weft.digest"
#define DIGEST_FORMAT_KEY "weft.format"
#define DIGEST_FORMAT     "2" /* files of earlier versions are 1, without saying so */
#define DIGEST_ZEROS      "0000000000000000000000000000000000000000000000000000000000000000"

enum { DIGEST_DIGITS = sizeof DIGEST_ZEROS - 1 };

/* Returns the digits of the digest in ${size} ${bytes}, a file or the start of one, or NULL. They
 * are found without parsing the header, which may be damaged. */
char *digest_find(char *bytes, size_t size);

/* Fails with WEFT_BAD_FILE if the ${size} ${bytes} of a file have a digest that is not theirs. */
enum weft_status digest_check(char *bytes, size_t size, struct weft_error *error);

/* Checks that the metadata of ${file}, whose header has been parsed, says the same about the digest
 * as the bytes, and sets file->undigested. Fails with WEFT_BAD_FILE. */
enum weft_status digest_check_metadata(struct safetensors *file, size_t size,
                                       struct weft_error *error);

#endif

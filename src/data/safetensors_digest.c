/* safetensors_digest.c: finds and checks the digest of a file. */
#include "data/safetensors_digest.h"

#include <string.h>

#include <jansson.h>

#include "base/text.h"
#include "base/try.h"
#include "data/hash.h"

/* Returns ${next} after the white space of JSON and then ${c}; NULL if something else follows. */
static char *skip(char *next, const char *end, char c) {
    while (next < end && strchr(" \t\r\n", *next != '\0' ? *next : '?') != NULL) {
        next++;
    }
    return next < end && *next == c ? next + 1 : NULL;
}

/* Quotes inside a string of JSON have a backslash before them, so no other text in the metadata can
 * look like the key. */
char *digest_find(char *bytes, size_t size) {
    static const char key[] = "\"" DIGEST_KEY "\"";
    char *end = bytes + size, *next = bytes, *digits;
    while ((next = memchr(next, '"', (size_t)(end - next))) != NULL) {
        if ((size_t)(end - next) < sizeof key) {
            return NULL;
        }
        if (memcmp(next, key, sizeof key - 1) == 0) {
            digits = skip(next + sizeof key - 1, end, ':');
            digits = digits != NULL ? skip(digits, end, '"') : NULL;
            if (digits != NULL && (size_t)(end - digits) >= DIGEST_DIGITS) {
                return digits;
            }
        }
        next++;
    }
    return NULL;
}

/* Fails with what is wrong, and how to go on. */
static enum weft_status damaged(struct weft_error *error, const char *why, const char *digest,
                                const char *content) {
    error_set(error, WEFT_BAD_FILE, "damaged: %s%s%s", why, digest, content);
    error_hint(error, "restore the file from a copy; if another program changed it on "
                      "purpose, save it there\nwithout " DIGEST_KEY " and " DIGEST_FORMAT_KEY
                      " in its metadata");
    return WEFT_BAD_FILE;
}

enum weft_status digest_check(char *bytes, size_t size, struct weft_error *error) {
    const char *digits = digest_find(bytes, size);
    char content[128] = ", its content ", *hex = content + strlen(content);
    char digest[DIGEST_DIGITS + 1], shown[80];
    struct sha256_ctx hash;
    if (digits == NULL) {
        return WEFT_OK;
    }
    sha256_init(&hash);
    sha256_add(&hash, bytes, (size_t)(digits - bytes));
    sha256_add(&hash, DIGEST_ZEROS, DIGEST_DIGITS);
    TRY(hash_add(&hash, digits + DIGEST_DIGITS, size - (size_t)(digits - bytes) - DIGEST_DIGITS,
                 error));
    sha256_final_hex(&hash, hex);
    if (memcmp(digits, hex, DIGEST_DIGITS) == 0) {
        return WEFT_OK;
    }
    memcpy(digest, digits, DIGEST_DIGITS);
    digest[DIGEST_DIGITS] = '\0';
    return damaged(error, "its digest is ", text_printable(digest, shown), content);
}

/* Returns the first key of ${metadata} that starts with "weft." and is not of format 1 or 2, or
 * NULL. */
static const char *unknown_key(json_t *metadata) {
    static const char *const known[] = {"weft.network",  "weft.options", "weft.checkpoint",
                                        "weft.contract", "weft.classes", "weft.data",
                                        "weft.pixels"};
    const char *key;
    json_t *text;
    json_object_foreach(metadata, key, text) {
        bool found = strncmp(key, "weft.", 5) != 0;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
            found = found || strcmp(key, known[i]) == 0;
        }
        if (!found) {
            return key;
        }
    }
    return NULL;
}

enum weft_status digest_check_metadata(struct safetensors *file, size_t size,
                                       struct weft_error *error) {
    const char *format = safetensors_metadata(file, DIGEST_FORMAT_KEY);
    const char *digest = safetensors_metadata(file, DIGEST_KEY);
    const char *digits = digest_find(file->bytes, size), *unknown;
    char shown[80];
    if (format == NULL && digest == NULL && digits == NULL) {
        unknown = unknown_key(json_object_get(file->header, "__metadata__"));
        file->undigested = safetensors_metadata(file, "weft.network") != NULL ||
                           safetensors_metadata(file, "weft.contract") != NULL;
        return unknown == NULL
                   ? WEFT_OK
                   : damaged(error, "its metadata has no " DIGEST_KEY ", and an unknown ",
                             text_printable(unknown, shown), "");
    }
    if (format == NULL || digest == NULL) {
        return damaged(error, "its metadata lacks ",
                       digest == NULL ? DIGEST_KEY : DIGEST_FORMAT_KEY, "");
    }
    if (digits == NULL || strlen(digest) != DIGEST_DIGITS ||
        memcmp(digits, digest, DIGEST_DIGITS) != 0) {
        return damaged(error, DIGEST_KEY " is not written as weft writes it", "", "");
    }
    if (strcmp(format, DIGEST_FORMAT) != 0) {
        error_set(error, WEFT_BAD_FILE, "its format (" DIGEST_FORMAT_KEY ") is %s, not %s",
                  text_printable(format, shown), DIGEST_FORMAT);
        error_hint(error, "a later weft wrote it: read it with that one");
        return WEFT_BAD_FILE;
    }
    return WEFT_OK;
}

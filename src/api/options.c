/* options.c: structures of options and results, which have another size in another version. */
#include <string.h>

#include "api/api.h"

enum { SIZE_MAX_KNOWN = 4096 }; /* no structure is larger: a larger size was not set */

enum weft_status api_structure_read(void *own, size_t size, size_t first_size, const void *given,
                                    const char *function, const char *name,
                                    struct weft_error *error) {
    const unsigned char *bytes = given;
    size_t given_size;
    memset(own, 0, size);
    memcpy(own, &size, sizeof size);
    if (given == NULL) {
        return WEFT_OK;
    }
    memcpy(&given_size, given, sizeof given_size);
    if (given_size < first_size || given_size > SIZE_MAX_KNOWN) {
        return api_usage(error, function, "%s->size is %zu: it must be sizeof *%s, here %zu", name,
                         given_size, name, size);
    }
    for (size_t i = size; i < given_size; i++) {
        if (bytes[i] != 0) {
            return api_usage(error, function,
                             "%s has members that this version of the library does not know", name);
        }
    }
    memcpy(own, given, given_size < size ? given_size : size);
    memcpy(own, &size, sizeof size);
    return WEFT_OK;
}

void api_structure_write(void *given, const void *own, size_t size) {
    size_t given_size;
    memcpy(&given_size, given, sizeof given_size);
    memset(given, 0, given_size);
    memcpy(given, own, given_size < size ? given_size : size);
    memcpy(given, &given_size, sizeof given_size);
}

/* file_kind.c: the first bytes of files of any kind. The first byte: what is expected, and whether
 * it was a gzip file. */
#include "fuzz.h"

#include "base/file_kind.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    uint8_t how = take_byte(&rest);
    size_t count = rest.size < FILE_KIND_BYTES ? rest.size : FILE_KIND_BYTES;
    char *first = allocate(count);
    struct weft_error error = {0};
    enum weft_status status;
    if (count > 0) {
        memcpy(first, rest.bytes, count);
    }
    status = file_kind_check("FILE", first, count, (enum file_kind)(how % (FILE_TEXT + 1)),
                             (how & 128) != 0, &error);
    if (status != WEFT_OK) {
        require_failure(status, &error);
        REQUIRE(strstr(error.message, "FILE") != NULL && status == WEFT_BAD_FILE);
    }
    free(first);
    return 0;
}

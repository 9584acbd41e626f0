/* model_path.c: the file that the path of a model names, and its hash. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/sha256.h"
#include "base/try.h"
#include "os/files.h"
#include "weft/model.h"

enum weft_status weft_model_path(const char *path, char file[4096], struct weft_error *error) {
    size_t length = strlen(path);
    bool ends = length > 0 && os_is_separator(path[length - 1]);
    const char *name = !os_is_folder(path) ? "" : ends ? "model.safetensors" : "/model.safetensors";
    int written = snprintf(file, 4096, "%s%s", path, name);
    if (written < 0 || written >= 4096) {
        return weft_fail(error, WEFT_USAGE, "model: the path is longer than 4095 bytes");
    }
    return WEFT_OK;
}

enum weft_status weft_file_sha256(const char *path, char sha256[65], struct weft_error *error) {
    struct sha256 hash;
    char name[4096];
    unsigned char bytes[16384];
    size_t size;
    FILE *stream;
    enum weft_status status = WEFT_OK;
    TRY(weft_model_path(path, name, error));
    stream = os_file_open(name, error);
    if (stream == NULL) {
        return WEFT_BAD_FILE;
    }
    errno = 0;
    sha256_init(&hash);
    while ((size = fread(bytes, 1, sizeof bytes, stream)) > 0) {
        sha256_update(&hash, bytes, size);
    }
    if (ferror(stream)) {
        status = os_fail(error, "cannot read", name, errno);
    }
    fclose(stream);
    sha256_final_hex(&hash, sha256);
    return status;
}

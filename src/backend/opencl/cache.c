/* cache.c: compiled programs, kept in $XDG_CACHE_HOME/weft.
 *
 * An entry is a file KEY.program: a line with the key and the SHA-256 of the rest, then the
 * driver's binary. An entry is written to a temporary file that is then renamed, so several
 * processes may share the folder. An entry that is damaged or that the driver refuses is
 * removed, and the program is compiled again. A program from the cache must pass the probe like
 * any other. */
#include "backend/opencl/cache.h"
#include "backend/log.h"
#include "backend/opencl/state.h"
#include "base/sha256.h"
#include "os/files.h"
#include "os/host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT      "weft program 1"
#define ENDING      ".program"
#define MAX_FILES   64
#define MAX_BYTES   (256u << 20)
#define HEADER_SIZE (sizeof FORMAT + 2 * 65) /* "FORMAT KEY HASH\n", no zero */

/* PoCL caches each kernel as specialised for its work-group. To return a binary, it compiles all
 * kernels again, for work-groups of any size: this was measured to make a cold start 4.6 s
 * slower and a warm start 0.1 s faster. */
static bool is_drivers(const struct opencl_backend *cl) {
    return strcmp(cl->base.device.platform_name, "Portable Computing Language") == 0;
}

static void make_key(const struct opencl_backend *cl, const struct text *source, const char *flags,
                     char key[65]) {
    char version[256] = "";
    const struct weft_device *device = &cl->base.device;
    const char *const texts[] = {
        FORMAT, device->platform_name, device->name, device->driver, version, flags};
    struct sha256 hash;
    clGetDeviceInfo(cl->device, CL_DEVICE_VERSION, sizeof version - 1, version, NULL);
    sha256_init(&hash);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sha256_update(&hash, texts[i], strlen(texts[i]) + 1);
    }
    sha256_update(&hash, source->bytes, source->length);
    sha256_final_hex(&hash, key);
}

/* Stores the folder of the cache, and the path of the entry. Returns false if there is none. */
static bool entry_path(const char *key, char folder[4096], char path[4096]) {
    int length = -1;
    if (os_cache_folder(folder)) {
        length = snprintf(path, 4096, "%s/%s" ENDING, folder, key);
    }
    return length > 0 && length < 4096;
}

static void header_of(const char *key, const char *binary, size_t size,
                      char header[HEADER_SIZE + 1]) {
    char hash[65];
    sha256_hex(binary, size, hash);
    snprintf(header, HEADER_SIZE + 1, FORMAT " %s %s\n", key, hash);
}

/* Makes and builds the program from the binary of an intact entry. */
static bool build(struct opencl_backend *cl, const char *binary, size_t size, const char *flags) {
    const unsigned char *bytes = (const unsigned char *)binary;
    cl_int code, accepted = CL_INVALID_BINARY;
    cl->program =
        clCreateProgramWithBinary(cl->context, 1, &cl->device, &size, &bytes, &accepted, &code);
    if (code == CL_SUCCESS && accepted == CL_SUCCESS &&
        clBuildProgram(cl->program, 1, &cl->device, flags, NULL, NULL) == CL_SUCCESS) {
        return true;
    }
    if (cl->program != NULL) {
        clReleaseProgram(cl->program);
        cl->program = NULL;
    }
    return false;
}

bool opencl_cache_load(struct opencl_backend *cl, const struct text *source, const char *flags,
                       bool no_cache) {
    char folder[4096], path[4096], header[HEADER_SIZE + 1], *entry = NULL;
    size_t size = 0;
    double start = os_seconds();
    bool loaded = false;
    if (no_cache || is_drivers(cl)) {
        log_write(&cl->base.log, "opencl: program cache: %s",
                  no_cache ? "off" : "left to the driver, which has one");
        return false;
    }
    /* Read the entry. */
    make_key(cl, source, flags, cl->cache_key);
    if (!entry_path(cl->cache_key, folder, path)) {
        log_write(&cl->base.log, "opencl: program cache: none: no folder is known for it");
        return false;
    }
    if (!os_exists(path) || os_file_read(path, MAX_BYTES, &entry, &size, NULL) != WEFT_OK) {
        log_write(&cl->base.log, "opencl: program cache: miss: %s", path);
        return false;
    }
    /* Check it, and let the driver load it. */
    if (size > HEADER_SIZE) {
        header_of(cl->cache_key, entry + HEADER_SIZE, size - HEADER_SIZE, header);
        loaded = memcmp(entry, header, HEADER_SIZE) == 0 &&
                 build(cl, entry + HEADER_SIZE, size - HEADER_SIZE, flags);
    }
    if (loaded) {
        cl->cache_key[0] = '\0';
        log_write(&cl->base.log, "opencl: program cache: hit: %s, %zu bytes, built in %.3f s", path,
                  size, os_seconds() - start);
    } else {
        remove(path);
        log_write(&cl->base.log,
                  "opencl: program cache: rebuilt, since the entry is damaged or the driver "
                  "refuses it: %s",
                  path);
    }
    free(entry);
    return loaded;
}

static void write_entry(const struct weft_log *log, const char *key, const char *binary,
                        size_t size) {
    char path[4096], folder[4096], header[HEADER_SIZE + 1];
    struct os_file file = {0};
    bool written = false;
    if (!entry_path(key, folder, path) || os_make_folder(folder, NULL) != WEFT_OK ||
        os_file_create(&file, path, NULL) != WEFT_OK) {
        log_write(log, "opencl: program cache: not saved: its folder cannot be written");
        return;
    }
    header_of(key, binary, size, header);
    if (fwrite(header, 1, HEADER_SIZE, file.stream) == HEADER_SIZE &&
        fwrite(binary, 1, size, file.stream) == size) {
        written = os_file_commit(&file, NULL) == WEFT_OK;
    }
    os_file_abandon(&file);
    log_write(log, "opencl: program cache: %s: %s, %zu bytes", written ? "saved" : "not saved",
              path, size);
    os_trim_folder(folder, ENDING, MAX_FILES, MAX_BYTES);
}

void opencl_cache_save(struct opencl_backend *cl) {
    size_t size = 0;
    unsigned char *binary;
    if (cl->cache_key[0] == '\0' ||
        clGetProgramInfo(cl->program, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) !=
            CL_SUCCESS ||
        size == 0 || size > MAX_BYTES || (binary = malloc(size)) == NULL) {
        return;
    }
    if (clGetProgramInfo(cl->program, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) ==
        CL_SUCCESS) {
        write_entry(&cl->base.log, cl->cache_key, (const char *)binary, size);
    }
    free(binary);
}

enum weft_status opencl_cache_clear(size_t *removed, struct weft_error *error) {
    char folder[4096];
    if (!os_cache_folder(folder)) {
        return weft_fail(error, WEFT_FAILED, "cache: neither XDG_CACHE_HOME nor HOME is set");
    }
    *removed = os_trim_folder(folder, ENDING, 0, 0);
    return WEFT_OK;
}

/* cache.c: compiled programs, kept in $XDG_CACHE_HOME/weft.
 *
 * An entry is a file KEY.program: a line with the key, the SHA-256 of what the probe computed, and
 * the SHA-256 of the rest, then the driver's binary. An entry is written to a temporary file that
 * is then renamed, so several processes may share the folder.
 *
 * An entry is removed, and the program is compiled again, if the entry is damaged, if the driver
 * refuses it, and if the device cannot be opened with it: a kernel is missing, or the probe fails
 * or computes something else than when the entry was made. Drivers change without another version.
 *
 * A program is code, and the hash of an entry is no signature: the folder and the entry are used
 * only if no other user can have written them (os/private.h). */
#include "backend/opencl/cache.h"
#include "backend/log.h"
#include "backend/opencl/loss.h"
#include "backend/opencl/state.h"
#include "base/printable.h"
#include "base/sha256.h"
#include "os/host.h"
#include "os/private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT      "weft program 2"
#define ENDING      ".program"
#define MAX_FILES   64
#define MAX_BYTES   (256u << 20)
#define HEADER_SIZE (sizeof FORMAT + 3 * 65) /* "FORMAT KEY PROBE HASH\n", no zero */
#define NO_PROBE    "0000000000000000000000000000000000000000000000000000000000000000"
#define ENTRY_NAME  (65 + sizeof ENDING)

/* PoCL caches each kernel as specialised for its work-group. To return a binary, it compiles all
 * kernels again, for work-groups of any size: this was measured to make a cold start 4.6 s
 * slower and a warm start 0.1 s faster. */
static bool is_drivers(const struct opencl_backend *cl) {
    return strcmp(cl->base.device.platform_name, "Portable Computing Language") == 0;
}

static void make_key(const struct opencl_backend *cl, const struct text *source, const char *flags,
                     char key[65]) {
    char version[256] = "", numbers[64];
    cl_uint vendor = 0;
    const struct device_info *device = &cl->base.device;
    const char *const texts[] = {
        FORMAT, device->platform_name, device->name, device->driver, version, numbers, flags};
    struct sha256_ctx hash;
    clGetDeviceInfo(cl->device, CL_DEVICE_VERSION, sizeof version - 1, version, NULL);
    clGetDeviceInfo(cl->device, CL_DEVICE_VENDOR_ID, sizeof vendor, &vendor, NULL);
    /* Intel gives several generations one name. */
    snprintf(numbers, sizeof numbers, "vendor %lx, units %u", (unsigned long)vendor,
             device->compute_units);
    sha256_init(&hash);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        sha256_add(&hash, texts[i], strlen(texts[i]) + 1);
    }
    sha256_add(&hash, source->bytes, source->length);
    sha256_final_hex(&hash, key);
}

/* Stores what a user should know about the cache: ${why} it, or an entry, is not used, and what can
 * be done. */
static void note(struct opencl_backend *cl, const char *what, const char *why, const char *hint) {
    printable_print(cl->base.note, sizeof cl->base.note, "%s: %s; %s", what, why, hint);
    log_write(&cl->base.log, "opencl: %s", cl->base.note);
}

/* Opens the folder of the cache. Returns false, and saves no program later, if it cannot be used.
 */
static bool open_folder(struct opencl_backend *cl, struct os_private *folder) {
    char path[OS_PATH], why[OS_WHY];
    enum os_trust trust;
    if (!os_cache_folder(path)) {
        log_write(&cl->base.log, "opencl: program cache: none: no folder is known for it");
        return false;
    }
    trust = os_private_open(folder, path, true, why);
    if (trust == OS_DISTRUSTED) {
        note(cl, "program cache not used", why, "XDG_CACHE_HOME can name another folder");
    } else if (trust != OS_TRUSTED) {
        log_write(&cl->base.log, "opencl: program cache: none: %s", why);
    }
    return trust == OS_TRUSTED;
}

static void entry_name(const char *key, char name[ENTRY_NAME]) {
    snprintf(name, ENTRY_NAME, "%s" ENDING, key);
}

static void header_of(const char *key, const char *probe, const char *binary, size_t size,
                      char header[HEADER_SIZE + 1]) {
    char hash[65];
    sha256_hex(binary, size, hash);
    snprintf(header, HEADER_SIZE + 1, FORMAT " %s %s %s\n", key,
             probe[0] != '\0' ? probe : NO_PROBE, hash);
}

/* Copies what the probe computed when ${entry}, of at least HEADER_SIZE bytes, was made. Returns
 * false if it is no hash. */
static bool read_probe(const char *entry, char probe[65]) {
    memcpy(probe, entry + sizeof FORMAT + 65, 64);
    probe[64] = '\0';
    return strspn(probe, "0123456789abcdef") == 64;
}

/* Makes and builds the program from the binary of an intact entry. */
static bool build(struct opencl_backend *cl, struct opencl_program *program, const char *binary,
                  size_t size, const char *flags) {
    const unsigned char *bytes = (const unsigned char *)binary;
    cl_int code, accepted = CL_INVALID_BINARY;
    program->object =
        clCreateProgramWithBinary(cl->context, 1, &cl->device, &size, &bytes, &accepted, &code);
    if (code == CL_SUCCESS && accepted == CL_SUCCESS) {
        code = clBuildProgram(program->object, 1, &cl->device, flags, NULL, NULL);
        if (code == CL_SUCCESS) {
            return true;
        }
        opencl_loss_note(cl->device, code, "clBuildProgram");
    }
    OPENCL_RELEASE(cl->device, Program, program->object);
    program->object = NULL;
    return false;
}

/* Checks an entry, and lets the driver load it. Removes one that is damaged. */
static bool load_entry(struct opencl_backend *cl, struct opencl_program *program,
                       const struct os_private *folder, const char *name, const char *entry,
                       size_t size, const char *flags) {
    char header[HEADER_SIZE + 1];
    double start = os_seconds();
    if (size > HEADER_SIZE && read_probe(entry, program->cached_probe)) {
        header_of(program->cache_key, program->cached_probe, entry + HEADER_SIZE,
                  size - HEADER_SIZE, header);
        if (memcmp(entry, header, HEADER_SIZE) == 0 &&
            build(cl, program, entry + HEADER_SIZE, size - HEADER_SIZE, flags)) {
            log_write(&cl->base.log,
                      "opencl: program cache: hit: %s/%s, %zu bytes, built in %.3f s", folder->path,
                      name, size, os_seconds() - start);
            return true;
        }
    }
    os_private_remove(folder, name);
    log_write(
        &cl->base.log,
        "opencl: program cache: rebuilt, since the entry is damaged or the driver refuses it: "
        "%s/%s",
        folder->path, name);
    return false;
}

bool opencl_cache_load(struct opencl_backend *cl, struct opencl_program *program,
                       const struct text *source, const char *flags, bool no_cache) {
    struct os_private folder;
    char name[ENTRY_NAME], why[OS_WHY], *entry = NULL;
    size_t size = 0;
    enum os_trust trust;
    bool loaded = false;
    if (no_cache || is_drivers(cl)) {
        log_write(&cl->base.log, "opencl: program cache: %s",
                  no_cache ? "off" : "left to the driver, which has one");
        return false;
    }
    if (!open_folder(cl, &folder)) {
        return false;
    }
    make_key(cl, source, flags, program->cache_key);
    entry_name(program->cache_key, name);
    trust =
        cl->recompile ? OS_ABSENT : os_private_read(&folder, name, MAX_BYTES, &entry, &size, why);
    if (trust == OS_TRUSTED) {
        loaded = load_entry(cl, program, &folder, name, entry, size, flags);
    } else if (trust == OS_DISTRUSTED) {
        note(cl, "program cache: an entry is not used", why, "the program is compiled again");
    } else {
        log_write(&cl->base.log, "opencl: program cache: miss: %s/%s", folder.path, name);
    }
    program->from_cache = loaded;
    free(entry);
    os_private_close(&folder);
    return loaded;
}

bool opencl_cache_probe_differs(const struct opencl_program *program) {
    return program->from_cache && strcmp(program->cached_probe, program->probe) != 0;
}

void opencl_cache_reject(struct opencl_backend *cl, const struct opencl_program *program,
                         const char *why) {
    char path[OS_PATH], name[ENTRY_NAME], reason[OS_WHY];
    struct os_private folder;
    if (!os_cache_folder(path) || os_private_open(&folder, path, false, reason) != OS_TRUSTED) {
        return;
    }
    entry_name(program->cache_key, name);
    os_private_remove(&folder, name);
    log_write(&cl->base.log,
              "opencl: program cache: rebuilt, since the entry does not work: %s/%s: %s",
              folder.path, name, why);
    os_private_close(&folder);
}

static void write_entry(const struct opencl_backend *cl, const struct opencl_program *program,
                        const char *binary, size_t size) {
    const struct backend_log *log = &cl->base.log;
    char path[OS_PATH], name[ENTRY_NAME], header[HEADER_SIZE + 1], why[OS_WHY];
    struct os_private folder;
    bool written;
    if (!os_cache_folder(path) || os_private_open(&folder, path, true, why) != OS_TRUSTED) {
        log_write(log, "opencl: program cache: not saved: its folder cannot be used");
        return;
    }
    header_of(program->cache_key, program->probe, binary, size, header);
    entry_name(program->cache_key, name);
    written = os_private_write(&folder, name, header, HEADER_SIZE, binary, size);
    log_write(log, "opencl: program cache: %s: %s/%s, %zu bytes", written ? "saved" : "not saved",
              folder.path, name, size);
    os_private_trim(&folder, ENDING, MAX_FILES, MAX_BYTES);
    os_private_close(&folder);
}

void opencl_cache_save(struct opencl_backend *cl, const struct opencl_program *program) {
    size_t size = 0;
    unsigned char *binary;
    if (program->cache_key[0] == '\0' || program->from_cache ||
        clGetProgramInfo(program->object, CL_PROGRAM_BINARY_SIZES, sizeof size, &size, NULL) !=
            CL_SUCCESS ||
        size == 0 || size > MAX_BYTES || (binary = malloc(size)) == NULL) {
        return;
    }
    if (clGetProgramInfo(program->object, CL_PROGRAM_BINARIES, sizeof binary, &binary, NULL) ==
        CL_SUCCESS) {
        write_entry(cl, program, (const char *)binary, size);
    }
    free(binary);
}

enum weft_status opencl_cache_clear(size_t *removed, struct weft_error *error) {
    struct os_private folder;
    char path[OS_PATH], why[OS_WHY];
    if (!os_cache_folder(path)) {
        return error_set(error, WEFT_FAILED, "cache: neither XDG_CACHE_HOME nor HOME is set");
    }
    switch (os_private_open_own(&folder, path, why)) {
    case OS_TRUSTED:
        *removed = os_private_trim(&folder, ENDING, 0, 0);
        os_private_close(&folder);
        return WEFT_OK;
    case OS_ABSENT:
        return WEFT_OK;
    case OS_DISTRUSTED:
        break;
    }
    return error_set(error, WEFT_FAILED, "cache: %s", why);
}

/* cache.c: entries of the program cache. If the first byte is odd, the line before the binary is
 * right. A binary reaches the driver only with its own hash before it, and an entry that the driver
 * refuses is removed. */
#include "fuzz.h"

#include "backend/opencl/cache.h"
#include "backend/opencl/state.h"
#include "base/sha256.h"

#define FORMAT "weft program 2"

static const char *entry; /* the path of the entry that is read */
static size_t given;      /* binaries that reached the driver */

/* In place of the one of the OpenCL loader: refuses. */
cl_program CL_API_CALL clCreateProgramWithBinary(cl_context context, cl_uint num_devices,
                                                 const cl_device_id *device_list,
                                                 const size_t *lengths,
                                                 const unsigned char **binaries,
                                                 cl_int *binary_status, cl_int *errcode_ret) {
    char hash[SHA256_HEX], *bytes;
    size_t size;
    (void)context;
    (void)device_list;
    (void)binary_status;
    REQUIRE(num_devices == 1 && lengths[0] > 0);
    REQUIRE(os_file_read(entry, SIZE_MAX / 4, &bytes, &size, NULL) == WEFT_OK);
    sha256_hex(binaries[0], lengths[0], hash);
    REQUIRE(size > lengths[0] + 65 && memcmp(bytes + size - lengths[0] - 65, hash, 64) == 0);
    free(bytes);
    given++;
    *errcode_ret = CL_INVALID_BINARY;
    return NULL;
}

static void write_entry(const char *key, bool right, struct input content) {
    FILE *file = fopen(entry, "wb");
    char hash[SHA256_HEX];
    REQUIRE(file != NULL);
    if (right) {
        sha256_hex(content.bytes, content.size, hash);
        fprintf(file, FORMAT " %s %s %s\n", key, hash, hash);
    }
    REQUIRE(fwrite(content.bytes, 1, content.size, file) == content.size && fclose(file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    bool right = (take_byte(&rest) & 1) != 0;
    char text[] = "kernel", name[128];
    struct text source = {.bytes = text, .length = sizeof text - 1};
    struct opencl_backend cl = {.base.device = {.platform_name = "p", .name = "d"}};
    struct opencl_program program = {.object = NULL};
    setenv("XDG_CACHE_HOME", path_of("."), 1);
    given = 0;
    /* There is no entry; the key of the one that is missing is stored. */
    REQUIRE(!opencl_cache_load(&cl, &program, &source, "", false) && program.cache_key[0] != '\0');
    snprintf(name, sizeof name, "weft/%s.program", program.cache_key);
    entry = path_of(name);
    write_entry(program.cache_key, right, rest);
    REQUIRE(!opencl_cache_load(&cl, &program, &source, "", false));
    REQUIRE(given == 1 || !right || rest.size == 0);
    REQUIRE(!os_exists(entry));
    return 0;
}

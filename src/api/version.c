/* version.c: which libweft this is, and which libraries it runs with. */
#include "weft/version.h"

#include <jansson.h>
#include <nettle/version.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

#include "backend/opencl/api.h"
#include "revision.h"

const char *weft_version(void) {
    return WEFT_VERSION;
}

uint32_t weft_version_number(void) {
    return WEFT_VERSION_NUMBER;
}

const char *weft_revision(void) {
    return WEFT_REVISION;
}

const char *weft_compiler(void) {
    return WEFT_COMPILER;
}

static void add(struct weft_library *libraries, size_t *count, const char *name,
                const char *version) {
    struct weft_library *library = &libraries[(*count)++];
    library->name = name;
    snprintf(library->version, sizeof library->version, "%s", version);
}

size_t weft_libraries(struct weft_library libraries[WEFT_LIBRARIES_MAX]) {
    size_t count = 0;
    char loader[sizeof libraries->version], nettle[sizeof libraries->version];
    if (libraries == NULL) {
        return 0;
    }
    snprintf(nettle, sizeof nettle, "%d.%d", nettle_version_major(), nettle_version_minor());
    add(libraries, &count, "zlib", zlibVersion());
    add(libraries, &count, "jansson", jansson_version_str());
    add(libraries, &count, "nettle", nettle);
#ifdef WEFT_CLBLAST_VERSION
    add(libraries, &count, "CLBlast", WEFT_CLBLAST_VERSION);
#else
    add(libraries, &count, "CLBlast", "");
#endif
    if (opencl_api != NULL) {
        opencl_api->loader_version(loader, sizeof loader);
    } else {
        snprintf(loader, sizeof loader, "none: built without OpenCL");
    }
    add(libraries, &count, "OpenCL loader", loader);
    return count;
}

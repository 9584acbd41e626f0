/* version.c: weft --version: what a report of a bug has to say of the program. */
#include "cli/cli.h"

#include "cli/predict/picture.h"
#include "report/canvas.h"

enum { OWN = 2 /* libraries of the program alone */ };

static void set(struct weft_library *library, const char *name, const char *version) {
    library->name = name;
    snprintf(library->version, sizeof library->version, "%s", version);
}

static void print_library(const struct weft_library *library) {
    printf("%s: %s\n", library->name,
           library->version[0] != '\0' ? library->version : "not built with it");
}

/* The libraries come last: to ask OpenCL's loader is to load the drivers, and one of them may be broken. */
static void print_text(const struct weft_library own[OWN]) {
    struct weft_library libraries[WEFT_LIBRARIES_MAX];
    size_t count;
    printf("weft %s\nrevision: %s\ncompiler: %s\ncontract of equal bits: %d\n", weft_version(),
           weft_revision(), weft_compiler(), WEFT_CONTRACT);
    for (size_t i = 0; i < OWN; i++) {
        print_library(&own[i]);
    }
    fflush(stdout);
    count = weft_libraries(libraries);
    for (size_t i = 0; i < count; i++) {
        print_library(&libraries[i]);
    }
}

static void json_library(struct weft_json *json, const struct weft_library *library) {
    weft_json_string(json, library->name, library->version[0] != '\0' ? library->version : NULL);
}

enum weft_status weft_version_print(bool as_json, struct weft_error *error) {
    struct weft_library own[OWN], libraries[WEFT_LIBRARIES_MAX];
    struct weft_json json = {0};
    size_t count;
    set(&own[0], "libpng", weft_picture_png_version());
    set(&own[1], "cairo", weft_canvas_cairo_version());
    if (!as_json) {
        print_text(own);
        return WEFT_OK;
    }
    weft_json_open(&json, NULL, '{');
    weft_json_string(&json, "event", "version");
    weft_json_string(&json, "version", weft_version());
    weft_json_string(&json, "revision", weft_revision());
    weft_json_string(&json, "compiler", weft_compiler());
    weft_json_integer(&json, "contract", WEFT_CONTRACT);
    weft_json_open(&json, "libraries", '{');
    for (size_t i = 0; i < OWN; i++) {
        json_library(&json, &own[i]);
    }
    count = weft_libraries(libraries);
    for (size_t i = 0; i < count; i++) {
        json_library(&json, &libraries[i]);
    }
    weft_json_close(&json, '}');
    weft_json_close(&json, '}');
    return weft_json_print(&json, stdout, error);
}

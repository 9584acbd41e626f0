/* version.c: weft --version: what a report of a bug has to say of the program. */
#include "cli/version.h"

#include "base/json_write.h"
#include "cli/predict/picture.h"
#include "report/canvas.h"
#include "weft/model.h"
#include "weft/version.h"

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

static void json_library(struct json_writer *json, const struct weft_library *library) {
    json_write_string(json, library->name, library->version[0] != '\0' ? library->version : NULL);
}

enum weft_status cli_version_print(bool as_json, struct weft_error *error) {
    struct weft_library own[OWN], libraries[WEFT_LIBRARIES_MAX];
    struct json_writer json = {0};
    size_t count;
    set(&own[0], "libpng", cli_picture_png_version());
    set(&own[1], "cairo", canvas_cairo_version());
    if (!as_json) {
        print_text(own);
        return WEFT_OK;
    }
    json_write_open(&json, NULL, '{');
    json_write_string(&json, "event", "version");
    json_write_string(&json, "version", weft_version());
    json_write_string(&json, "revision", weft_revision());
    json_write_string(&json, "compiler", weft_compiler());
    json_write_integer(&json, "contract", WEFT_CONTRACT);
    json_write_open(&json, "libraries", '{');
    for (size_t i = 0; i < OWN; i++) {
        json_library(&json, &own[i]);
    }
    count = weft_libraries(libraries);
    for (size_t i = 0; i < count; i++) {
        json_library(&json, &libraries[i]);
    }
    json_write_close(&json, '}');
    json_write_close(&json, '}');
    return json_write_print(&json, stdout, error);
}

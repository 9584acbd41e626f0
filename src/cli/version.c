/* version.c: weft --version: what a bug report needs to state about the program. */
#include "cli/version.h"

#include "cli/json.h"
#include "cli/predict/picture.h"
#include "report/canvas.h"
#include "weft/model.h"
#include "weft/version.h"

static void print_library(struct json_writer *event, const char *name, const char *version) {
    if (event != NULL) {
        cli_json_text(event, name, version);
    } else {
        printf("%s: %s\n", name, version[0] != '\0' ? version : "not built with it");
    }
}

/* weft_libraries comes last: OpenCL's loader loads the drivers, and one of them may end the
 * process. */
enum weft_status cli_version_print(bool as_json, struct weft_error *error) {
    struct weft_library libraries[WEFT_LIBRARIES_MAX];
    struct json_writer json, *event = NULL;
    size_t count;
    if (cli_event_begin(&json, as_json, "version")) {
        event = &json;
        json_write_string(event, "version", weft_version());
        json_write_string(event, "revision", weft_revision());
        json_write_string(event, "compiler", weft_compiler());
        json_write_integer(event, "contract", WEFT_CONTRACT);
        json_write_open(event, "libraries", '{');
    } else {
        printf("weft %s\nrevision: %s\ncompiler: %s\ncontract of equal bits: %d\n", weft_version(),
               weft_revision(), weft_compiler(), WEFT_CONTRACT);
    }
    print_library(event, "libpng", cli_picture_png_version());
    print_library(event, "cairo", canvas_cairo_version());
    fflush(stdout);
    count = weft_libraries(libraries);
    for (size_t i = 0; i < count; i++) {
        print_library(event, libraries[i].name, libraries[i].version);
    }
    if (event == NULL) {
        return WEFT_OK;
    }
    json_write_close(event, '}');
    return cli_event_end(event, error);
}

/* vendors.c: the files of OpenCL's loader that name the libraries of drivers. */
#include "backend/opencl/vendors.h"
#include "os/files.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "/etc/OpenCL/vendors"
#define MOST   8 /* names in a message */

static bool is_icd(const char *name) {
    const size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".icd") == 0;
}

/* Adds the file that OCL_ICD_VENDORS names, which is in FOLDER unless it has a slash. */
static void add_file(struct text *text, const char *name) {
    char path[4096];
    snprintf(path, sizeof path, "%s%s", strchr(name, '/') != NULL ? "" : FOLDER "/", name);
    if (os_exists(path)) {
        text_add(text, "%.300s", path);
    }
}

static void add_folder(struct text *text, const char *folder) {
    struct weft_error ignored = {0};
    char **names = NULL;
    size_t count = 0, shown = 0;
    if (os_folder_list(folder, &names, &count, &ignored) == WEFT_OK) {
        for (size_t i = 0; i < count; i++) {
            if (!is_icd(names[i]) || shown++ > MOST) {
                continue;
            }
            if (shown == 1) {
                text_add(text, "%.300s: ", folder);
            }
            text_add(text, "%s%.80s", shown > 1 ? ", " : "", shown > MOST ? "..." : names[i]);
        }
    }
    free(names);
}

void opencl_vendors_add(struct text *text) {
    const char *vendors = getenv("OCL_ICD_VENDORS"), *other = getenv("OPENCL_VENDOR_PATH");
    const char *folder = vendors != NULL ? vendors : other != NULL ? other : FOLDER;
    if (is_icd(folder)) {
        add_file(text, folder);
    } else {
        add_folder(text, folder);
    }
}

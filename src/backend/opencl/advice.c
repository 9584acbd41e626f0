/* advice.c: what usually helps where OpenCL has no device, or a slow one. */
#include "backend/opencl/advice.h"
#include "backend/opencl/vendors.h"
#include "base/text.h"
#include "os/access.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Variables that hide or move drivers, devices, or what these need. */
static const char *const variables[] = {
    "OCL_ICD_VENDORS",        "OCL_ICD_FILENAMES",     "OPENCL_VENDOR_PATH",
    "OPENCL_LAYERS",          "POCL_DEVICES",          "POCL_CACHE_DIR",
    "RUSTICL_ENABLE",         "CUDA_VISIBLE_DEVICES",  "ROCR_VISIBLE_DEVICES",
    "HIP_VISIBLE_DEVICES",    "GPU_DEVICE_ORDINAL",    "ZE_AFFINITY_MASK",
    "ONEAPI_DEVICE_SELECTOR", "LIBGL_ALWAYS_SOFTWARE", "MESA_LOADER_DRIVER_OVERRIDE"};

/* Separates two pieces of advice. */
static struct text *next(struct text *hint) {
    if (hint->length > 0) {
        text_add(hint, "; ");
    }
    return hint;
}

/* Stores the folder in which PoCL keeps compiled kernels, without which it has no device. */
static void pocl_cache(char path[4096]) {
    const char *own = getenv("POCL_CACHE_DIR"), *cache = getenv("XDG_CACHE_HOME");
    const char *home = getenv("HOME");
    if (own != NULL) {
        snprintf(path, 4096, "%s", own);
    } else if (cache != NULL && cache[0] != '\0') {
        snprintf(path, 4096, "%s/pocl/kcache", cache);
    } else {
        snprintf(path, 4096, home != NULL ? "%s/.cache/pocl/kcache" : "/tmp/pocl/kcache", home);
    }
}

static void add_variables(struct text *hint) {
    bool first = true;
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL) {
            text_add(first ? next(hint) : hint, "%s%s=%.80s",
                     first ? "set in the environment: " : ", ", variables[i], value);
            first = false;
        }
    }
}

/* There is no platform: no driver is installed, or none could be loaded. */
static void add_drivers(struct text *hint) {
    struct text files = {0};
    opencl_vendors_add(&files);
    if (files.length > 0) {
        text_add(hint,
                 "the library of no installed driver could be loaded (%s): it is missing, needs "
                 "another one, or memory is limited (ulimit -v)",
                 files.bytes);
    } else {
        text_add(hint, "a driver makes devices: Debian's pocl-opencl-icd, for example, of any CPU");
    }
    free(files.bytes);
}

void opencl_advise(const char *names, bool failed, struct weft_error *note) {
    char folder[4096], path[64], group[64];
    struct text hint = {0};
    if (names[0] == '\0' && !failed) {
        add_drivers(&hint);
    }
    pocl_cache(folder);
    if (strstr(names, "Portable Computing Language") != NULL && !os_folder_writable(folder)) {
        text_add(next(&hint),
                 "PoCL has no device because it cannot write to its cache folder, %.300s: "
                 "POCL_CACHE_DIR=FOLDER names another",
                 folder);
    }
    if (strstr(names, "rusticl") != NULL && getenv("RUSTICL_ENABLE") == NULL) {
        text_add(next(&hint), "rusticl has devices only with RUSTICL_ENABLE=DRIVER, such as "
                              "radeonsi, iris or llvmpipe");
    }
    if (os_gpu_denied(path, group)) {
        text_add(next(&hint), "this user may not open %s", path);
        if (group[0] != '\0') {
            text_add(&hint, ", whose group is %s: sudo usermod -aG %s USER, then log in again",
                     group, group);
        }
    }
    add_variables(&hint);
    if (hint.length > 0) {
        error_hint(note, "%s", hint.bytes);
    }
    free(hint.bytes);
}

/* Mesa's radeonsi emulates fma before GFX10.3, since fma is slow before GFX9. It names the chip:
 * "AMD Radeon RX 580 Series (radeonsi, polaris10, ...)", before version 23 without "radeonsi, ". */
void opencl_advise_fma(struct device_info *device) {
    static const char *const before_gfx9[] = {"tahiti",  "pitcairn", "verde",  "oland",   "hainan",
                                              "bonaire", "kaveri",   "kabini", "mullins", "hawaii",
                                              "tonga",   "iceland",  "topaz",  "carrizo", "fiji",
                                              "stoney",  "polaris",  "vegam"};
    const char *chip = strstr(device->name, " (");
    bool radeonsi =
        strstr(device->name, "radeonsi") != NULL || strncmp(device->name, "AMD", 3) == 0;
    if (strcmp(device->platform_name, "rusticl") != 0 || !radeonsi) {
        return;
    }
    for (size_t i = 0; i < sizeof before_gfx9 / sizeof before_gfx9[0]; i++) {
        if (chip != NULL && strstr(chip, before_gfx9[i]) != NULL) {
            return;
        }
    }
    snprintf(device->hint, sizeof device->hint,
             "radeonsi_force_use_fma32=true in the environment makes Mesa use this GPU's own fma");
}

/* data_files.c: finds the files of a data set under their common names. */
#include "data/data_files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/try.h"
#include "data/data_formats.h"

/* The parts of the names: "train" "-images" "-idx3-ubyte" ".gz". */
static const char *const SPLITS[WEFT_SPLIT_COUNT] = {"train", "t10k"};
static const char *const KINDS[2] = {"images", "labels"};
static const char *const NAMES[][2] = {
    {"-idx3-ubyte", "-idx1-ubyte"},       {".idx3-ubyte", ".idx1-ubyte"},
    {"-idx3-ubyte.gz", "-idx1-ubyte.gz"}, {".idx3-ubyte.gz", ".idx1-ubyte.gz"},
    {"-idx4-ubyte", "-idx1-ubyte"},       {".idx4-ubyte", ".idx1-ubyte"},
    {"-idx4-ubyte.gz", "-idx1-ubyte.gz"}, {".idx4-ubyte.gz", ".idx1-ubyte.gz"}};

enum { NAMES_COUNT = sizeof NAMES / sizeof NAMES[0] };

/* Where data_find looks if no folder is requested. */
static const char *const FOLDERS[2] = {"data/fashion-mnist", "/usr/share/datasets/fashion-mnist"};

/* Where the files may be below a folder: torchvision's root and what it has, weft's, and what the
 * archives of CIFAR unpack to. */
static const char *const BELOW[] = {"",
                                    "/raw",
                                    "/FashionMNIST/raw",
                                    "/MNIST/raw",
                                    "/fashion-mnist",
                                    "/cifar-10-batches-bin",
                                    "/cifar-100-binary"};

static const char HINT[] =
    "install Debian's package dataset-fashion-mnist, or run tools/fetch-data; or name a folder of "
    "PNG files, train/CLASS/*.png, or of CIFAR's binary files";

const char *split_name(enum weft_split split) {
    return split == WEFT_SPLIT_TRAIN ? "train" : "test";
}

static const char *name_of(enum weft_split split, enum data_kind kind, size_t i, char name[64]) {
    snprintf(name, 64, "%s-%s%s", SPLITS[split], KINDS[kind], NAMES[i][kind]);
    return name;
}

bool data_is_file(const char *folder, const char *name, char path[OS_PATH]) {
    int length = snprintf(path, OS_PATH, "%s/%s", folder, name);
    return length > 0 && length < OS_PATH && !os_is_absent(path) && !os_is_folder(path);
}

static bool find_file(const char *folder, enum weft_split split, enum data_kind kind,
                      char path[OS_PATH]) {
    char name[64], inside[130];
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        if (data_is_file(folder, name_of(split, kind, i, name), path)) {
            return true;
        }
    }
    for (size_t i = 0; i < NAMES_COUNT; i++) {
        if (os_find_file(folder, name_of(split, kind, i, name), path)) {
            return true;
        }
    }
    for (size_t i = 0; i < NAMES_COUNT; i++) { /* what unpacking into a folder of its name leaves */
        name_of(split, kind, i, name);
        snprintf(inside, sizeof inside, "%s/%s", name, name);
        if (data_is_file(folder, inside, path)) {
            return true;
        }
    }
    return false;
}

enum weft_status data_file_find(const char *folder, enum weft_split split, enum data_kind kind,
                                char path[OS_PATH], struct weft_error *error) {
    char name[64];
    if (find_file(folder, split, kind, path)) {
        return WEFT_OK;
    }
    name_of(split, kind, 0, name);
    snprintf(path, OS_PATH, "%s/%s", folder, name);
    error_set(error, WEFT_BAD_FILE, "no data: there is neither %s/%s nor %s/%s.gz%s", folder, name,
              folder, name, os_is_folder(path) ? ": the first is a folder" : "");
    return error_hint(error, "%s", HINT);
}

/* Returns whether ${folder} has files of a known format, or of several. */
static bool has_files(const char *folder) {
    const struct data_format *format;
    struct weft_error ignored = {0};
    return data_format_find(folder, &format, &ignored) != WEFT_OK || format != NULL;
}

/* Stores the folder at or below ${name} that has the files in ${folder}; ${name} if none has. */
static void look_below(const char *name, char folder[OS_PATH]) {
    for (size_t i = 0; i < sizeof BELOW / sizeof BELOW[0]; i++) {
        int length = snprintf(folder, OS_PATH, "%s%s", name, BELOW[i]);
        if (length > 0 && length < OS_PATH && has_files(folder)) {
            return;
        }
    }
    strcpy(folder, name);
}

/* Fails if ${name} is a file whose kind is known. */
static enum weft_status check_not_file(const char *name, struct weft_error *error) {
    struct weft_error ignored = {0};
    char start[FILE_KIND_BYTES];
    size_t size = 0;
    return os_file_start(name, start, &size, &ignored) == WEFT_OK
               ? file_kind_check(name, start, size, FILE_FOLDER, false, error)
               : WEFT_OK;
}

/* Stores in ${folder} what the user requested as ${name}: a folder, or one of the files. ${origin}
 * is the start of a message: "" or "WEFT_DATA: ". */
static enum weft_status take_folder(const char *name, const char *origin, char folder[OS_PATH],
                                    struct weft_error *error) {
    enum weft_status status;
    if (strlen(name) >= OS_PATH || os_is_missing(name)) {
        error_set(error, WEFT_BAD_FILE, "%s%s: no such folder", origin, name);
        return error_hint(error, "%s", HINT);
    }
    if (os_is_folder(name)) {
        look_below(name, folder);
        return WEFT_OK;
    }
    for (size_t i = 0; i < 4 * NAMES_COUNT; i++) {
        char known[64];
        const size_t which = i / NAMES_COUNT;
        name_of((enum weft_split)(which / 2), (enum data_kind)(which % 2), i % NAMES_COUNT, known);
        if (os_equal_names(os_name_of(name), known)) {
            os_folder_of(name, folder);
            return WEFT_OK;
        }
    }
    status = check_not_file(name, error);
    if (status == WEFT_OK) {
        status = os_check_folder(name, error); /* fails, and says why */
    }
    if (status != WEFT_OK && origin[0] != '\0') {
        error_context(error, "WEFT_DATA");
    }
    error_hint(error, "name the folder of train-images-idx3-ubyte and the other three files");
    return status;
}

enum weft_status data_find(const char *requested, char folder[OS_PATH], struct weft_error *error) {
    const char *variable = getenv("WEFT_DATA");
    if (requested != NULL) {
        return take_folder(requested, "", folder, error);
    }
    if (variable != NULL && variable[0] != '\0') {
        return take_folder(variable, "WEFT_DATA: ", folder, error);
    }
    for (int i = 0; i < 2; i++) {
        char path[OS_PATH];
        if (find_file(FOLDERS[i], WEFT_SPLIT_TRAIN, DATA_IMAGES, path)) {
            strcpy(folder, FOLDERS[i]);
            return WEFT_OK;
        }
    }
    error_set(error, WEFT_BAD_FILE, "no data: there is no %s-%s%s, plain or .gz, in %s or %s",
              SPLITS[0], KINDS[0], NAMES[0][0], FOLDERS[0], FOLDERS[1]);
    return error_hint(error, "%s", HINT);
}

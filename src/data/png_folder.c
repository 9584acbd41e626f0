/* png_folder.c: data folders of PNG files: train/CLASS/NAME.png and test/CLASS/NAME.png. */
#include "data/data_formats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/try.h"
#include "data/class_names.h"
#include "data/png_picture.h"

/* Returns whether ${name} ends with ".png", in upper or lower case. */
static bool is_png(const char *name) {
    const size_t length = strlen(name);
    return length > 4 && os_equal_names(name + length - 4, ".png");
}

static enum weft_status join(const char *folder, const char *name, char path[OS_PATH],
                             struct weft_error *error) {
    const int length = snprintf(path, OS_PATH, "%s/%s", folder, name);
    return length > 0 && length < OS_PATH
               ? WEFT_OK
               : error_set(error, WEFT_BAD_FILE, "%s: the path of %s is too long", folder, name);
}

/* Lists the folders in ${folder}, without its files, as os_folder_list does. Fails also if it
 * cannot be found out whether an entry is a folder: a class would be missed. */
static enum weft_status list_folders(const char *folder, char ***names, size_t *count,
                                     struct weft_error *error) {
    char path[OS_PATH];
    size_t kept = 0;
    enum weft_status status;
    TRY(os_folder_list(folder, names, count, error));
    for (size_t i = 0; i < *count; i++) {
        TRY_OR(failed, join(folder, (*names)[i], path, error));
        if (os_is_folder(path)) {
            (*names)[kept++] = (*names)[i];
        } else if (!os_exists(path)) {
            TRY_OR(failed, os_check_folder(path, error));
        }
    }
    (*names)[kept] = NULL;
    *count = kept;
    return WEFT_OK;
failed:
    free(*names);
    *names = NULL;
    *count = 0;
    return status;
}

/* Classes are the folders of the training images. classes.txt may give them other names. */
static enum weft_status name_classes(const char *folder, struct data_classes *classes,
                                     struct weft_error *error) {
    char train[OS_PATH], **names = NULL;
    size_t count;
    enum weft_status status;
    TRY(join(folder, "train", train, error));
    TRY(list_folders(train, &names, &count, error));
    if (count < 2 || count > IMAGES_CLASSES_MAX) {
        status = error_set(error, WEFT_BAD_FILE,
                           "%s: it has %zu folder%s, one a class, expected 2 to %d", train, count,
                           count == 1 ? "" : "s", IMAGES_CLASSES_MAX);
        goto done;
    }
    for (size_t i = 0; i < count; i++) {
        const char *fault = class_name_fault(names[i]);
        if (fault != NULL) {
            status = error_set(error, WEFT_BAD_FILE, "%s/%s: the name of the class %s", train,
                               names[i], fault);
            goto done;
        }
    }
    TRY_OR(done, data_classes_count(classes, count, folder, error));
    if (classes->names == NULL) {
        classes->names = names;
        classes->named = count;
        names = NULL;
    }
done:
    free(names);
    return status;
}

/* A split while it is read. */
struct pictures {
    struct image_list list;
    size_t channels;     /* the least */
    char first[OS_PATH]; /* the file that decided the size */
};

static enum weft_status add_picture(struct pictures *pictures, const char *path, size_t label,
                                    struct png_picture *picture, struct weft_error *error) {
    struct weft_images *images = &pictures->list.images;
    uint8_t *pixels;
    picture->width = images->width;
    picture->height = images->height;
    TRY(png_picture_read(path, picture, error));
    if (picture->pixels == NULL) {
        return error_set(
            error, WEFT_BAD_FILE, "%s: %zu x %zu pixels (width x height), but %s has %zu x %zu",
            path, picture->width, picture->height, pictures->first, images->width, images->height);
    }
    if (pictures->first[0] == '\0') {
        snprintf(pictures->first, sizeof pictures->first, "%s", path);
        images->channels =
            picture->channels > pictures->channels ? picture->channels : pictures->channels;
        images->width = picture->width;
        images->height = picture->height;
    } else if (picture->channels > images->channels) {
        TRY(image_list_colour(&pictures->list, error));
    }
    TRY(image_list_add(&pictures->list, (uint16_t)label, path, &pixels, error));
    image_planes(picture->pixels, picture->channels, images->width * images->height,
                 images->channels, pixels);
    return WEFT_OK;
}

/* Fails if ${path}, in the folder of a class, is a folder of pictures: they would be missed. */
static enum weft_status check_inside(const char *path, struct weft_error *error) {
    struct weft_error ignored = {0};
    char **names = NULL;
    size_t count = 0;
    bool found = false;
    if (os_is_folder(path) && os_folder_list(path, &names, &count, &ignored) == WEFT_OK) {
        for (size_t i = 0; i < count; i++) {
            found = found || is_png(names[i]);
        }
    }
    free(names);
    if (!found) {
        return WEFT_OK;
    }
    error_set(error, WEFT_BAD_FILE, "%s: pictures in a folder within that of a class", path);
    return error_hint(error, "move them into the folder of the class, or out of it");
}

/* Fails because no file of a class, whose folder has ${names}, is called *.png. Says what the first
 * one with a known kind is. */
static enum weft_status fail_no_pictures(const char *folder, char **names,
                                         struct weft_error *error) {
    char path[OS_PATH], start[FILE_KIND_BYTES];
    const char *kind = NULL, *name = NULL, *end;
    bool picture = false;
    for (; *names != NULL && kind == NULL; names++) {
        struct weft_error ignored = {0};
        size_t size;
        if (join(folder, *names, path, &ignored) == WEFT_OK &&
            os_file_start(path, start, &size, &ignored) == WEFT_OK) {
            kind = file_kind_name(start, size, &picture);
            name = *names;
        }
    }
    error_set(error, WEFT_BAD_FILE, "%s: no file in it is called *.png%s%s%s%s", folder,
              kind != NULL ? ": " : "", kind != NULL ? name : "", kind != NULL ? " is " : "",
              kind != NULL ? kind : "");
    end = name != NULL ? strrchr(name, '.') : NULL;
    return picture ? error_hint(error,
                                "convert them, for example with ImageMagick: "
                                "mogrify -format png %s/*%s",
                                folder, end != NULL ? end : "")
                   : WEFT_BAD_FILE;
}

static enum weft_status read_class(struct pictures *pictures, const char *folder, size_t label,
                                   struct weft_error *error) {
    const size_t before = pictures->list.images.count;
    char path[OS_PATH], **names;
    size_t count;
    enum weft_status status = WEFT_OK;
    TRY(os_folder_list(folder, &names, &count, error));
    for (size_t i = 0; i < count; i++) {
        struct png_picture picture = {.pixels = NULL};
        TRY_OR(done, join(folder, names[i], path, error));
        if (!is_png(names[i])) {
            TRY_OR(done, check_inside(path, error));
            continue;
        }
        status = add_picture(pictures, path, label, &picture, error);
        png_picture_finish(&picture);
        TRY_OR(done, status);
    }
    if (pictures->list.images.count == before) {
        status = fail_no_pictures(folder, names, error);
    }
done:
    free(names);
    return status;
}

/* Stores the label of the folder ${name} in ${label}: its index among the folders of the training
 * images. */
static enum weft_status find_label(const char *folder, const char *name, char **classes,
                                   size_t *label, struct weft_error *error) {
    for (*label = 0; classes[*label] != NULL; ++*label) {
        if (strcmp(classes[*label], name) == 0) {
            return WEFT_OK;
        }
    }
    return error_set(error, WEFT_BAD_FILE, "%s/test/%s: there is no %s/train/%s", folder, name,
                     folder, name);
}

static enum weft_status read_pictures(struct pictures *pictures, const char *folder,
                                      const char *split, struct weft_error *error) {
    char path[OS_PATH], train[OS_PATH], **classes = NULL, **names = NULL;
    size_t count, label, all;
    enum weft_status status;
    TRY(join(folder, split, path, error));
    TRY(join(folder, "train", train, error));
    TRY_OR(done, list_folders(train, &classes, &all, error));
    TRY_OR(done, list_folders(path, &names, &count, error));
    for (size_t i = 0; i < count; i++) {
        char class[OS_PATH];
        TRY_OR(done, find_label(folder, names[i], classes, &label, error));
        TRY_OR(done, join(path, names[i], class, error));
        TRY_OR(done, read_class(pictures, class, label, error));
    }
    if (count == 0) {
        status = error_set(error, WEFT_BAD_FILE, "%s: it has no folders, one a class", path);
    }
done:
    free(classes);
    free(names);
    return status;
}

static enum weft_status read_png(const char *folder, enum weft_split split,
                                 struct data_classes *classes, struct weft_images *images,
                                 struct idx_file files[2], struct weft_error *error) {
    const char *name = split_name(split);
    struct pictures *pictures = calloc(1, sizeof *pictures);
    enum weft_status status;
    if (pictures == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory to read %s", folder);
    }
    pictures->channels = classes->channels;
    status = read_pictures(pictures, folder, name, error);
    image_list_take(&pictures->list, images);
    free(pictures);
    for (int i = 0; i < 2; i++) {
        snprintf(files[i].path, sizeof files[i].path, "%s/%s", folder, name);
    }
    return status;
}

/* A folder, a link or a file that cannot be read as the folder of a split is there, too: reading it
 * reports why. But a file called "train" may be anything, and one called "test" beside other data
 * than pictures. */
static bool has_png(const char *folder, enum weft_split split) {
    struct weft_error ignored = {0};
    char path[OS_PATH], **names = NULL;
    size_t count = 0;
    enum weft_status status;
    if (join(folder, split_name(split), path, &ignored) != WEFT_OK || os_is_absent(path)) {
        return false;
    }
    if (!os_is_folder(path)) {
        return split == WEFT_SPLIT_TRAIN ? !os_exists(path) : has_png(folder, WEFT_SPLIT_TRAIN);
    }
    status = list_folders(path, &names, &count, &ignored);
    free(names);
    return count > 0 || status != WEFT_OK;
}

const struct data_format data_png = {.name = "PNG",
                                     .files = "train/CLASS/*.png",
                                     .has = has_png,
                                     .test_fraction = 0.2,
                                     .mixes_colours = true,
                                     .name_classes = name_classes,
                                     .read = read_png};

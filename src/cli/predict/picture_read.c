/* picture_read.c: PNG files through libpng. */
#include <stdlib.h>
#include <string.h>

#include "cli/predict/picture.h"

#ifdef WEFT_PNG
#include <png.h>

#include "os/files.h"

#define FILE_MAX   (1u << 28) /* bytes */
#define PIXELS_MAX 40000000u

static unsigned grey_of(const uint8_t *rgba) {
    return (299u * rgba[0] + 587u * rgba[1] + 114u * rgba[2] + 500) / 1000;
}

/* What stands behind transparent pixels: white or black, whichever is farther from the clothes. */
static unsigned backdrop(const uint8_t *rgba, size_t count) {
    uint64_t sum = 0, opaque = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (uint64_t)grey_of(rgba + 4 * i) * rgba[4 * i + 3];
        opaque += rgba[4 * i + 3];
    }
    return opaque > 0 && sum > 127 * opaque ? 0 : 255;
}

static enum weft_status decode(const char *path, const char *bytes, size_t size,
                               struct cli_picture *picture, struct weft_error *error) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *rgba;
    size_t count;
    unsigned behind;
    if (!png_image_begin_read_from_memory(&image, bytes, size)) {
        return weft_fail(error, WEFT_BAD_FILE, "%s: not a PNG file that can be read: %s", path,
                         image.message);
    }
    count = (size_t)image.width * image.height;
    if (image.width == 0 || image.height == 0 || image.height > PIXELS_MAX / image.width) {
        png_image_free(&image);
        return weft_fail(error, WEFT_BAD_FILE, "%s: more than %u pixels", path, PIXELS_MAX);
    }
    image.format = PNG_FORMAT_RGBA;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* greys mean the same whatever their depth */
    rgba = malloc(4 * count);
    picture->grey = malloc(count);
    if (rgba == NULL || picture->grey == NULL) {
        png_image_free(&image);
        free(rgba);
        return weft_fail(error, WEFT_FAILED, "%s: no memory for %zu pixels", path, count);
    }
    if (!png_image_finish_read(&image, NULL, rgba, 0, NULL)) {
        free(rgba);
        return weft_fail(error, WEFT_BAD_FILE, "%s: damaged: %s", path, image.message);
    }
    picture->width = image.width;
    picture->height = image.height;
    behind = backdrop(rgba, count);
    for (size_t i = 0; i < count; i++) {
        unsigned alpha = rgba[4 * i + 3];
        picture->grey[i] =
            (uint8_t)((grey_of(rgba + 4 * i) * alpha + behind * (255 - alpha) + 127) / 255);
    }
    free(rgba);
    return WEFT_OK;
}

enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error) {
    char *bytes;
    size_t size;
    enum weft_status status = os_file_read(path, FILE_MAX, &bytes, &size, error);
    *picture = (struct cli_picture){0};
    if (status == WEFT_OK) {
        status = decode(path, bytes, size, picture, error);
        free(bytes);
    }
    if (status != WEFT_OK) {
        cli_picture_finish(picture);
    }
    return status;
}

bool cli_picture_can_read(void) {
    return true;
}

const char *cli_picture_png_version(void) {
    return png_get_libpng_ver(NULL);
}

#else

enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error) {
    *picture = (struct cli_picture){0};
    weft_fail(error, WEFT_USAGE, "%s: this weft was built without libpng", path);
    return weft_error_hint(error, "build with libpng (Debian: libpng-dev)");
}

bool cli_picture_can_read(void) {
    return false;
}

const char *cli_picture_png_version(void) {
    return "";
}

#endif

void cli_picture_finish(struct cli_picture *picture) {
    free(picture->grey);
    *picture = (struct cli_picture){0};
}

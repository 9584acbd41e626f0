/* picture_read.c: PNG files through libpng. */
#include "cli/predict/picture.h"

#include <stdlib.h>

#ifdef WEFT_PNG
#include <png.h>

#include "base/try.h"
#include "os/files.h"

#define FILE_MAX   (1u << 28) /* bytes */
#define PIXELS_MAX 40000000u

static unsigned grey_of(const uint8_t *rgba) {
    return (299u * rgba[0] + 587u * rgba[1] + 114u * rgba[2] + 500) / 1000;
}

/* Returns the grey of transparent pixels: white, or black if the clothes are bright. */
static unsigned transparent_grey(const uint8_t *rgba, size_t count) {
    uint64_t sum = 0, opaque = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (uint64_t)grey_of(rgba + 4 * i) * rgba[4 * i + 3];
        opaque += rgba[4 * i + 3];
    }
    return opaque > 0 && sum > 127 * opaque ? 0 : 255;
}

static void make_grey(const uint8_t *rgba, size_t count, uint8_t *grey) {
    unsigned transparent = transparent_grey(rgba, count);
    for (size_t i = 0; i < count; i++) {
        unsigned alpha = rgba[4 * i + 3];
        grey[i] =
            (uint8_t)((grey_of(rgba + 4 * i) * alpha + transparent * (255 - alpha) + 127) / 255);
    }
}

static enum weft_status decode(const char *path, const char *bytes, size_t size,
                               struct cli_picture *picture, struct weft_error *error) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    uint8_t *rgba = NULL;
    size_t count;
    enum weft_status status = WEFT_OK;
    if (!png_image_begin_read_from_memory(&image, bytes, size)) {
        TRY_OR(done, weft_fail(error, WEFT_BAD_FILE, "%s: not a PNG file that can be read: %s",
                               path, image.message));
    }
    count = (size_t)image.width * image.height;
    if (image.width == 0 || image.height == 0 || image.height > PIXELS_MAX / image.width) {
        TRY_OR(done, weft_fail(error, WEFT_BAD_FILE, "%s: more than %u pixels", path, PIXELS_MAX));
    }
    image.format = PNG_FORMAT_RGBA;
    image.flags |= PNG_IMAGE_FLAG_16BIT_sRGB; /* the same greys at every depth */
    rgba = malloc(4 * count);
    picture->grey = malloc(count);
    if (rgba == NULL || picture->grey == NULL) {
        TRY_OR(done, weft_fail(error, WEFT_FAILED, "%s: no memory for %zu pixels", path, count));
    }
    if (!png_image_finish_read(&image, NULL, rgba, 0, NULL)) {
        TRY_OR(done, weft_fail(error, WEFT_BAD_FILE, "%s: damaged: %s", path, image.message));
    }
    picture->width = image.width;
    picture->height = image.height;
    make_grey(rgba, count, picture->grey);
done:
    png_image_free(&image);
    free(rgba);
    return status;
}

enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error) {
    char *bytes;
    size_t size;
    enum weft_status status;
    *picture = (struct cli_picture){0};
    TRY(os_file_read(path, FILE_MAX, &bytes, &size, error));
    status = decode(path, bytes, size, picture, error);
    free(bytes);
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

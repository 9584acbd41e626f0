/* png_picture.c: PNG files through libpng. */
#include "data/png_picture.h"

#include <stdlib.h>

#include "data/images.h"

#ifdef WEFT_PNG
#include "base/try.h"
#include "os/png_stream.h"

enum { SIDE_MAX = 65536 };

/* A file while it is read. */
struct reader {
    struct os_png file;
    struct png_picture *picture;
    png_bytep *rows; /* of the picture */
};

/* Returns whether all colours of the palette are greys. */
static bool grey_palette(const struct reader *reader) {
    png_colorp palette = NULL;
    int count = 0;
    png_get_PLTE(reader->file.png, reader->file.info, &palette, &count);
    for (int i = 0; i < count; i++) {
        if (palette[i].red != palette[i].green || palette[i].red != palette[i].blue) {
            return false;
        }
    }
    return true;
}

/* Makes bytes of one or three channels. Of a palette of greys, three equal ones are read. */
static void set_transformations(struct reader *reader) {
    png_set_expand_gray_1_2_4_to_8(reader->file.png);
    png_set_palette_to_rgb(reader->file.png);
    png_set_scale_16(reader->file.png);
    png_set_strip_alpha(reader->file.png);
    png_set_interlace_handling(reader->file.png);
    png_read_update_info(reader->file.png, reader->file.info);
}

static void read_header(void *context) {
    struct reader *reader = context;
    png_set_keep_unknown_chunks(reader->file.png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(reader->file.png, reader->file.info);
}

static void read_pixels(void *context) {
    struct reader *reader = context;
    struct png_picture *picture = reader->picture;
    const bool palette =
        png_get_color_type(reader->file.png, reader->file.info) == PNG_COLOR_TYPE_PALETTE;
    const bool greys = palette && grey_palette(reader);
    const size_t area = picture->width * picture->height;
    size_t row;
    set_transformations(reader);
    row = png_get_rowbytes(reader->file.png, reader->file.info);
    picture->channels = png_get_channels(reader->file.png, reader->file.info);
    picture->pixels = malloc(row * picture->height);
    reader->rows = malloc(picture->height * sizeof *reader->rows);
    if (picture->pixels == NULL || reader->rows == NULL) {
        reader->file.no_memory = true;
        png_error(reader->file.png, "no memory");
    }
    for (size_t y = 0; y < picture->height; y++) {
        reader->rows[y] = picture->pixels + y * row;
    }
    png_read_image(reader->file.png, reader->rows);
    png_read_end(reader->file.png, NULL);
    for (size_t i = 0; greys && i < area; i++) {
        picture->pixels[i] = picture->pixels[3 * i];
    }
    picture->channels = greys ? 1 : picture->channels;
}

static enum weft_status decode(struct reader *reader, struct weft_error *error) {
    static const char wrong[] = "not a readable PNG file";
    struct png_picture *picture = reader->picture;
    const size_t width = picture->width, height = picture->height;
    TRY(os_png_attempt(&reader->file, read_header, reader, wrong, error));
    picture->width = png_get_image_width(reader->file.png, reader->file.info);
    picture->height = png_get_image_height(reader->file.png, reader->file.info);
    if (width != 0 && (picture->width != width || picture->height != height)) {
        return WEFT_OK;
    }
    if (picture->width > SIDE_MAX || picture->height > SIDE_MAX ||
        picture->width > IMAGES_BYTES_MAX / 8 / picture->height) {
        return error_set(error, WEFT_BAD_FILE, "%s: %zu x %zu pixels are too many",
                         reader->file.path, picture->width, picture->height);
    }
    return os_png_attempt(&reader->file, read_pixels, reader, wrong, error);
}

enum weft_status png_picture_read(const char *path, struct png_picture *picture,
                                  struct weft_error *error) {
    struct reader reader = {.picture = picture};
    enum weft_status status;
    TRY(os_png_open(&reader.file, path, error));
    status = decode(&reader, error);
    os_png_close(&reader.file);
    free(reader.rows);
    if (status != WEFT_OK) {
        png_picture_finish(picture);
    }
    return status;
}
#else
enum weft_status png_picture_read(const char *path, struct png_picture *picture,
                                  struct weft_error *error) {
    (void)picture;
    return error_set(error, WEFT_BAD_FILE, "%s: this weft was built without libpng, which reads it",
                     path);
}
#endif

void png_picture_finish(struct png_picture *picture) {
    free(picture->pixels);
    picture->pixels = NULL;
}

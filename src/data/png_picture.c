/* png_picture.c: PNG files through libpng. */
#include "data/png_picture.h"

#include <stdlib.h>

#include "data/images.h"

#ifdef WEFT_PNG
#include <png.h>
#include <setjmp.h>
#include <stdio.h>
#include <string.h>

#include "base/file_kind.h"
#include "base/try.h"
#include "os/files.h"

enum { SIGNATURE = 8, SIDE_MAX = 65536 };

/* A file while it is read. */
struct reader {
    const char *path;
    FILE *stream;
    uint8_t start[FILE_KIND_BYTES]; /* the first bytes, of which libpng has got ${start_used} */
    size_t start_size, start_used;
    png_structp png;
    png_infop info;
    struct png_picture *picture;
    png_bytep *rows; /* of the picture */
    bool no_memory;
    char message[160];         /* why libpng stopped */
    struct weft_error failure; /* why it was stopped */
};

/* ---- what libpng calls ---- */

static void on_error(png_structp png, png_const_charp message) {
    struct reader *reader = png_get_error_ptr(png);
    snprintf(reader->message, sizeof reader->message, "%s", message);
    png_longjmp(png, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png, (void)message;
}

static png_voidp on_allocate(png_structp png, png_alloc_size_t size) {
    struct reader *reader = png_get_mem_ptr(png);
    void *memory = malloc(size);
    reader->no_memory = reader->no_memory || memory == NULL;
    return memory;
}

static void on_free(png_structp png, png_voidp memory) {
    (void)png;
    free(memory);
}

static void on_read(png_structp png, png_bytep bytes, size_t count) {
    struct reader *reader = png_get_io_ptr(png);
    size_t left = reader->start_size - reader->start_used;
    size_t first = count < left ? count : left, got;
    memcpy(bytes, reader->start + reader->start_used, first);
    reader->start_used += first;
    if (os_file_get(reader->stream, reader->path, bytes + first, count - first, &got,
                    &reader->failure) != WEFT_OK ||
        got < count - first) {
        png_error(png, "the file is truncated");
    }
}

/* ---- reading: libpng may leave it by longjmp ---- */

/* Returns whether all colours of the palette are greys. */
static bool grey_palette(const struct reader *reader) {
    png_colorp palette = NULL;
    int count = 0;
    png_get_PLTE(reader->png, reader->info, &palette, &count);
    for (int i = 0; i < count; i++) {
        if (palette[i].red != palette[i].green || palette[i].red != palette[i].blue) {
            return false;
        }
    }
    return true;
}

/* Makes bytes of one or three channels. Of a palette of greys, three equal ones are read. */
static void set_transformations(struct reader *reader) {
    png_set_expand_gray_1_2_4_to_8(reader->png);
    png_set_palette_to_rgb(reader->png);
    png_set_scale_16(reader->png);
    png_set_strip_alpha(reader->png);
    png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->info);
}

static void read_header(struct reader *reader) {
    png_set_keep_unknown_chunks(reader->png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_user_limits(reader->png, SIDE_MAX, SIDE_MAX);
    png_read_info(reader->png, reader->info);
}

static void read_pixels(struct reader *reader) {
    struct png_picture *picture = reader->picture;
    const bool palette = png_get_color_type(reader->png, reader->info) == PNG_COLOR_TYPE_PALETTE;
    const bool greys = palette && grey_palette(reader);
    const size_t area = picture->width * picture->height;
    size_t row;
    set_transformations(reader);
    row = png_get_rowbytes(reader->png, reader->info);
    picture->channels = png_get_channels(reader->png, reader->info);
    picture->pixels = malloc(row * picture->height);
    reader->rows = malloc(picture->height * sizeof *reader->rows);
    if (picture->pixels == NULL || reader->rows == NULL) {
        reader->no_memory = true;
        png_error(reader->png, "no memory");
    }
    for (size_t y = 0; y < picture->height; y++) {
        reader->rows[y] = picture->pixels + y * row;
    }
    png_read_image(reader->png, reader->rows);
    png_read_end(reader->png, NULL);
    for (size_t i = 0; greys && i < area; i++) {
        picture->pixels[i] = picture->pixels[3 * i];
    }
    picture->channels = greys ? 1 : picture->channels;
}

static enum weft_status fail(const struct reader *reader, struct weft_error *error) {
    if (reader->failure.status != WEFT_OK) {
        *error = reader->failure;
        return error->status;
    }
    return reader->no_memory
               ? error_set(error, WEFT_NO_MEMORY, "no memory to read %s", reader->path)
               : error_set(error, WEFT_BAD_FILE, "%s: not a readable PNG file: %s", reader->path,
                           reader->message);
}

static enum weft_status read_stream(struct reader *reader, struct weft_error *error) {
    struct png_picture *picture = reader->picture;
    const size_t width = picture->width, height = picture->height;
    reader->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning,
                                           reader, on_allocate, on_free);
    reader->info = reader->png != NULL ? png_create_info_struct(reader->png) : NULL;
    if (reader->info == NULL) {
        reader->no_memory = true;
        return fail(reader, error);
    }
    png_set_read_fn(reader->png, reader, on_read);
    if (setjmp(png_jmpbuf(reader->png))) {
        return fail(reader, error);
    }
    read_header(reader);
    picture->width = png_get_image_width(reader->png, reader->info);
    picture->height = png_get_image_height(reader->png, reader->info);
    if (width != 0 && (picture->width != width || picture->height != height)) {
        return WEFT_OK;
    }
    if (picture->width > IMAGES_BYTES_MAX / 8 / picture->height) {
        return error_set(error, WEFT_BAD_FILE, "%s: %zu x %zu pixels are too many", reader->path,
                         picture->width, picture->height);
    }
    read_pixels(reader);
    return WEFT_OK;
}

enum weft_status png_picture_read(const char *path, struct png_picture *picture,
                                  struct weft_error *error) {
    struct reader reader = {.path = path, .picture = picture};
    enum weft_status status;
    TRY(os_file_open(path, &reader.stream, error));
    TRY_OR(done, os_file_get(reader.stream, path, reader.start, sizeof reader.start,
                             &reader.start_size, error));
    TRY_OR(done, file_kind_check(path, reader.start, reader.start_size, FILE_PNG, false, error));
    if (reader.start_size < SIGNATURE || png_sig_cmp(reader.start, 0, SIGNATURE) != 0) {
        status = error_set(error, WEFT_BAD_FILE, "%s: not a PNG file", path);
        goto done;
    }
    status = read_stream(&reader, error);
done:
    png_destroy_read_struct(&reader.png, &reader.info, NULL);
    free(reader.rows);
    fclose(reader.stream);
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

/* picture_read.c: PNG files through libpng, row by row: a picture of any size takes little memory.
 */
#include "cli/predict/picture.h"

#include <stdlib.h>

#ifdef WEFT_PNG
#include <string.h>

#include "base/try.h"
#include "os/png_stream.h"
#include "os/process.h"

enum { RGBA = 4, OPAQUE = 255 };

#define PIXELS_MAX 1000000000u /* of a file */
#define CELLS_MAX  4000000u    /* of what is kept of it */

/* A file while it is read. A cell is the sum over a square of factor x factor pixels, which is cut
 * off at the right and at the bottom of the picture. */
struct reader {
    struct os_png file;
    size_t width, height; /* of the file */
    size_t factor, columns, rows;
    size_t channels;    /* of the picture: 1, or 3 for colours */
    bool plain;         /* as the files of data folders */
    uint32_t *weighted; /* channels x rows x columns: sums of grey or colour x alpha */
    uint32_t *alpha;    /* rows x columns: sums of alpha */
    uint8_t *row;       /* width x RGBA */
    int orientation;    /* of the first eXIf chunk, or 1 */
    bool has_exif, damaged_exif;
};

/* Returns 1: libpng forgets the chunk. */
static int on_chunk(png_structp png, png_unknown_chunkp chunk) {
    struct reader *reader = png_get_user_chunk_ptr(png);
    if (chunk->name[0] >= 'A' && chunk->name[0] <= 'Z') {
        png_chunk_error(png, "the image cannot be read without this unknown chunk");
    }
    if (memcmp(chunk->name, "eXIf", 4) == 0 && !reader->has_exif && !reader->plain) {
        int orientation = cli_picture_orientation(chunk->data, chunk->size);
        reader->has_exif = true;
        reader->damaged_exif = reader->file.exif_warning || orientation == 0;
        reader->orientation = reader->damaged_exif ? 1 : orientation;
    }
    return 1;
}

/* ---- the steps of reading: libpng may leave each of them by longjmp ---- */

/* Reads all before the pixels. Of the chunks that are not necessary, it reads eXIf and those about
 * brightness, because unpacked texts can be very large. */
static void read_header(void *context) {
    struct reader *reader = context;
    static const png_byte brightness[] = "gAMA\0sRGB\0iCCP\0cHRM";
    png_structp png = reader->file.png;
    png_set_read_user_chunk_fn(png, reader, on_chunk);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_AS_DEFAULT, brightness, 4);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_ALWAYS, (png_const_bytep) "eXIf", 1);
    png_read_info(png, reader->file.info);
    reader->width = png_get_image_width(png, reader->file.info);
    reader->height = png_get_image_height(png, reader->file.info);
}

/* Every kind of pixel becomes RGBA with 8 bits. A photograph gets the greys of sRGB, which is also
 * the meaning of files without a chunk about brightness, at every depth. */
static void set_transformations(struct reader *reader) {
    png_set_expand(reader->file.png);
    png_set_scale_16(reader->file.png);
    png_set_gray_to_rgb(reader->file.png);
    png_set_add_alpha(reader->file.png, OPAQUE, PNG_FILLER_AFTER);
    if (reader->plain) { /* as png_picture.c does */
        png_set_strip_alpha(reader->file.png);
    } else {
        png_set_alpha_mode(reader->file.png, PNG_ALPHA_PNG, PNG_DEFAULT_sRGB);
    }
    png_read_update_info(reader->file.png, reader->file.info);
}

static void add_pixel(const struct reader *reader, const uint8_t *rgba, size_t x, size_t y) {
    size_t cell = y / reader->factor * reader->columns + x / reader->factor;
    if (reader->channels == 1) {
        uint32_t grey = (299u * rgba[0] + 587u * rgba[1] + 114u * rgba[2] + 500) / 1000;
        reader->weighted[cell] += grey * rgba[3];
    } else {
        for (size_t c = 0; c < reader->channels; c++) {
            reader->weighted[c * reader->rows * reader->columns + cell] += rgba[c] * rgba[3];
        }
    }
    reader->alpha[cell] += rgba[3];
}

/* Reads the seven images of an interlaced file like seven files, so that it needs no more memory
 * than others. */
static void read_pixels(void *context) {
    struct reader *reader = context;
    bool interlaced =
        png_get_interlace_type(reader->file.png, reader->file.info) == PNG_INTERLACE_ADAM7;
    set_transformations(reader);
    for (int pass = 0; pass < (interlaced ? PNG_INTERLACE_ADAM7_PASSES : 1); pass++) {
        size_t left = interlaced ? PNG_PASS_START_COL(pass) : 0;
        size_t top = interlaced ? PNG_PASS_START_ROW(pass) : 0;
        size_t dx = interlaced ? PNG_PASS_COL_OFFSET(pass) : 1;
        size_t dy = interlaced ? PNG_PASS_ROW_OFFSET(pass) : 1;
        for (size_t y = top; y < reader->height && left < reader->width; y += dy) {
            const uint8_t *pixel = reader->row;
            if (os_interrupted()) {
                error_set(&reader->file.failure, WEFT_INTERRUPTED, "%s: interrupted",
                          reader->file.path);
                png_error(reader->file.png, "interrupted");
            }
            png_read_row(reader->file.png, reader->row, NULL);
            for (size_t x = left; x < reader->width; x += dx, pixel += RGBA) {
                add_pixel(reader, pixel, x, y);
            }
        }
    }
    png_read_end(reader->file.png, reader->file.info); /* an eXIf chunk may follow the pixels */
}

/* ---- from cells to a picture ---- */

/* Chooses the smallest factor that bounds the number of cells, and allocates them. */
static enum weft_status reserve(struct reader *reader, struct weft_error *error) {
    size_t cells, most = reader->channels == 1 ? CELLS_MAX : CELLS_MAX / 2;
    if (reader->height > PIXELS_MAX / reader->width) {
        return error_set(error, WEFT_BAD_FILE, "%s: %zu x %zu pixels: more than %u million",
                         reader->file.path, reader->width, reader->height, PIXELS_MAX / 1000000);
    }
    do {
        reader->factor++;
        reader->columns = (reader->width + reader->factor - 1) / reader->factor;
        reader->rows = (reader->height + reader->factor - 1) / reader->factor;
        cells = reader->columns * reader->rows;
    } while (cells > most);
    reader->weighted = calloc(reader->channels * cells, sizeof *reader->weighted);
    reader->alpha = calloc(cells, sizeof *reader->alpha);
    reader->row = malloc(reader->width * RGBA);
    if (reader->weighted == NULL || reader->alpha == NULL || reader->row == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "%s: no memory for the picture", reader->file.path);
    }
    return WEFT_OK;
}

/* Returns the grey of transparent pixels: white, or black if the clothes are bright. */
static uint32_t transparent_grey(const struct reader *reader) {
    uint64_t sum = 0, opaque = 0;
    for (size_t i = 0; i < reader->columns * reader->rows; i++) {
        sum += reader->weighted[i];
        opaque += reader->alpha[i];
    }
    return opaque > 0 && sum > 127 * opaque ? 0 : 255;
}

static size_t pixels_of_cell(const struct reader *reader, size_t column, size_t row) {
    size_t right = reader->width - column * reader->factor;
    size_t below = reader->height - row * reader->factor;
    return (right < reader->factor ? right : reader->factor) *
           (below < reader->factor ? below : reader->factor);
}

static enum weft_status make_picture(const struct reader *reader, struct cli_picture *picture,
                                     struct weft_error *error) {
    const size_t cells = reader->columns * reader->rows;
    uint32_t transparent = transparent_grey(reader);
    picture->channels = reader->channels;
    picture->width = reader->columns;
    picture->height = reader->rows;
    picture->pixels = malloc(reader->channels * cells);
    if (picture->pixels == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "%s: no memory for the picture", reader->file.path);
    }
    for (size_t i = 0; i < reader->channels * cells; i++) {
        const size_t cell = i % cells, column = cell % reader->columns;
        uint32_t full = OPAQUE * (uint32_t)pixels_of_cell(reader, column, cell / reader->columns);
        uint32_t sum = reader->weighted[i] + transparent * (full - reader->alpha[cell]);
        picture->pixels[i] = (uint8_t)((sum + full / 2) / full);
    }
    picture->damaged_exif = !reader->plain && (reader->damaged_exif || reader->file.exif_warning);
    return cli_picture_turn(picture, reader->orientation, error);
}

static enum weft_status decode(struct reader *reader, struct cli_picture *picture,
                               struct weft_error *error) {
    static const char wrong[] = "damaged PNG file";
    TRY(os_png_attempt(&reader->file, read_header, reader, wrong, error));
    TRY(reserve(reader, error));
    TRY(os_png_attempt(&reader->file, read_pixels, reader, wrong, error));
    return make_picture(reader, picture, error);
}

static enum weft_status read_file(const char *path, bool plain, size_t channels,
                                  struct cli_picture *picture, struct weft_error *error) {
    struct reader reader = {.orientation = 1, .plain = plain, .channels = channels};
    enum weft_status status;
    *picture = (struct cli_picture){0};
    TRY(os_png_open(&reader.file, path, error));
    status = decode(&reader, picture, error);
    os_png_close(&reader.file);
    free(reader.weighted);
    free(reader.alpha);
    free(reader.row);
    if (status != WEFT_OK) {
        cli_picture_finish(picture);
    }
    return status;
}

enum weft_status cli_picture_read(const char *path, struct cli_picture *picture,
                                  struct weft_error *error) {
    return read_file(path, false, 1, picture, error);
}

enum weft_status cli_picture_read_plain(const char *path, size_t channels,
                                        struct cli_picture *picture, struct weft_error *error) {
    return read_file(path, true, channels, picture, error);
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
    error_set(error, WEFT_USAGE, "%s: this weft was built without libpng", path);
    return error_hint(error, "build with libpng (Debian: libpng-dev)");
}

enum weft_status cli_picture_read_plain(const char *path, size_t channels,
                                        struct cli_picture *picture, struct weft_error *error) {
    (void)channels;
    return cli_picture_read(path, picture, error);
}

bool cli_picture_can_read(void) {
    return false;
}

const char *cli_picture_png_version(void) {
    return "";
}

#endif

void cli_picture_finish(struct cli_picture *picture) {
    free(picture->pixels);
    *picture = (struct cli_picture){0};
}

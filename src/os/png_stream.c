/* png_stream.c: what libpng calls, and how it is left. */
#include "os/png_stream.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "os/files.h"

enum { SIGNATURE = 8, WIDTH_MAX = 1000000 };

static void on_error(png_structp png, png_const_charp message) {
    struct os_png *file = png_get_error_ptr(png);
    snprintf(file->message, sizeof file->message, "%s", message);
    png_longjmp(png, 1);
}

/* Of a chunk with a wrong checksum, libpng warns and passes it on. */
static void on_warning(png_structp png, png_const_charp message) {
    struct os_png *file = png_get_error_ptr(png);
    file->exif_warning = file->exif_warning || strncmp(message, "eXIf", 4) == 0;
}

static png_voidp on_allocate(png_structp png, png_alloc_size_t size) {
    struct os_png *file = png_get_mem_ptr(png);
    void *memory = malloc(size);
    file->no_memory = file->no_memory || memory == NULL;
    return memory;
}

static void on_free(png_structp png, png_voidp memory) {
    (void)png;
    free(memory);
}

static void on_read(png_structp png, png_bytep bytes, size_t count) {
    struct os_png *file = png_get_io_ptr(png);
    size_t left = file->start_size - file->start_used;
    size_t first = count < left ? count : left, got;
    memcpy(bytes, file->start + file->start_used, first);
    file->start_used += first;
    if (os_file_get(file->stream, file->path, bytes + first, count - first, &got, &file->failure) !=
            WEFT_OK ||
        got < count - first) {
        png_error(png, "the file is truncated");
    }
}

static enum weft_status no_memory(const struct os_png *file, struct weft_error *error) {
    return error_set(error, WEFT_NO_MEMORY, "%s: no memory for the picture", file->path);
}

/* Memory grows with the width, and not with the height. The width is at the start of the file. */
static enum weft_status check_width(const struct os_png *file, struct weft_error *error) {
    const uint8_t *header = file->start + SIGNATURE + 8;
    uint32_t width, height;
    if (file->start_size < SIGNATURE + 16) {
        return WEFT_OK;
    }
    width = png_get_uint_32(header);
    height = png_get_uint_32(header + 4);
    return width <= WIDTH_MAX || width > PNG_UINT_31_MAX
               ? WEFT_OK
               : error_set(error, WEFT_BAD_FILE,
                           "%s: %lu x %lu pixels: more than %u million in a row", file->path,
                           (unsigned long)width, (unsigned long)height, WIDTH_MAX / 1000000u);
}

static enum weft_status start(struct os_png *file, struct weft_error *error) {
    TRY(os_file_get(file->stream, file->path, file->start, sizeof file->start, &file->start_size,
                    error));
    TRY(file_kind_check(file->path, file->start, file->start_size, FILE_PNG, false, error));
    if (file->start_size < SIGNATURE || png_sig_cmp(file->start, 0, SIGNATURE) != 0) {
        return error_set(error, WEFT_BAD_FILE, "%s: not a PNG file", file->path);
    }
    TRY(check_width(file, error));
    file->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, file, on_error, on_warning, file,
                                         on_allocate, on_free);
    file->info = file->png != NULL ? png_create_info_struct(file->png) : NULL;
    if (file->info == NULL) {
        return no_memory(file, error);
    }
    png_set_read_fn(file->png, file, on_read);
    /* Of a side of more than a million, libpng says that the file is damaged. */
    png_set_user_limits(file->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
    return WEFT_OK;
}

enum weft_status os_png_open(struct os_png *file, const char *path, struct weft_error *error) {
    enum weft_status status;
    *file = (struct os_png){.path = path};
    TRY(os_file_open(path, &file->stream, error));
    status = start(file, error);
    if (status != WEFT_OK) {
        os_png_close(file);
    }
    return status;
}

void os_png_close(struct os_png *file) {
    png_destroy_read_struct(&file->png, &file->info, NULL);
    if (file->stream != NULL) {
        fclose(file->stream);
        file->stream = NULL;
    }
}

enum weft_status os_png_attempt(struct os_png *file, void (*step)(void *context), void *context,
                                const char *wrong, struct weft_error *error) {
    if (setjmp(png_jmpbuf(file->png)) == 0) {
        step(context);
        return WEFT_OK;
    }
    if (file->failure.status != WEFT_OK) {
        *error = file->failure;
        return error->status;
    }
    if (file->no_memory) {
        return no_memory(file, error);
    }
    return error_set(error, WEFT_BAD_FILE, "%s: %s: %s", file->path, wrong, file->message);
}

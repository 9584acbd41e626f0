/* png_stream.h: a PNG file that libpng reads. Only with libpng (WEFT_PNG). */
#ifndef WEFT_OS_PNG_STREAM_H
#define WEFT_OS_PNG_STREAM_H

#ifdef WEFT_PNG

#include <png.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "base/file_kind.h"

/* Not to be moved while it is open. */
struct os_png {
    png_structp png;
    png_infop info;
    bool no_memory;    /* libpng had none; a step may set it before it calls png_error */
    bool exif_warning; /* the checksum of an eXIf chunk is wrong */
    /* Why reading stopped, if not for the file or for memory; a step may set it. */
    struct weft_error failure;
    const char *path;
    FILE *stream;
    uint8_t start[FILE_KIND_BYTES]; /* the first bytes, of which libpng has got ${start_used} */
    size_t start_size, start_used;
    char message[160]; /* why libpng stopped */
};

/* Opens the PNG file ${path}, and reads nothing but what shows its kind. Fails with WEFT_BAD_FILE,
 * also for files of other kinds, and with WEFT_NO_MEMORY. os_png_close frees it, and does nothing
 * after a failure. */
enum weft_status os_png_open(struct os_png *file, const char *path, struct weft_error *error);
void os_png_close(struct os_png *file);

/* Calls ${step}, which libpng may leave by longjmp. Then fails with the failure of ${file}, with
 * WEFT_NO_MEMORY, or with WEFT_BAD_FILE: the file is ${wrong}, such as "not a readable PNG
 * file". */
enum weft_status os_png_attempt(struct os_png *file, void (*step)(void *context), void *context,
                                const char *wrong, struct weft_error *error);

#endif

#endif

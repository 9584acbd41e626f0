/* picture_orientation.c: how a camera was held: the tag "orientation" of an Exif block. */
#include "cli/predict/picture.h"

#include <stdlib.h>
#include <string.h>

enum { TAG_ORIENTATION = 0x112, TYPE_SHORT = 3, TYPE_LONG = 4, HEADER = 8, ENTRY = 12 };

/* A TIFF file in memory, big or little endian. */
struct tiff {
    const uint8_t *bytes;
    size_t size;
    bool big_endian;
};

/* Returns the number of ${count} bytes at ${at}. The caller has checked that they exist. */
static uint32_t number_at(const struct tiff *tiff, size_t at, size_t count) {
    uint32_t number = 0;
    for (size_t i = 0; i < count; i++) {
        number = number << 8 | tiff->bytes[tiff->big_endian ? at + i : at + count - 1 - i];
    }
    return number;
}

/* Finds the first folder of tags. Returns false if ${tiff} is no TIFF file, or ends before it. */
static bool find_folder(struct tiff *tiff, size_t *at, size_t *entries) {
    if (tiff->size >= 6 && memcmp(tiff->bytes, "Exif\0\0", 6) == 0) { /* as in JPEG files */
        tiff->bytes += 6;
        tiff->size -= 6;
    }
    if (tiff->size < HEADER + 2 ||
        (memcmp(tiff->bytes, "II*\0", 4) != 0 && memcmp(tiff->bytes, "MM\0*", 4) != 0)) {
        return false;
    }
    tiff->big_endian = tiff->bytes[0] == 'M';
    *at = number_at(tiff, 4, 4);
    if (*at < HEADER || *at > tiff->size - 2) {
        return false;
    }
    *entries = number_at(tiff, *at, 2);
    *at += 2;
    return *entries <= (tiff->size - *at) / ENTRY;
}

int cli_picture_orientation(const uint8_t *exif, size_t size) {
    struct tiff tiff = {exif, size, false};
    size_t at, entries;
    if (!find_folder(&tiff, &at, &entries)) {
        return 0;
    }
    for (; entries > 0; entries--, at += ENTRY) {
        uint32_t type, value;
        if (number_at(&tiff, at, 2) != TAG_ORIENTATION) {
            continue;
        }
        type = number_at(&tiff, at + 2, 2);
        value = number_at(&tiff, at + 8, type == TYPE_LONG ? 4 : 2);
        return (type == TYPE_SHORT || type == TYPE_LONG) && number_at(&tiff, at + 4, 4) == 1 &&
                       value >= 1 && value <= 8
                   ? (int)value
                   : 0;
    }
    return 1;
}

enum weft_status cli_picture_turn(struct cli_picture *picture, int orientation,
                                  struct weft_error *error) {
    bool swapped = orientation >= 5;
    bool mirrored = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool upside_down = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    size_t width = swapped ? picture->height : picture->width;
    size_t height = swapped ? picture->width : picture->height;
    uint8_t *grey;
    if (!swapped && !mirrored && !upside_down) {
        return WEFT_OK;
    }
    grey = malloc(width * height);
    if (grey == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "no memory for a picture");
    }
    for (size_t i = 0; i < width * height; i++) {
        size_t x = swapped ? i / width : i % width, y = swapped ? i % width : i / width;
        x = mirrored ? picture->width - 1 - x : x;
        y = upside_down ? picture->height - 1 - y : y;
        grey[i] = picture->pixels[y * picture->width + x];
    }
    free(picture->pixels);
    *picture = (struct cli_picture){1, width, height, grey, picture->damaged_exif};
    return WEFT_OK;
}

/* png.c: PNG files, as weft predict reads them. The first byte: 128: correct the checksums of
 * chunks, so that changes in them get past libpng; 4: an image of 28 x 28; the lowest two bits:
 * --invert. */
#include "fuzz.h"

#include <zlib.h>

#include "cli/predict/picture.h"

static uint32_t read_big(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void correct_checksums(uint8_t *bytes, size_t size) {
    for (size_t at = 8, length; at + 12 <= size; at += 12 + length) {
        uint32_t sum;
        length = read_big(bytes + at);
        if (length > size - at - 12) {
            return;
        }
        sum = (uint32_t)crc32(0, bytes + at + 4, (uInt)length + 4);
        for (int i = 0; i < 4; i++) {
            bytes[at + 8 + length + (size_t)i] = (uint8_t)(sum >> 8 * (3 - i));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    uint8_t how = take_byte(&rest), image[3 * 28 * 28];
    size_t side = how & 4 ? 28 : 1 + (how >> 3 & 15);
    const size_t channels = how & 64 ? 3 : 1;
    char *file = copy_text(rest);
    const char *path;
    struct cli_picture picture = {0};
    struct weft_error error = {0};
    enum weft_status status;
    if (how & 128) {
        correct_checksums((uint8_t *)file, rest.size);
    }
    path = write_file("x.png", (struct input){(uint8_t *)file, rest.size});
    status = how & 3 ? cli_picture_read(path, &picture, &error)
                     : cli_picture_read_plain(path, channels, &picture, &error);
    if (status != WEFT_OK) {
        require_failure(status, &error);
        REQUIRE(picture.pixels == NULL);
    } else if ((how & 3) == 0) {
        REQUIRE(picture.channels == channels);
        cli_picture_scale(&picture, true, side, side, image);
    } else if (picture.width * picture.height < 300000) {
        cli_picture_image(&picture, (enum cli_invert)((how & 3) % 3), side, side, image, &error);
    }
    cli_picture_finish(&picture);
    free(file);
    return 0;
}

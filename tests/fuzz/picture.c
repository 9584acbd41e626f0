/* picture.c: makes images of pictures: any grey values and sizes. */
#include "fuzz.h"

#include "cli/predict/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    struct input rest = {bytes, size};
    uint8_t how = take_byte(&rest);
    size_t width = 1u + take_byte(&rest) + (how >> 2 & 3) * 256u;
    size_t height = 1u + take_byte(&rest) + (how >> 4 & 3) * 256u;
    size_t columns = 1 + take_byte(&rest) % 64, rows = 1 + take_byte(&rest) % 64;
    struct cli_picture picture = {.width = width, .height = height};
    struct weft_error error = {0};
    uint8_t *image;
    if (rest.size == 0 || width * height > 60000) {
        return 0;
    }
    picture.pixels = allocate(width * height);
    for (size_t i = 0; i < width * height; i++) {
        picture.pixels[i] = (uint8_t)(rest.bytes[i % rest.size] ^ (how & 64 ? i / rest.size : 0));
    }
    image = allocate(columns * rows);
    REQUIRE(cli_picture_image(&picture, (enum cli_invert)((how & 3) % 3), columns, rows, image,
                              &error) == WEFT_OK);
    free(image);
    free(picture.pixels);
    return 0;
}

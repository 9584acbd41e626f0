/* exif.c: the orientation in Exif data. A picture that is turned by it, and turned back, is the
 * same as before. */
#include "fuzz.h"

#include "cli/predict/picture.h"

static void turn_twice(int orientation) {
    static const uint8_t grey[6] = {0, 1, 2, 3, 4, 5};
    struct cli_picture picture = {.width = 3, .height = 2, .pixels = allocate(sizeof grey)};
    struct weft_error error = {0};
    int back = orientation == 6 ? 8 : orientation == 8 ? 6 : orientation;
    memcpy(picture.pixels, grey, sizeof grey);
    REQUIRE(cli_picture_turn(&picture, orientation, &error) == WEFT_OK);
    REQUIRE(picture.width == (orientation >= 5 ? 2 : 3) && picture.width * picture.height == 6);
    REQUIRE((memcmp(picture.pixels, grey, sizeof grey) != 0) == (orientation != 1));
    REQUIRE(cli_picture_turn(&picture, back, &error) == WEFT_OK);
    REQUIRE(picture.width == 3 && memcmp(picture.pixels, grey, sizeof grey) == 0);
    cli_picture_finish(&picture);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    uint8_t *exif = allocate(size);
    int orientation;
    if (size > 0) {
        memcpy(exif, bytes, size);
    }
    orientation = cli_picture_orientation(exif, size);
    REQUIRE(orientation >= 0 && orientation <= 8);
    if (orientation > 0) {
        turn_twice(orientation);
    }
    free(exif);
    return 0;
}

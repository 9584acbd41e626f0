/* test_picture.c: pictures become images: the position and the brightness of the clothes. */
#include "temporary.h"

#include "cli/predict/picture.h"
#include "report/png.h"
#include "report/scale.h"

enum { SIDE = 28, WIDTH = 400, HEIGHT = 600 };

static uint8_t pixels[WIDTH * HEIGHT], image[SIDE * SIDE];

/* ${inside} in columns left .. right - 1, rows top .. bottom - 1; ${outside} elsewhere, with noise
 * of +-${noise}. */
static struct cli_picture rectangle(size_t left, size_t right, size_t top, size_t bottom,
                                    int inside, int outside, int noise) {
    uint32_t state = 1;
    for (size_t i = 0; i < WIDTH * HEIGHT; i++) {
        size_t x = i % WIDTH, y = i / WIDTH;
        int value = x >= left && x < right && y >= top && y < bottom ? inside : outside;
        state = state * 1664525u + 1013904223u;
        value += (int)(state >> 16) % (2 * noise + 1) - noise;
        pixels[i] = (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
    }
    return (struct cli_picture){1, WIDTH, HEIGHT, pixels};
}

static void convert(const struct cli_picture *picture, enum cli_invert invert) {
    struct weft_error error = {0};
    memset(image, 99, sizeof image);
    ck_assert_int_eq(cli_picture_image(picture, invert, SIDE, SIDE, image, &error), WEFT_OK);
}

/* A rectangle of 100 x 200 fills the height and half of the width, in the middle of black. The same
 * for dark on bright, bright on dark, and with noise. */
START_TEST(cut_and_centred) {
    static const struct {
        int inside, outside, noise;
    } cases[] = {{20, 250, 0}, {240, 10, 0}, {20, 235, 8}, {200, 60, 5}, {30, 140, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cli_picture picture =
            rectangle(37, 137, 290, 490, cases[i].inside, cases[i].outside, cases[i].noise);
        convert(&picture, CLI_INVERT_AUTO);
        for (size_t y = 0; y < SIDE; y++) {
            for (size_t x = 0; x < SIDE; x++) {
                bool inside = x >= 8 && x < 20, outside = x < 7 || x > 20;
                ck_assert_msg(!outside || image[y * SIDE + x] == 0, "case %zu: %zu, %zu", i, x, y);
                ck_assert_msg(!inside || image[y * SIDE + x] > 80, "case %zu: %zu, %zu", i, x, y);
            }
        }
    }
}
END_TEST

/* A background that becomes darker to one side and to the corners is still background: the
 * rectangle is found, dark or bright, also at the edge of the picture. */
START_TEST(uneven_light) {
    static const struct {
        int inside, bright, falls,
            dims; /* the last two: decrease from left to right, and to the corners */
        size_t left, top;
    } cases[] = {{30, 250, 90, 0, 40, 300},  {30, 240, 0, 80, 150, 180},
                 {30, 250, 60, 60, 200, 40}, {230, 90, 60, 20, 40, 300},
                 {30, 250, 70, 0, 0, 300},   {30, 250, 70, 0, 150, 400}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct cli_picture picture = {1, WIDTH, HEIGHT, pixels};
        for (size_t k = 0; k < WIDTH * HEIGHT; k++) {
            size_t x = k % WIDTH, y = k / WIDTH;
            double u = (double)x / (double)WIDTH, v = (double)y / (double)HEIGHT;
            double far = 2 * ((u - 0.5) * (u - 0.5) + (v - 0.5) * (v - 0.5));
            bool inside = x >= cases[i].left && x < cases[i].left + 100 && y >= cases[i].top &&
                          y < cases[i].top + 200;
            pixels[k] =
                (uint8_t)(inside ? cases[i].inside
                                 : cases[i].bright - cases[i].falls * u - cases[i].dims * far);
        }
        convert(&picture, CLI_INVERT_AUTO);
        for (size_t k = 0; k < SIDE * SIDE; k++) {
            size_t x = k % SIDE;
            bool inside = x >= 9 && x < 19, outside = x < 6 || x > 21;
            ck_assert_msg(!outside || image[k] == 0, "case %zu: pixel %zu", i, k);
            ck_assert_msg(!inside || image[k] > 150, "case %zu: pixel %zu: %d", i, k, image[k]);
        }
    }
}
END_TEST

/* Before a grey background, darker and brighter parts belong to the same object: both are kept. */
START_TEST(both_sides_of_grey) {
    struct cli_picture picture = rectangle(100, 200, 200, 400, 250, 120, 2);
    for (size_t y = 350; y < 400; y++) {
        memset(pixels + y * WIDTH + 100, 20, 100);
    }
    convert(&picture, CLI_INVERT_AUTO);
    ck_assert_int_gt(image[5 * SIDE + 14], 200);
    ck_assert_int_gt(image[25 * SIDE + 14], 120);
    ck_assert_int_eq(image[14 * SIDE + 3], 0);
}
END_TEST

/* The background goes to 0 and keeps its distance to white: 255 - 100 of 255 - 50, by hand 255 x
 * 105 / 205. */
START_TEST(brightness) {
    struct cli_picture picture = rectangle(100, 300, 100, 300, 100, 205, 0);
    convert(&picture, CLI_INVERT_AUTO);
    ck_assert_int_eq(image[14 * SIDE + 14], (int)(255.0 * 105 / 205 + 0.5));
}
END_TEST

/* A picture of 28 x 28 with black corners is an image: its pixels stay, unless inversion is
 * requested. */
START_TEST(used_as_it_is) {
    struct cli_picture picture = {1, SIDE, SIDE, pixels};
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        size_t x = i % SIDE, y = i / SIDE;
        bool inside = x > 3 && x < 24;
        pixels[i] = (uint8_t)(inside ? 5 + 8 * x + y : 0);
    }
    convert(&picture, CLI_INVERT_AUTO);
    ck_assert_int_eq(memcmp(image, pixels, sizeof image), 0);
    convert(&picture, CLI_INVERT_NO);
    ck_assert_int_eq(memcmp(image, pixels, sizeof image), 0);
    convert(&picture, CLI_INVERT_YES);
    for (size_t i = 0; i < SIDE * SIDE; i++) {
        ck_assert_int_eq(image[i], 255 - pixels[i]);
        pixels[i] = image[i];
    }
    convert(&picture, CLI_INVERT_AUTO); /* bright corners: inverted again */
    ck_assert_int_eq(image[0], 0);
    ck_assert_int_eq(image[14 * SIDE + 14], 5 + 8 * 14 + 14);
}
END_TEST

/* Pictures without content, of one pixel and of one row also give an image. */
START_TEST(unusual_pictures) {
    static const size_t sizes[][2] = {{1, 1}, {1, 300}, {300, 1}, {29, 28}, {400, 600}, {2, 2}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (int grey = 0; grey < 256; grey += 51) {
            struct cli_picture picture = {1, sizes[i][0], sizes[i][1], pixels};
            memset(pixels, grey, sizes[i][0] * sizes[i][1]);
            convert(&picture, CLI_INVERT_AUTO);
            ck_assert_int_eq(image[0], 0);
            ck_assert_int_eq(image[14 * SIDE + 14], 0);
        }
    }
}
END_TEST

/* Means over areas: for 3 to 2 pixels, one and a half pixels each; the sum stays. */
START_TEST(scaling) {
    static const float from[3] = {0, 30, 60};
    static const uint8_t bytes[4] = {0, 100, 200, 100};
    float to[2];
    uint8_t one[1], same[4];
    scale_floats(from, 3, 1, to, 2, 1);
    ck_assert(to[0] == 10 && to[1] == 50);
    scale_bytes(bytes, 2, 2, one, 1, 1);
    ck_assert_int_eq(one[0], 100);
    scale_bytes(bytes, 2, 2, same, 2, 2);
    ck_assert_int_eq(memcmp(bytes, same, 4), 0);
}
END_TEST

/* A PNG file of this program is read; a truncated or changed one is read or refused. */
START_TEST(files) {
    const char *path = temporary_path("picture.png");
    struct cli_picture picture;
    struct weft_error error = {0};
    uint8_t *bytes, changed[4096];
    size_t size;
    for (size_t i = 0; i < 48 * 36; i++) {
        pixels[i] = (uint8_t)(i * 7 + i / 48);
    }
    ck_assert_int_eq(report_png_encode(pixels, 48, 36, &bytes, &size, &error), WEFT_OK);
    ck_assert_uint_lt(size, sizeof changed);
    temporary_write(path, bytes, size);
    if (!cli_picture_can_read()) {
        ck_assert_int_eq(cli_picture_read(path, &picture, &error), WEFT_USAGE);
        skip_test("PNG files", "built without libpng");
        free(bytes);
        return;
    }
    ck_assert_int_eq(cli_picture_read(path, &picture, &error), WEFT_OK);
    ck_assert(picture.width == 48 && picture.height == 36);
    ck_assert_int_eq(memcmp(picture.pixels, pixels, 48 * 36), 0);
    cli_picture_finish(&picture);
    for (size_t i = 0; i < size; i += i < 64 ? 1 : 13) {
        for (int change = 0; change < 3; change++) {
            size_t length = change == 0 ? i : size;
            enum weft_status status;
            memcpy(changed, bytes, size);
            changed[i] ^= change == 1 ? 0xff : change == 2 ? 0x01 : 0;
            temporary_write(path, changed, length);
            error = (struct weft_error){0};
            status = cli_picture_read(path, &picture, &error);
            ck_assert(status == WEFT_OK || status == WEFT_BAD_FILE);
            ck_assert(status == WEFT_OK || strstr(error.message, "picture.png") != NULL);
            cli_picture_finish(&picture);
        }
    }
    free(bytes);
}
END_TEST

/* An Exif block with one tag of ${type}, and the orientation in the first bytes of its value. */
static size_t make_exif(uint8_t *to, bool big_endian, uint16_t type, uint16_t orientation) {
    const uint16_t words[] = {42, 0, 8, 1, 0x112, type, 0, 1, orientation, 0, 0, 0};
    memcpy(to, big_endian ? "MM" : "II", 2);
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        /* Numbers of 32 bits are two words, the lower one first in little endian. */
        bool low = !big_endian && (i == 1 || i == 6);
        bool high = !big_endian && (i == 2 || i == 7);
        uint16_t word = low ? words[i + 1] : high ? words[i - 1] : words[i];
        to[2 + 2 * i] = (uint8_t)(big_endian ? word >> 8 : word & 255);
        to[3 + 2 * i] = (uint8_t)(big_endian ? word & 255 : word >> 8);
    }
    return 26;
}

START_TEST(orientations) {
    uint8_t exif[64] = "Exif\0";
    for (int big_endian = 0; big_endian < 2; big_endian++) {
        for (uint16_t value = 0; value < 12; value++) {
            int expected = value >= 1 && value <= 8 ? value : 0;
            size_t size = make_exif(exif + 6, big_endian == 1, 3, value);
            ck_assert_int_eq(cli_picture_orientation(exif + 6, size), expected);
            ck_assert_int_eq(cli_picture_orientation(exif, size + 6), expected);
        }
        ck_assert_int_eq(
            cli_picture_orientation(exif + 6, make_exif(exif + 6, big_endian == 1, 2, 3)), 0);
    }
    for (size_t size = 0; size < 22; size++) { /* as if the rest did not exist */
        uint8_t *cut = malloc(size + 1);
        make_exif(exif, true, 3, 3);
        memcpy(cut, exif, size);
        ck_assert_int_eq(cli_picture_orientation(cut, size), 0);
        free(cut);
    }
    make_exif(exif, true, 3, 3);
    exif[11] = 0x13; /* another tag */
    ck_assert_int_eq(cli_picture_orientation(exif, 26), 1);
}
END_TEST

/* 1 2 3 over 4 5 6, as a viewer shows it for each orientation. */
START_TEST(turned) {
    static const char *const shown[] = {"123456", "321654", "654321", "456123",
                                        "142536", "415263", "635241", "362514"};
    for (int orientation = 1; orientation <= 8; orientation++) {
        struct cli_picture picture = {.width = 3, .height = 2, .pixels = malloc(6)};
        struct weft_error error = {0};
        memcpy(picture.pixels, "123456", 6);
        ck_assert_int_eq(cli_picture_turn(&picture, orientation, &error), WEFT_OK);
        ck_assert_uint_eq(picture.width, orientation < 5 ? 3 : 2);
        ck_assert_uint_eq(picture.height, orientation < 5 ? 2 : 3);
        ck_assert_msg(memcmp(picture.pixels, shown[orientation - 1], 6) == 0, "%d", orientation);
        cli_picture_finish(&picture);
    }
}
END_TEST

/* What counts as nothing, at its limits: a standard deviation of 8; neighbours that differ. */
START_TEST(content) {
    static const int strips[] = {1, 2, 4};
    struct cli_picture small = {.width = 7, .height = 20, .pixels = pixels};
    for (int contrast = 14; contrast <= 18; contrast++) { /* half of it is the deviation */
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            image[i] = (uint8_t)(i < SIDE * SIDE / 2 ? 100 : 100 + contrast);
        }
        ck_assert_int_eq(cli_picture_content(NULL, image, SIDE, SIDE),
                         contrast < 16 ? CLI_CONTENT_UNIFORM : CLI_CONTENT_SOME);
    }
    ck_assert_int_eq(cli_picture_content(&small, image, SIDE, SIDE), CLI_CONTENT_SMALL);
    for (size_t k = 0; k < sizeof strips / sizeof strips[0]; k++) {
        for (size_t i = 0; i < SIDE * SIDE; i++) {
            size_t square = i / SIDE / strips[k] + i % SIDE / strips[k];
            image[i] = square % 2 == 0 ? 200 : 0;
        }
        ck_assert_int_eq(cli_picture_content(NULL, image, SIDE, SIDE),
                         strips[k] > 2 ? CLI_CONTENT_SOME : CLI_CONTENT_NOISE);
    }
    for (int kind = CLI_CONTENT_SOME; kind <= CLI_CONTENT_SMALL; kind++) {
        ck_assert((cli_picture_content_text((enum cli_content)kind) == NULL) == (kind == 0));
    }
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_unchecked_fixture(tests, temporary_make, temporary_remove);
    tcase_add_test(tests, cut_and_centred);
    tcase_add_test(tests, uneven_light);
    tcase_add_test(tests, both_sides_of_grey);
    tcase_add_test(tests, brightness);
    tcase_add_test(tests, used_as_it_is);
    tcase_add_test(tests, unusual_pictures);
    tcase_add_test(tests, scaling);
    tcase_add_test(tests, files);
    tcase_add_test(tests, orientations);
    tcase_add_test(tests, turned);
    tcase_add_test(tests, content);
}

CHECK_MAIN("picture", add_tests)

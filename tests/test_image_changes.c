/* test_image_changes.c: images that are mirrored, moved and partly erased when
 * they are gathered, in a training and in an evaluation, on every device. */
#include "backend/inspect.h"
#include "backend/ops.h"
#include "check_weft.h"
#include "layer_case.h"
#include "layer_places.h"
#include "numerics.h"
#include "train/train_model.h"

#include <string.h>

/* The last step has 17 images: a shard, and a lane of the next. */
enum { IMAGES = 40, BATCH = 23, STEPS = 2, REST = IMAGES - BATCH, VALUES = 3 * 7 * 5 };

/* Sizes of images, and the networks that take them: odd sides, three channels,
 * a flat input. */
static const struct size {
    size_t channels, height, width;
    const char *input;
} sizes[] = {{1, 5, 7, "[1, 5, 7]"}, {3, 7, 5, "[3, 7, 5]"}, {3, 5, 4, "[60]"}};

/* By hand on an image of 1 x 2 x 3 with the bytes 1 to 6; byte b has the value
 * b + 10. */
static const struct hand {
    struct image_change change;
    float values[6];
} hands[] = {
    {{.flip = 0}, {11, 12, 13, 14, 15, 16}},
    {{.flip = 1}, {13, 12, 11, 16, 15, 14}},
    {{.down = 1}, {10, 10, 10, 11, 12, 13}},
    {{.right = -1}, {12, 13, 10, 15, 16, 10}},
    {{.flip = 1, .right = 1}, {10, 13, 12, 10, 16, 15}},
    {{.erase = 1, .erase_row = 1, .erase_column = 1}, {11, 12, 13, 14, 0, 16}},
    {{.erase = 2, .erase_row = 1, .erase_column = 2}, {11, 12, 13, 14, 15, 0}},
    {{.flip = 1, .down = -1, .erase = 1}, {0, 15, 14, 10, 10, 10}},
    {{.down = 2}, {10, 10, 10, 10, 10, 10}},
};
enum { HANDS = sizeof hands / sizeof hands[0] };

/* The images, their order in the training, and how they are changed. */
static uint8_t pixels[IMAGES * VALUES];
static uint16_t labels[IMAGES];
static uint32_t order[IMAGES];
static struct image_change changes[IMAGES];
static const struct normalisation normalisation = {3, {0.25f, 0.5f, 0.1f}, {0.125f, 1, 0.25f}};
static float table[3 * 256];

static void make_changes(const struct size *size) {
    for (size_t i = 0; i < IMAGES; i++) {
        const int height = (int)size->height, width = (int)size->width, n = (int)i;
        changes[i] = (struct image_change){
            .flip = (int16_t)(n % 2),
            .down = (int16_t)(n / 2 % (2 * height + 1) - height),
            .right = (int16_t)(n * 3 % (2 * width + 1) - width),
            .erase = (int16_t)(n % 4 == 3 ? 0 : n % 4 + 1),
            .erase_row = (int16_t)(n * 5 % height),
            .erase_column = (int16_t)(n * 2 % width),
        };
        if (n % 5 == 0) { /* images that are not moved away */
            changes[i].down = changes[i].right = 0;
        }
        order[i] = (uint32_t)(n * 7 % IMAGES);
    }
}

static void set_up(void) {
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 89 % 251 + i / 977);
    }
    for (size_t i = 0; i < IMAGES; i++) {
        labels[i] = i % 2;
    }
}

/* Stores image ${image} after ${change} in ${values}: mirrored, then moved,
 * then erased, one after the other. ${channels}: that have values of their own.
 */
static void change_plainly(const struct size *size, const uint8_t *image, size_t channels,
                           const struct image_change *change, float *values) {
    const int height = (int)size->height, width = (int)size->width;
    for (size_t c = 0; c < size->channels; c++, image += height * width) {
        uint8_t mirrored[64], moved[64] = {0};
        for (int i = 0; i < height * width; i++) {
            const int row = i / width, column = i % width;
            mirrored[i] = image[change->flip ? (row + 1) * width - 1 - column : i];
        }
        for (int i = 0; i < height * width; i++) {
            const int row = i / width + change->down, column = i % width + change->right;
            if (row >= 0 && row < height && column >= 0 && column < width) {
                moved[row * width + column] = mirrored[i];
            }
        }
        for (int i = 0; i < height * width; i++) {
            const int row = i / width - change->erase_row,
                      column = i % width - change->erase_column;
            *values++ = row >= 0 && row < change->erase && column >= 0 && column < change->erase
                            ? 0.0f
                            : table[c % channels * 256 + moved[i]];
        }
    }
}

static struct backend *open_place(const struct weft_network *network,
                                  const struct layer_place *place) {
    const struct backend_options options = {.device = place->device,
                                            .threads = place->threads,
                                            .mapping = place->mapping,
                                            .cl_options = place->cl_options,
                                            .no_fuse = !place->fused,
                                            .step_kernel = WEFT_STEP_KERNEL_ALWAYS,
                                            .no_cache = true,
                                            .batch = BATCH};
    struct backend_options other = options;
    struct backend *backend = NULL;
    struct weft_error error = {0};
    if (backend_open(network, &options, &backend, NULL, &error) != WEFT_OK) {
        other.step_kernel = WEFT_STEP_KERNEL_AUTO; /* a device without this kernel */
        error = (struct weft_error){0};
        ck_assert_msg(backend_open(network, &other, &backend, NULL, &error) == WEFT_OK, "%s: %s",
                      place->name, error.message);
    }
    return backend;
}

/* Compares the input of ${count} images at place ${place} with ${expected}. */
static void check_input(struct backend *backend, const char *place, const char *what, size_t count,
                        size_t size, const float *expected) {
    float input[BATCH * VALUES];
    ck_assert_int_eq(backend_tensor(backend, "input", input, count * size, NULL), WEFT_OK);
    for (size_t i = 0; i < count * size; i++) {
        ck_assert_msg(memcmp(&input[i], &expected[i], sizeof *input) == 0,
                      "%s: %s: image %zu, value %zu: %g, expected %g", place, what, i / size,
                      i % size, (double)input[i], (double)expected[i]);
    }
}

/* Trains with the changes, or without, and compares the images of the last
 * step. */
static void check_training(struct backend *backend, const char *place, const struct size *size,
                           bool changed) {
    static const struct image_change none;
    const size_t values = size->channels * size->height * size->width;
    const size_t channels = network_pixel_channels(backend_network(backend));
    const struct update updates[STEPS] = {adam_update(0.01f, 1), adam_update(0.01f, 2)};
    const struct training_steps steps = {.steps = STEPS,
                                         .batch = BATCH,
                                         .images = IMAGES,
                                         .order = order,
                                         .updates = updates,
                                         .changes = changed ? changes : NULL};
    float expected[REST * VALUES];
    struct weft_step_result results[STEPS];
    struct weft_error error = {0};
    uint64_t by_launches, before, by_kernel;
    for (size_t i = 0; i < REST; i++) {
        change_plainly(size, pixels + order[BATCH + i] * values, channels,
                       changed ? &changes[BATCH + i] : &none, expected + i * values);
    }
    backend_steps_made(backend, &by_launches, &before);
    ck_assert_msg(backend_train(backend, &steps, results, &error) == WEFT_OK, "%s: %s", place,
                  error.message);
    backend_steps_made(backend, &by_launches, &by_kernel);
    ck_assert_uint_eq(by_kernel - before, backend->has_step_kernel ? STEPS : 0);
    check_input(backend, place, changed ? "training" : "training without changes", REST, values,
                expected);
}

/* Evaluates images from the middle of the set on, with the changes or without.
 */
static void check_evaluation(struct backend *backend, const char *place, const struct size *size,
                             bool changed) {
    static const struct image_change none;
    enum { FIRST = 11 };
    const size_t values = size->channels * size->height * size->width;
    const size_t channels = network_pixel_channels(backend_network(backend));
    const struct evaluation_pass pass = {
        .first = FIRST, .count = BATCH, .changes = changed ? changes : NULL};
    float expected[BATCH * VALUES];
    struct weft_error error = {0};
    for (size_t i = 0; i < BATCH; i++) {
        change_plainly(size, pixels + (FIRST + i) * values, channels, changed ? &changes[i] : &none,
                       expected + i * values);
    }
    ck_assert_msg(backend_evaluate(backend, &pass, &error) == WEFT_OK, "%s: %s", place,
                  error.message);
    check_input(backend, place, changed ? "evaluation" : "evaluation without changes", BATCH,
                values, expected);
}

/* Reads the table of ${backend} by images of one byte each: a test of pixels is
 * test_pixels.c. */
static void make_table(struct backend *backend) {
    const bool own = network_pixel_channels(backend_network(backend)) == 3;
    const struct normalisation published = {.channels = 0};
    for (size_t c = 0; c < 3; c++) {
        for (size_t v = 0; v < 256; v++) {
            const float mean = own ? normalisation.mean[c] : 0.2859f;
            const float deviation = own ? normalisation.deviation[c] : 0.3530f;
            const float value = (weft_div((float)v, 255) - mean);
            table[c * 256 + v] = weft_clean(weft_div(value, deviation));
        }
    }
    ck_assert_int_eq(backend_set_normalisation(backend, own ? &normalisation : &published, NULL),
                     WEFT_OK);
}

static void check_place(const struct layer_place *place, const struct size *size) {
    const struct weft_images images = {
        IMAGES, size->channels, size->height, size->width, pixels, labels, 2};
    char json[256];
    struct weft_network *network;
    struct backend *backend;
    snprintf(json, sizeof json,
             "{\"input\": %s, \"layers\": [%s{\"kind\": \"linear\", \"name\": \"l\","
             " \"out_features\": 2}]}",
             size->input, strchr(size->input, ',') != NULL ? "{\"kind\": \"flatten\"}, " : "");
    network = layer_network(json);
    backend = open_place(network, place);
    make_table(backend);
    ck_assert_int_eq(backend_set_images(backend, 0, &images, NULL), WEFT_OK);
    make_changes(size);
    check_training(backend, place->name, size, true);
    check_evaluation(backend, place->name, size, true);
    check_training(backend, place->name, size, false);
    check_evaluation(backend, place->name, size, false);
    backend_close(backend);
    weft_network_destroy(network);
}

START_TEST(bits) {
    struct layer_place places[LAYER_PLACES_MAX];
    const struct size *size = &sizes[_i];
    size_t count = layer_places_list(LAYER_TINY, "image_changes", places);
    for (size_t i = 0; i < count; i++) {
        check_place(&places[i], size);
    }
    count = layer_places_list_fused(LAYER_TINY, "image_changes", places);
    for (size_t i = 0; i < count; i++) {
        check_place(&places[i], size);
    }
}
END_TEST

START_TEST(by_hand) {
    const struct layer_place place = {.name = "cpu", .device = "cpu", .threads = 1};
    struct weft_network *network =
        layer_network("{\"input\": [1, 2, 3], \"layers\": [{\"kind\": \"flatten\"},"
                      " {\"kind\": \"linear\", \"name\": \"l\", \"out_features\": 2}]}");
    struct backend *backend = layer_open(network, &place, HANDS, "by hand");
    uint8_t bytes[HANDS * 6];
    const struct weft_images images = {HANDS, 1, 2, 3, bytes, labels, 2};
    struct image_change wanted[HANDS];
    const struct evaluation_pass pass = {.count = HANDS, .changes = wanted};
    float values[256], expected[HANDS * 6];
    for (size_t v = 0; v < 256; v++) {
        values[v] = (float)v + 10;
    }
    for (size_t i = 0; i < HANDS; i++) {
        wanted[i] = hands[i].change;
        memcpy(expected + i * 6, hands[i].values, sizeof hands[i].values);
        memcpy(bytes + i * 6, (const uint8_t[]){1, 2, 3, 4, 5, 6}, 6);
    }
    ck_assert_int_eq(backend_set_pixels(backend, values, NULL), WEFT_OK);
    ck_assert_int_eq(backend_set_images(backend, 0, &images, NULL), WEFT_OK);
    ck_assert_int_eq(backend_evaluate(backend, &pass, NULL), WEFT_OK);
    check_input(backend, "cpu", "by hand", HANDS, 6, expected);
    backend_close(backend);
    weft_network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_checked_fixture(tests, set_up, NULL);
    tcase_add_test(tests, by_hand);
    tcase_add_loop_test(tests, bits, 0, sizeof sizes / sizeof sizes[0]);
}

CHECK_MAIN("image_changes", add_tests)

/* test_blocks.c: a network of equal blocks, whose layers share kernels, has equal bits at every
 * place. */
#include "check_weft.h"
#include "layer_case.h"
#include "training_case.h"

enum { BLOCKS = 5, SIDE = 8 };

START_TEST(training) {
    struct weft_network *network = layer_network_of_blocks(BLOCKS, SIDE);
    struct layer_place places[LAYER_PLACES_MAX];
    struct layer_values values;
    struct weft_images images;
    float pixels[256];
    size_t count = layer_places_list_fused(LAYER_LARGE, "blocks", places);
    layer_values_draw(network, 1, LAYER_PLAIN, 5, &values);
    pixels_normalised(pixels);
    training_images(40, SIDE * SIDE, 10, 7, &images);
    images.height = images.width = SIDE;
    training_check(network,
                   &(struct training_case){.name = "blocks",
                                           .parameters = values.parameters,
                                           .buffers = values.buffers,
                                           .data = &images,
                                           .pixels = pixels,
                                           .batch = 17,
                                           .epochs = 2},
                   1, places, count);
    images_finish(&images);
    layer_values_finish(&values);
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, training);
}
CHECK_MAIN("blocks", add_tests)

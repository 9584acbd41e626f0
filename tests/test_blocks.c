/* test_blocks.c: a network of equal blocks, whose layers share kernels, has equal bits at every
 * place. */
#include "check_weft.h"
#include "layer_case.h"
#include "training_case.h"

enum { BLOCKS = 5, SIDE = 8 };

START_TEST(training) {
    struct weft_network *network = layer_network_of_blocks(BLOCKS, SIDE);
    training_check_network(network, "blocks");
    network_destroy(network);
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, training);
}
CHECK_MAIN("blocks", add_tests)

/* test_flatten.c: flatten moves no value: channels outermost, then rows, columns. */
#include "check_weft.h"
#include "layer_case.h"

START_TEST(by_hand) {
    static const float inputs[] = {1, 2, 3, 4, 5, 6, 7, 8, -1, -2, -3, -4, -5, -6, -7, -8};
    static const float doutputs[] = {8, 7, 6, 5, 4, 3, 2, 1, 0, 1, 0, 1, 0, 1, 0, 1};
    layer_check_by_hand(
        "{\"input\": [2, 2, 2], \"layers\": [{\"kind\": \"flatten\", \"name\": \"f\"}]}",
        &(struct layer_hand){
            .name = "flatten by hand",
            .images = 2,
            .statistics = WEFT_STATISTICS_RUNNING,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"f.output", 16, inputs}, {"input.grad", 16, doutputs}},
        },
        1);
}
END_TEST

/* The weights of the linear layer after it are 100 x the channel + 10 x the row + the column of
 * each value: 0, 1, 10, 11, 100 ... */
START_TEST(order_seen_by_linear) {
    static const float parameters[] = {0, 1, 10, 11, 100, 101, 110, 111, 0};
    static const float inputs[] = {0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0};
    static const float doutputs[] = {1, 2};
    static const float outputs[] = {110, 1};
    static const float dinputs[] = {0, 1, 10, 11, 100, 101, 110, 111,
                                    0, 2, 20, 22, 200, 202, 220, 222};
    static const float dweights[] = {0, 2, 0, 0, 0, 0, 1, 0};
    layer_check_by_hand(
        "{\"input\": [2, 2, 2], \"layers\": [{\"kind\": \"flatten\"}, {\"kind\": "
        "\"flatten\"}, {\"kind\": \"linear\", \"name\": \"l\", \"out_features\": 1}]}",
        &(struct layer_hand){
            .name = "flatten before linear by hand",
            .images = 2,
            .statistics = WEFT_STATISTICS_RUNNING,
            .parameters = parameters,
            .inputs = inputs,
            .doutputs = doutputs,
            .expected = {{"flatten1.output", 16, inputs},
                         {"flatten2.output", 16, inputs},
                         {"l.output", 2, outputs},
                         {"flatten1.output.grad", 16, dinputs},
                         {"input.grad", 16, dinputs},
                         {"l.weight.grad", 8, dweights}},
        },
        1);
}
END_TEST

START_TEST(bits) {
    layer_check_bits("flatten", LAYER_SMALL,
                     "{\"input\": [5, 7, 11], \"layers\": [{\"kind\": \"relu\"}, {\"kind\": "
                     "\"flatten\"}, {\"kind\": \"batch_norm\"}, {\"kind\": \"flatten\"}]}");
}
END_TEST

static void add_tests(TCase *tests) {
    tcase_add_test(tests, by_hand);
    tcase_add_test(tests, order_seen_by_linear);
    tcase_add_test(tests, bits);
}
CHECK_MAIN("flatten", add_tests)

/* published.c: the network of the published notebook, with the notebook's names. */
#include "weft/network.h"

enum weft_status weft_network_create_published(struct weft_network **network,
                                               struct weft_error *error) {
    static const char list[] =
        "{\"input\": [1, 28, 28], \"layers\": ["
        "{\"kind\": \"conv2d\", \"name\": \"conv1\", \"out_channels\": 6, \"kernel_size\": 5},"
        "{\"kind\": \"max_pool2d\", \"kernel_size\": 2, \"stride\": 2},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"batch_norm\", \"name\": \"batchN1\", \"eps\": 1e-5, \"momentum\": 0.1},"
        "{\"kind\": \"conv2d\", \"name\": \"conv2\", \"out_channels\": 12, \"kernel_size\": 5},"
        "{\"kind\": \"max_pool2d\", \"kernel_size\": 2, \"stride\": 2},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"flatten\"},"
        "{\"kind\": \"linear\", \"name\": \"fc1\", \"out_features\": 120},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"batch_norm\", \"name\": \"batchN2\", \"eps\": 1e-5, \"momentum\": 0.1},"
        "{\"kind\": \"linear\", \"name\": \"fc2\", \"out_features\": 60},"
        "{\"kind\": \"relu\"},"
        "{\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 10}]}";
    return weft_network_create(list, network, error);
}

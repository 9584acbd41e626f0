/* fusions.c: which adjacent layers are computed together. These are all fusions; none changes a
 * bit.
 *
 *   relu, then conv2d, linear or     the second layer applies the relu as it reads its input
 *   batch_norm                       (RELU in cl/lanes.h); a flatten may be between them
 *   conv2d, then max_pool2d          square windows that do not overlap, without padding:
 *                                    cl/conv2d_pool.cl; a relu may be between them
 *   batch_norm's sums, statistics    a work-item a channel, on a GPU a work-group, if that is
 *   and output                       little work: cl/batch_norm.cl
 *   on a GPU, batch_norm's           each work-group combines the shards for its channels, if they
 *   statistics and output            are few
 *
 * A group can have both a relu and a pool. Tensors between the layers of a group do not exist. */
#include "backend/opencl/fusions.h"
#include "backend/opencl/layer.h"

#include <stdlib.h>

static const struct opencl_layer *layer_at(const struct weft_network *network, size_t i) {
    return i < network->layer_count ? opencl_layer_of(network->layers[i].kind) : NULL;
}

/* Returns the layer that applies the relu ${i}: the first after it that computes something, if no
 * other reads it; ${i} if there is none. */
static size_t reader_of(const struct weft_network *network, size_t i) {
    size_t reader = i + 1;
    if (layer_at(network, i) != &opencl_relu) {
        return i;
    }
    while (layer_feeds_next(network, reader - 1) && layer_at(network, reader)->file == NULL) {
        reader++;
    }
    return layer_feeds_next(network, reader - 1) && layer_at(network, reader)->reads_relu ? reader
                                                                                          : i;
}

/* Returns the layers that are computed with layer ${i}: if it is a convolution, a max_pool2d whose
 * windows are square and do not overlap, and a relu before that. */
static size_t pooled(const struct weft_network *network, size_t i) {
    size_t pool = layer_at(network, i + 1) == &opencl_relu ? i + 2 : i + 1;
    if (layer_at(network, i) != &opencl_conv2d || layer_at(network, pool) != &opencl_max_pool2d ||
        !layer_feeds_next(network, i) || !layer_feeds_next(network, pool - 1)) {
        return 0;
    }
    struct network_pair window = network->layers[pool].as.max_pool2d.kernel;
    struct network_pair stride = network->layers[pool].as.max_pool2d.stride;
    struct network_pair padding = network->layers[pool].as.max_pool2d.padding;
    bool apart = stride.height == window.height && stride.width == window.width;
    return apart && window.height == window.width && window.width <= 4 &&
                   padding.height + padding.width == 0
               ? pool - i
               : 0;
}

/* The maximum vectors of a channel of the batch that are computed together: on a CPU by one
 * work-item, as many as stay in the cache of a core; on a GPU by one work-group, a few for each of
 * its work-items, since a GPU has more units than many layers have channels. */
#define CPU_CHANNEL 8192
#define GPU_CHANNEL 64

/* The maximum shards that each work-group combines again. */
#define SETTLED_SHARDS 16

/* Returns the vectors of a channel of ${batch} images of the output of ${layer}. */
static size_t channel_vectors(const struct network_layer *layer, size_t batch) {
    return layer->output.height * layer->output.width * lanes_shards(batch);
}

static size_t channel_limit(enum weft_mapping mapping) {
    return mapping == WEFT_MAPPING_GPU ? GPU_CHANNEL : CPU_CHANNEL;
}

enum weft_status opencl_groups_make(const struct weft_network *network, size_t batch,
                                    enum weft_mapping mapping, bool apart,
                                    struct opencl_groups *groups, struct weft_error *error) {
    *groups = (struct opencl_groups){network, mapping, 0,
                                     calloc(network->layer_count, sizeof *groups->list)};
    if (groups->list == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "opencl: no memory");
    }
    for (size_t i = 0; i < network->layer_count;) {
        struct opencl_group *group = &groups->list[groups->count++];
        group->first = i;
        group->main = apart ? i : reader_of(network, i);
        group->relu = group->main != i;
        size_t more = apart ? 0 : pooled(network, group->main);
        group->end = group->main + 1 + more;
        group->layer = more > 0 ? &opencl_conv2d_pool : layer_at(network, group->main);
        group->vectors = channel_vectors(&network->layers[group->main], batch);
        group->shards = lanes_shards(batch);
        if (!apart && group->layer == &opencl_batch_norm &&
            group->vectors <= channel_limit(mapping)) {
            group->by_channels = PASS_FORWARD | PASS_BACKWARD_BATCH;
        }
        group->settles = !apart && group->layer == &opencl_batch_norm && group->by_channels == 0 &&
                         mapping == WEFT_MAPPING_GPU && lanes_shards(batch) <= SETTLED_SHARDS;
        i = group->end;
    }
    return WEFT_OK;
}

size_t opencl_group_number(const struct opencl_groups *groups, size_t group) {
    return groups->list[groups->list[group].same].main + 1;
}

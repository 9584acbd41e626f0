/* layer_case.h: a network computed at every place, which must all give the same bits.
 *
 * A case is a list of layers and a list of runs: batches, statistics and styles of numbers.
 * Several layers share a case, since each network costs a compilation. The reference is the CPU
 * backend with one thread, opened for each run with exactly its number of images. A place makes
 * all runs on one open backend, so the comparison also shows that a larger batch does not disturb
 * a smaller one after it. */
#ifndef LAYER_CASE_H
#define LAYER_CASE_H

#include "layer_places.h"
#include "layer_result.h"
#include "layer_values.h"

/* Returns the network of the list ${json}. Ends the test on failure. */
struct weft_network *layer_network(const char *json);

/* Returns a network for images of 1 x ${side} x ${side} with a convolution, ${count} equal blocks
 * of a convolution, a batch norm, a relu and an addition of what the block reads, then flatten and
 * a linear layer with 10 outputs: 4 ${count} + 3 layers. */
struct weft_network *layer_network_of_blocks(size_t count, size_t side);

/* Opens ${network} at ${place} for up to ${batch} images. On failure, reports the reason for
 * ${what} and returns NULL. */
struct backend *layer_open(const struct weft_network *network, const struct layer_place *place,
                           size_t batch, const char *what);

/* Writes parameters and buffers, propagates ${images} images forward and backward, and stores
 * every tensor of the network with its gradient, the gradients of the parameters and the buffers
 * in ${result}. If ${fused}, tensors between layers may be missing. On failure, reports the reason
 * for ${what} and returns false. */
bool layer_propagate(struct backend *backend, const struct layer_values *values, size_t images,
                     enum weft_statistics statistics, bool fused, struct layer_result *result,
                     const char *what);

struct layer_run {
    size_t images;
    enum weft_statistics statistics;
    enum layer_style style;
    uint64_t seed;
};

/* Makes all runs of layer_case.c with the network of ${json} at every place for ${effort}. Fails
 * the test at the end if any value differs from the reference or is not clean
 * (layer_result_check_clean). ${name} is for messages. */
void layer_check_bits(const char *name, enum layer_effort effort, const char *json);

/* The same with fused layers: at least two layers must share kernels. Tensors that do not exist
 * then are not compared; the output and all gradients of the parameters and of the input must
 * exist. */
void layer_check_fused(const char *name, enum layer_effort effort, const char *json);

/* Numbers computed by hand, which a network must give exactly at every place. The cases of a list
 * share the network, and are computed in order. */
struct layer_hand {
    const char *name;
    size_t images;
    enum weft_statistics statistics;
    const float *parameters, *buffers, *inputs, *doutputs; /* complete arrays */
    struct {
        const char *tensor;
        size_t count;
        const float *values;
    } expected[12]; /* ends with NULL */
};
void layer_check_by_hand(const char *json, const struct layer_hand *hands, size_t count);

/* Propagates on the reference: the CPU backend with one thread. The caller frees ${result}. */
void layer_reference(const struct weft_network *network, const struct layer_values *values,
                     size_t images, enum weft_statistics statistics, struct layer_result *result);

/* Checks at every place for ${effort} that, with running statistics, the outputs of an image have
 * the same bits in every batch. */
void layer_check_alone(const char *name, enum layer_effort effort, const char *json);

#endif

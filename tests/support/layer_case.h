/* layer_case.h: a network put in front of every place there is, which all have to give the same bits.
 *
 * A case is a list of layers (one layer, or a stack of them, since each network costs a compilation) and a list of runs: batches,
 * statistics and kinds of numbers. The reference is the CPU backend with one thread, opened afresh for each run with
 * exactly its number of images; a place makes all runs one after the other on one open backend. So the comparison also shows that
 * nothing of a larger batch disturbs a smaller one after it. */
#ifndef LAYER_CASE_H
#define LAYER_CASE_H

#include "layer_places.h"
#include "layer_result.h"
#include "layer_values.h"

/* Makes the network of the list ${json}; ends the test if that fails. */
struct weft_network *layer_network(const char *json);

/* Opens ${network} at ${place} for up to ${batch} images. Where that fails, says why for ${what} and returns NULL. */
struct weft_backend *layer_open(const struct weft_network *network, const struct layer_place *place,
                                size_t batch, const char *what);

/* Writes parameters and buffers, propagates ${images} images forward and backward, and stores in ${result} every tensor of the network
 * with its gradient, the parameters' gradients and the buffers. ${fused}: tensors between layers may be missing. Returns false, and says why for ${what}, where that fails. */
bool layer_propagate(struct weft_backend *backend, const struct layer_values *values, size_t images,
                     enum weft_statistics statistics, bool fused, struct layer_result *result,
                     const char *what);

struct layer_run {
    size_t images;
    enum weft_statistics statistics;
    enum layer_style style;
    uint64_t seed;
};

/* Makes all runs of layer_case.c with the network of ${json} at every place that suits ${effort}, and fails the test at the end
 * where anything differs from the reference or breaks the rule of clean values. ${name} is for messages. */
void layer_check_bits(const char *name, enum layer_effort effort, const char *json);

/* The same with layers fused, of which some must be. Tensors that do not exist then are left out; the output, all gradients of parameters and of
 * the input have to be there. */
void layer_check_fused(const char *name, enum layer_effort effort, const char *json);

/* Numbers worked out by hand: what a network gives at every place, exactly. Cases of one list share the network, and are
 * computed one after the other. */
struct layer_hand {
    const char *name;
    size_t images;
    enum weft_statistics statistics;
    const float *parameters, *buffers, *inputs, *doutputs; /* as long as they have to be */
    struct {
        const char *tensor;
        size_t count;
        const float *values;
    } expected[12]; /* ends with NULL */
};
void layer_check_by_hand(const char *json, const struct layer_hand *hands, size_t count);

/* Propagates as the reference does: the CPU backend, one thread. The caller frees ${result}. */
void layer_reference(const struct weft_network *network, const struct layer_values *values,
                     size_t images, enum weft_statistics statistics, struct layer_result *result);

/* Checks, at every place that suits ${effort}, that an image's outputs have the same bits in whatever batch it is, with running statistics. */
void layer_check_alone(const char *name, enum layer_effort effort, const char *json);

#endif

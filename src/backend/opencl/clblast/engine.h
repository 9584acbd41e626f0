/* engine.h: --math fast: linear layers and convolutions as products of matrices by CLBlast, without
 * equal bits.
 *
 * A linear layer is the convolution of an image of one pixel with a kernel of one tap, so both
 * kinds share one table. With
 *   K  channels of the output,  A  its pixels,
 *   R  channels x taps of the input,  n = shards x A x 16
 * and row-major matrices (cl/fast.cl fills and empties them)
 *   weights   K x R   in the parameters, in their order
 *   columns   R x n   what each tap reads at each pixel of each image (im2col)
 *   features  K x n   the output, or its gradient
 * a pass computes chunk after chunk of the batch, so that the matrices are small:
 *   forward    features = weights columns
 *   gradients  dweights = features columns^T, added over the chunks
 *   backward   columns = weights^T features
 * Both matrices are in one buffer, which all layers share, as they share the buffer that CLBlast
 * needs for padded copies. */
#ifndef WEFT_CLBLAST_ENGINE_H
#define WEFT_CLBLAST_ENGINE_H

#include "backend/opencl/state.h"

/* NULL if weft was built without CLBlast (meson's option clblast). */
struct opencl_engine {
    const struct opencl_layer *layer; /* computes layers in place of their own table */
    bool (*computes)(const struct network_layer *layer); /* which layers */
    /* Makes cl->fast. Fails with WEFT_BAD_DEVICE; finish must be called all the same. */
    enum weft_status (*init)(struct opencl_backend *cl, struct weft_error *error);
    /* Frees cl->fast; NULL is harmless. */
    void (*finish)(struct opencl_backend *cl);
};
extern const struct opencl_engine *const opencl_engine;

/* What --math fast needs for a group of cl->groups. */
struct opencl_fast_layer {
    const struct opencl_group *group;
    size_t features, rows, area; /* K, R, A */
    size_t weight;               /* offset of its weights in the parameters */
    size_t chunk;                /* shards; 0: the group is no product */
    struct opencl_launch columns, output, dfeatures, dinput;
};

struct opencl_fast {
    struct opencl_fast_layer *layers; /* of each group */
    cl_mem matrices, temporary;       /* temporary: NULL if CLBlast makes no copies */
    size_t matrices_bytes, temporary_bytes;
};

#endif

/* fast.h: --math fast: linear layers and convolutions as products of matrices by CLBlast. It gives
 * up equal bits.
 *
 * A linear layer is the convolution of an image of one pixel with a kernel of one tap, so both are
 * one row of the table. With
 *   K  channels of the output,  A  its pixels,  R  channels x taps of the input,  n = shards x A x 16
 * and matrices by rows (cl/fast.cl fills and empties them):
 *   weights   K x R   in the parameters, as they lie there
 *   columns   R x n   what each tap sees at each pixel of each image (im2col)
 *   features  K x n   the output, or its gradient
 * a pass computes, for one chunk of the batch after the other, so that the matrices stay small:
 *   forward    features = weights columns
 *   gradients  dweights = features columns^T, added up over the chunks
 *   backward   columns = weights^T features
 * Both matrices lie in one buffer, which all layers share, and so is what CLBlast wants for
 * copies with padding. */
#ifndef WEFT_OPENCL_FAST_H
#define WEFT_OPENCL_FAST_H

#include "backend/opencl/launch.h"

/* Bytes that the matrices may take, and CLBlast's copies of them: a chunk has as many shards as
 * fit both, at least one. (One shard of a very large layer, or the copy of very large weights,
 * may be more. At batch 10,000 the published network needs 28 and 33 million bytes, and its
 * convolutions and first linear layer 16 times as wide 31 and 33.) */
#define OPENCL_FAST_MATRICES  ((size_t)32 << 20)
#define OPENCL_FAST_TEMPORARY ((size_t)32 << 20)

/* What meson's option clblast puts in: NULL in a weft that was built without CLBlast. */
struct opencl_engine {
    const struct opencl_layer *layer; /* of conv2d and linear layers, in place of their own */
    /* Makes cl->fast. Fails with WEFT_BAD_DEVICE; finish is then due all the same, and harmless
     * where there is nothing. */
    enum weft_status (*init)(struct opencl_backend *cl, struct weft_error *error);
    void (*finish)(struct opencl_backend *cl);
};
extern const struct opencl_engine *const opencl_engine;

/* A layer, by its group in cl->groups. */
struct opencl_fast_layer {
    size_t features, rows, area; /* K, R, A */
    size_t weight;               /* offset of its weights in the parameters */
    size_t chunk;                /* shards; 0: the group is no product */
    struct opencl_launch columns, output, dfeatures, dinput;
};

struct opencl_fast {
    struct opencl_fast_layer *layers; /* of each group */
    cl_mem matrices, temporary;       /* temporary: NULL where CLBlast makes no copies */
    size_t matrices_bytes, temporary_bytes;
};

/* ---- product.c ---- */

/* c = a b + beta c, or with a or b turned around: all by rows, without gaps. */
struct opencl_product {
    bool turn_a, turn_b;
    size_t m, n, k; /* c is m x n, k terms a sum */
    cl_mem a, b, c;
    size_t a_begin, b_begin, c_begin; /* in floats */
    float beta;
};

/* Tells CLBlast how to compute on a CPU device, for all of this process; on others it knows
 * best. */
enum weft_status opencl_product_tune(struct opencl_backend *cl, struct weft_error *error);

/* Stores the bytes that CLBlast needs for copies in ${bytes}. Fails with WEFT_BAD_DEVICE and
 * CLBlast's code by name. */
enum weft_status opencl_product_temporary(struct opencl_backend *cl,
                                          const struct opencl_product *product, size_t *bytes,
                                          struct weft_error *error);

/* Enqueues it. cl->fast->temporary must be large enough. */
enum weft_status opencl_product_run(struct opencl_backend *cl, const struct opencl_product *product,
                                    struct weft_error *error);

/* ---- fast_memory.c ---- */

/* The three products of ${layer} for ${shards} shards, the first of the batch or not. */
struct opencl_product opencl_fast_forward(struct opencl_backend *cl,
                                          const struct opencl_fast_layer *layer, size_t shards);
struct opencl_product opencl_fast_gradients(struct opencl_backend *cl,
                                            const struct opencl_fast_layer *layer, size_t shards,
                                            bool first);
struct opencl_product opencl_fast_backward(struct opencl_backend *cl,
                                           const struct opencl_fast_layer *layer, size_t shards);

/* Chooses the chunk of each layer for batches of up to cl->base.batch images, and how large the
 * shared buffers have to be. */
enum weft_status opencl_fast_choose(struct opencl_backend *cl, struct weft_error *error);

/* Makes these buffers. */
enum weft_status opencl_fast_buffers(struct opencl_backend *cl, struct weft_error *error);

#endif

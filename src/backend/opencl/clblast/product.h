/* product.h: --math fast: products of matrices by CLBlast, and the buffers of their matrices. */
#ifndef WEFT_CLBLAST_PRODUCT_H
#define WEFT_CLBLAST_PRODUCT_H

#include "backend/opencl/clblast/engine.h"

/* c = a b + beta c; a or b may be transposed. All matrices are row-major, without gaps. */
struct opencl_product {
    bool transpose_a, transpose_b;
    size_t m, n, k; /* c is m x n; k products a sum */
    cl_mem a, b, c;
    size_t a_begin, b_begin, c_begin; /* in floats */
    float beta;
};

/* Sets the parameters of CLBlast's kernels for a CPU device, in this process. For other devices
 * CLBlast has good ones. */
enum weft_status opencl_product_tune(struct opencl_backend *cl, struct weft_error *error);

/* Enqueues ${product}; cl->fast->temporary must be large enough for it. Fails with WEFT_BAD_DEVICE
 * and the name of CLBlast's error. */
enum weft_status opencl_product_enqueue(struct opencl_backend *cl,
                                        const struct opencl_product *product,
                                        struct weft_error *error);

/* Return the three products of ${layer} for ${shards} shards; ${first}: the first chunk of a
 * batch. */
struct opencl_product opencl_fast_forward(struct opencl_backend *cl,
                                          const struct opencl_fast_layer *layer, size_t shards);
struct opencl_product opencl_fast_gradients(struct opencl_backend *cl,
                                            const struct opencl_fast_layer *layer, size_t shards,
                                            bool first);
struct opencl_product opencl_fast_backward(struct opencl_backend *cl,
                                           const struct opencl_fast_layer *layer, size_t shards);

/* Chooses the chunk of each layer for batches of up to cl->base.batch images, and the sizes of
 * the buffers that all layers share. */
enum weft_status opencl_fast_choose(struct opencl_backend *cl, struct weft_error *error);

#endif

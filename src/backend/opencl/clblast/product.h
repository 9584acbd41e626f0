/* product.h: a product of matrices by CLBlast. */
#ifndef WEFT_CLBLAST_PRODUCT_H
#define WEFT_CLBLAST_PRODUCT_H

#include <stdbool.h>

#include "backend/opencl/cl.h"
#include "weft/error.h"

struct opencl_backend;

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

/* Stores the bytes that CLBlast needs for copies. Fails with WEFT_BAD_DEVICE and the name of
 * CLBlast's error. */
enum weft_status opencl_product_temporary(struct opencl_backend *cl,
                                          const struct opencl_product *product, size_t *bytes,
                                          struct weft_error *error);

/* Enqueues ${product}; cl->fast->temporary must be large enough for it. */
enum weft_status opencl_product_enqueue(struct opencl_backend *cl,
                                        const struct opencl_product *product,
                                        struct weft_error *error);

#endif

/* fast_memory.c: --math fast: the products of a layer, and how much of the batch is computed at
 * once. */
#include "backend/opencl/clblast/fast.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/opencl.h"

/* Columns of the matrices: n. */
static size_t width(const struct opencl_fast_layer *layer, size_t shards) {
    return shards * layer->area * CPU_LANES;
}

struct opencl_product opencl_fast_forward(struct opencl_backend *cl,
                                          const struct opencl_fast_layer *layer, size_t shards) {
    size_t n = width(layer, shards);
    return (struct opencl_product){.m = layer->features,
                                   .n = n,
                                   .k = layer->rows,
                                   .a = cl->arrays[WEFT_ARRAY_PARAMETERS],
                                   .a_begin = layer->weight,
                                   .b = cl->fast->matrices,
                                   .c = cl->fast->matrices,
                                   .c_begin = layer->rows * n};
}

/* The sum over the whole batch goes to the first shard's partial sums. Those of the other shards
 * stay 0, as they were made, so that adam's kernels, which add the shards, know nothing of it. */
struct opencl_product opencl_fast_gradients(struct opencl_backend *cl,
                                            const struct opencl_fast_layer *layer, size_t shards,
                                            bool first) {
    size_t n = width(layer, shards);
    return (struct opencl_product){.turn_b = true,
                                   .m = layer->features,
                                   .n = layer->rows,
                                   .k = n,
                                   .a = cl->fast->matrices,
                                   .a_begin = layer->rows * n,
                                   .b = cl->fast->matrices,
                                   .c = cl->partials,
                                   .c_begin = layer->weight,
                                   .beta = first ? 0.0f : 1.0f};
}

struct opencl_product opencl_fast_backward(struct opencl_backend *cl,
                                           const struct opencl_fast_layer *layer, size_t shards) {
    size_t n = width(layer, shards);
    return (struct opencl_product){.turn_a = true,
                                   .m = layer->rows,
                                   .n = n,
                                   .k = layer->features,
                                   .a = cl->arrays[WEFT_ARRAY_PARAMETERS],
                                   .a_begin = layer->weight,
                                   .b = cl->fast->matrices,
                                   .b_begin = layer->rows * n,
                                   .c = cl->fast->matrices};
}

/* Stores in ${most} the bytes that CLBlast needs for copies in any product of ${layer} over
 * exactly ${shards} shards, if they are more. */
static enum weft_status temporary_of(struct opencl_backend *cl,
                                     const struct opencl_fast_layer *layer, size_t shards,
                                     size_t *most, struct weft_error *error) {
    const struct opencl_product products[] = {opencl_fast_forward(cl, layer, shards),
                                              opencl_fast_gradients(cl, layer, shards, true),
                                              opencl_fast_backward(cl, layer, shards)};
    for (size_t i = 0; i < (cl->base.forward_only ? 1 : 3); i++) {
        size_t bytes = 0;
        if (opencl_product_temporary(cl, &products[i], &bytes, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
        *most = bytes > *most ? bytes : *most;
    }
    return WEFT_OK;
}

/* The largest chunk that fits, for a batch of any size: CLBlast's needs do not always grow with
 * it. */
static enum weft_status choose_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                     struct weft_error *error) {
    size_t shards = lanes_shards(cl->base.batch), temporary = 0;
    size_t each = (layer->rows + layer->features) * width(layer, 1) * sizeof(cl_float);
    for (size_t chunk = 1; chunk <= shards; chunk++) {
        size_t needed = temporary;
        if (temporary_of(cl, layer, chunk, &needed, error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
        if (chunk > 1 && (chunk * each > OPENCL_FAST_MATRICES || needed > OPENCL_FAST_TEMPORARY)) {
            break;
        }
        layer->chunk = chunk;
        temporary = needed;
    }
    if (layer->chunk * each > cl->fast->matrices_bytes) {
        cl->fast->matrices_bytes = layer->chunk * each;
    }
    if (temporary > cl->fast->temporary_bytes) {
        cl->fast->temporary_bytes = temporary;
    }
    return WEFT_OK;
}

enum weft_status opencl_fast_choose(struct opencl_backend *cl, struct weft_error *error) {
    for (size_t i = 0; i < cl->groups.count; i++) {
        if (cl->fast->layers[i].rows > 0 &&
            choose_chunk(cl, &cl->fast->layers[i], error) != WEFT_OK) {
            return WEFT_BAD_DEVICE;
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_fast_buffers(struct opencl_backend *cl, struct weft_error *error) {
    struct opencl_fast *fast = cl->fast;
    enum weft_status status = WEFT_OK;
    if (fast->matrices_bytes > 0) {
        status =
            opencl_buffer(cl, fast->matrices_bytes, "matrices for CLBlast", &fast->matrices, error);
    }
    if (status == WEFT_OK && fast->temporary_bytes > 0) {
        status =
            opencl_buffer(cl, fast->temporary_bytes, "copies for CLBlast", &fast->temporary, error);
    }
    return status;
}

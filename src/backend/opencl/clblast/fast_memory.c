/* fast_memory.c: --math fast: the products of a layer, and how much of the batch is computed at
 * once. */
#include "backend/opencl/clblast/fast_memory.h"
#include "backend/opencl/memory.h"
#include "backend/opencl/state.h"
#include "base/try.h"

/* Maximum bytes of the matrices, and of CLBlast's copies of them: a chunk has as many shards as
 * fit both, at least one. A single shard of a very large layer, or the copy of very large
 * weights, may be larger. (At batch 10,000 the published network needs 28 and 33 million bytes,
 * and with 16 times as many channels in its convolutions and first linear layer 31 and 33
 * million.) */
#define MAX_MATRICES  ((size_t)32 << 20)
#define MAX_TEMPORARY ((size_t)32 << 20)

/* Returns n. */
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

/* The sum over the whole batch is stored as that of the first shard. Those of the other shards
 * remain 0, so that Adam's kernels, which add the shards, need no change. */
struct opencl_product opencl_fast_gradients(struct opencl_backend *cl,
                                            const struct opencl_fast_layer *layer, size_t shards,
                                            bool first) {
    size_t n = width(layer, shards);
    return (struct opencl_product){.transpose_b = true,
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
    return (struct opencl_product){.transpose_a = true,
                                   .m = layer->rows,
                                   .n = n,
                                   .k = layer->features,
                                   .a = cl->arrays[WEFT_ARRAY_PARAMETERS],
                                   .a_begin = layer->weight,
                                   .b = cl->fast->matrices,
                                   .b_begin = layer->rows * n,
                                   .c = cl->fast->matrices};
}

/* Raises ${limit} to the bytes that CLBlast needs for copies in the products of ${layer} over
 * exactly ${shards} shards. */
static enum weft_status add_temporary(struct opencl_backend *cl,
                                      const struct opencl_fast_layer *layer, size_t shards,
                                      size_t *limit, struct weft_error *error) {
    const struct opencl_product products[] = {opencl_fast_forward(cl, layer, shards),
                                              opencl_fast_gradients(cl, layer, shards, true),
                                              opencl_fast_backward(cl, layer, shards)};
    for (size_t i = 0; i < (cl->base.forward_only ? 1 : 3); i++) {
        size_t bytes = 0;
        TRY(opencl_product_temporary(cl, &products[i], &bytes, error));
        *limit = bytes > *limit ? bytes : *limit;
    }
    return WEFT_OK;
}

/* Chooses the largest chunk that fits, also for a smaller batch: CLBlast does not always need
 * more for more shards. */
static enum weft_status choose_chunk(struct opencl_backend *cl, struct opencl_fast_layer *layer,
                                     struct weft_error *error) {
    size_t shards = lanes_shards(cl->base.batch), temporary = 0;
    size_t each = (layer->rows + layer->features) * width(layer, 1) * sizeof(cl_float);
    for (size_t chunk = 1; chunk <= shards; chunk++) {
        size_t needed = temporary;
        TRY(add_temporary(cl, layer, chunk, &needed, error));
        if (chunk > 1 && (chunk * each > MAX_MATRICES || needed > MAX_TEMPORARY)) {
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
        if (cl->fast->layers[i].rows > 0) {
            TRY(choose_chunk(cl, &cl->fast->layers[i], error));
        }
    }
    return WEFT_OK;
}

enum weft_status opencl_fast_buffers(struct opencl_backend *cl, struct weft_error *error) {
    struct opencl_fast *fast = cl->fast;
    if (fast->matrices_bytes > 0) {
        TRY(opencl_buffer(cl, fast->matrices_bytes, "matrices for CLBlast", &fast->matrices,
                          error));
    }
    if (fast->temporary_bytes > 0) {
        TRY(opencl_buffer(cl, fast->temporary_bytes, "copies for CLBlast", &fast->temporary,
                          error));
    }
    return WEFT_OK;
}

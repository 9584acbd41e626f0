/* product.c: --math fast: products of matrices by CLBlast, those of a layer, and how much of the
 * batch is computed at once. */
#include "backend/opencl/clblast/product.h"
#include "backend/opencl/devices.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <clblast_c.h>
#include <stdio.h>

/* Maximum bytes of the matrices, and of CLBlast's copies of them: a chunk has as many shards as
 * fit both, at least one. A single shard of a very large layer, or the copy of very large
 * weights, may be larger. (At batch 10,000 the published network needs 28 and 33 million bytes,
 * and with 16 times as many channels in its convolutions and first linear layer 31 and 33
 * million.) */
#define MAX_MATRICES  ((size_t)32 << 20)
#define MAX_TEMPORARY ((size_t)32 << 20)

/* CLBlast has error codes of its own, and returns OpenCL's as well. */
/* clang-format off */
#define CODES(X) \
    X(NotImplemented) X(InvalidMatrixA) X(InvalidMatrixB) X(InvalidMatrixC) X(InvalidDimension) \
    X(InvalidLeadDimA) X(InvalidLeadDimB) X(InvalidLeadDimC) X(InsufficientMemoryA) \
    X(InsufficientMemoryB) X(InsufficientMemoryC) X(InsufficientMemoryTemp) \
    X(InvalidLocalMemUsage) X(DatabaseError) X(UnknownError) X(UnexpectedError)
/* clang-format on */

static const char *code_name(CLBlastStatusCode code, char text[32]) {
#define NAME(name)                                                                                 \
    case CLBlast##name:                                                                            \
        return "CLBlast" #name;
    switch ((int)code) {
        CODES(NAME)
    default:
        return opencl_code_name((cl_int)code, text);
    }
}

static enum weft_status check(CLBlastStatusCode code, const char *call,
                              const struct opencl_product *product, struct weft_error *error) {
    char text[32];
    if (code == CLBlastSuccess) {
        return WEFT_OK;
    }
    return error_set(error, WEFT_BAD_DEVICE, "%s of %zu x %zu and %zu x %zu: %s", call, product->m,
                     product->k, product->k, product->n, code_name(code, text));
}

/* Work-groups of one work-item with a tile of 16 x 16 sums in float16 registers, no local
 * memory, and always this kernel. For a CPU device that CLBlast does not know it chooses groups
 * of many work-items that share local memory: 3 to 10 times slower on PoCL. */
static const char *const kernel_names[] = {"GEMMK", "KREG", "KWG",   "KWI",   "MDIMA", "MDIMC",
                                           "MWG",   "VWM",  "NDIMB", "NDIMC", "NWG",   "VWN",
                                           "SA",    "SB",   "STRM",  "STRN"};
static const size_t kernel_values[] = {0, 1, 32, 1, 1, 1, 16, 16, 1, 1, 16, 4, 0, 0, 0, 0};
static const char *const routine_names[] = {"XGEMM_MIN_INDIRECT_SIZE"};
static const size_t routine_values[] = {1};

static enum weft_status override(struct opencl_backend *cl, const char *kernel, size_t count,
                                 const char *const *names, const size_t *values,
                                 struct weft_error *error) {
    char text[32];
    CLBlastStatusCode code = CLBlastOverrideParameters(cl->device, kernel, CLBlastPrecisionSingle,
                                                       count, (const char **)names, values);
    return code == CLBlastSuccess
               ? WEFT_OK
               : error_set(error, WEFT_BAD_DEVICE, "CLBlastOverrideParameters of %s: %s", kernel,
                           code_name(code, text));
}

enum weft_status opencl_product_tune(struct opencl_backend *cl, struct weft_error *error) {
    enum weft_mapping mapping;
    TRY(opencl_best_mapping(cl->device, &cl->base.device, &mapping, error));
    if (mapping != WEFT_MAPPING_CPU) {
        return WEFT_OK;
    }
    TRY(override(cl, "Xgemm", sizeof kernel_values / sizeof kernel_values[0], kernel_names,
                 kernel_values, error));
    return override(cl, "GemmRoutine", 1, routine_names, routine_values, error);
}

static CLBlastTranspose transpose(bool transposed) {
    return transposed ? CLBlastTransposeYes : CLBlastTransposeNo;
}

/* The arguments that both calls share. */
#define SHAPES(p)                                                                                  \
    CLBlastLayoutRowMajor, transpose((p)->transpose_a), transpose((p)->transpose_b), (p)->m,       \
        (p)->n, (p)->k
#define STRIDE_A(p) ((p)->transpose_a ? (p)->m : (p)->k)
#define STRIDE_B(p) ((p)->transpose_b ? (p)->k : (p)->n)

/* Stores the bytes that CLBlast needs for copies. */
static enum weft_status measure_temporary(struct opencl_backend *cl,
                                          const struct opencl_product *product, size_t *bytes,
                                          struct weft_error *error) {
    CLBlastStatusCode code = CLBlastSGemmTempBufferSize(
        SHAPES(product), product->a_begin, STRIDE_A(product), product->b_begin, STRIDE_B(product),
        product->c_begin, product->n, &cl->queue, bytes);
    return check(code, "CLBlastSGemmTempBufferSize", product, error);
}

enum weft_status opencl_product_enqueue(struct opencl_backend *cl,
                                        const struct opencl_product *product,
                                        struct weft_error *error) {
    CLBlastStatusCode code = CLBlastSgemmWithTempBuffer(
        SHAPES(product), 1.0f, product->a, product->a_begin, STRIDE_A(product), product->b,
        product->b_begin, STRIDE_B(product), product->beta, product->c, product->c_begin,
        product->n, &cl->queue, NULL, cl->fast->temporary);
    return check(code, "CLBlastSgemm", product, error);
}

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
                                   .a = cl->arrays[ARRAY_PARAMETERS],
                                   .a_begin = layer->weight,
                                   .b = cl->fast->matrices,
                                   .c = cl->fast->matrices,
                                   .c_begin = layer->rows * n};
}

/* The sum over the whole batch is stored as that of the first shard. Those of the other shards
 * remain 0, so that the kernels of the update, which add the shards, need no change. */
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
                                   .a = cl->arrays[ARRAY_PARAMETERS],
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
        TRY(measure_temporary(cl, &products[i], &bytes, error));
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

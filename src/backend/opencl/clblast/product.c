/* product.c: a product of matrices by CLBlast, and the names of CLBlast's errors. */
#include "backend/opencl/clblast/product.h"
#include "backend/opencl/clblast/engine.h"
#include "backend/opencl/devices.h"
#include "backend/opencl/errors.h"
#include "backend/opencl/state.h"
#include "base/try.h"

#include <clblast_c.h>
#include <stdio.h>

#define NAME(code)                                                                                 \
    case code:                                                                                     \
        return #code

/* CLBlast has error codes of its own, and returns OpenCL's as well. */
static const char *code_name(CLBlastStatusCode code, char text[32]) {
    switch ((int)code) {
        NAME(CLBlastNotImplemented);
        NAME(CLBlastInvalidMatrixA);
        NAME(CLBlastInvalidMatrixB);
        NAME(CLBlastInvalidMatrixC);
        NAME(CLBlastInvalidDimension);
        NAME(CLBlastInvalidLeadDimA);
        NAME(CLBlastInvalidLeadDimB);
        NAME(CLBlastInvalidLeadDimC);
        NAME(CLBlastInsufficientMemoryA);
        NAME(CLBlastInsufficientMemoryB);
        NAME(CLBlastInsufficientMemoryC);
        NAME(CLBlastInsufficientMemoryTemp);
        NAME(CLBlastInvalidLocalMemUsage);
        NAME(CLBlastDatabaseError);
        NAME(CLBlastUnknownError);
        NAME(CLBlastUnexpectedError);
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
    return weft_fail(error, WEFT_BAD_DEVICE, "%s of %zu x %zu and %zu x %zu: %s", call, product->m,
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
               : weft_fail(error, WEFT_BAD_DEVICE, "CLBlastOverrideParameters of %s: %s", kernel,
                           code_name(code, text));
}

enum weft_status opencl_product_tune(struct opencl_backend *cl, struct weft_error *error) {
    if (opencl_best_mapping(cl->device, &cl->base.device) != WEFT_MAPPING_CPU) {
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

enum weft_status opencl_product_temporary(struct opencl_backend *cl,
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

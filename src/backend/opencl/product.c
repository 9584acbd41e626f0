/* product.c: a product of matrices by CLBlast, and its errors by name. */
#include "backend/opencl/fast.h"

#include <clblast_c.h>
#include <stdio.h>

#define NAME(code)                                                                                 \
    case code:                                                                                     \
        return #code

/* CLBlast's own codes; it hands on OpenCL's as well. */
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

static CLBlastTranspose turn(bool turned) {
    return turned ? CLBlastTransposeYes : CLBlastTransposeNo;
}

enum weft_status opencl_product_temporary(struct opencl_backend *cl,
                                          const struct opencl_product *product, size_t *bytes,
                                          struct weft_error *error) {
    CLBlastStatusCode code = CLBlastSGemmTempBufferSize(
        CLBlastLayoutRowMajor, turn(product->turn_a), turn(product->turn_b), product->m, product->n,
        product->k, product->a_begin, product->turn_a ? product->m : product->k, product->b_begin,
        product->turn_b ? product->k : product->n, product->c_begin, product->n, &cl->queue, bytes);
    return check(code, "CLBlastSGemmTempBufferSize", product, error);
}

enum weft_status opencl_product_run(struct opencl_backend *cl, const struct opencl_product *product,
                                    struct weft_error *error) {
    CLBlastStatusCode code = CLBlastSgemmWithTempBuffer(
        CLBlastLayoutRowMajor, turn(product->turn_a), turn(product->turn_b), product->m, product->n,
        product->k, 1.0f, product->a, product->a_begin, product->turn_a ? product->m : product->k,
        product->b, product->b_begin, product->turn_b ? product->k : product->n, product->beta,
        product->c, product->c_begin, product->n, &cl->queue, NULL, cl->fast->temporary);
    return check(code, "CLBlastSgemm", product, error);
}

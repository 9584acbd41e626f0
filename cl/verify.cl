/* verify.cl: the arithmetic on which the contract relies, and the functions that use it, one
 * operation after the other, for weft verify.
 *
 * a, b, c: n floats each, as bits. out: [operation][n], as bits. Each kernel exists for single
 * floats and for vectors of 16, as the mappings of lanes.h use them: an item of these is 16 of n.
 * There are several kernels because some compilers need minutes for one that does everything. */
#include "verify_operations.h"

/* The differences in spelling between single floats and vectors. */
#define NAME_1(name)      name
#define NAME_16(name)     name##16
#define SELECT(U, truth)  select((U)(0u), (U)(1u), truth)
#define LOAD_1(from)      (from)[get_global_id(0)]
#define LOAD_16(from)     vload16(get_global_id(0), from)
#define STORE_1(k, bits)  out[(k) * (size_t)n + get_global_id(0)] = (bits)
#define STORE_16(k, bits) vstore16(bits, get_global_id(0), out + (k) * (size_t)n)

/* Stores the bits of integers, or of floats, as the results of OPERATION_name. */
#define PUT_BITS(N, name, bits) STORE_##N(OPERATION_##name, bits)
#define PUT(N, name, value)     PUT_BITS(N, name, NAME_##N(as_uint)(value))
#define VERIFY(name)                                                                               \
    kernel void name(global const uint *in_a, global const uint *in_b, global const uint *in_c,    \
                     global uint *out, uint n)

#define BASIC(N, V, U)                                                                             \
    const V a = NAME_##N(as_float)(LOAD_##N(in_a)), b = NAME_##N(as_float)(LOAD_##N(in_b)),        \
            c = NAME_##N(as_float)(LOAD_##N(in_c));                                                \
    PUT(N, ADD, a + b);                                                                            \
    PUT(N, MULTIPLY, a *b);                                                                        \
    PUT(N, FMA, fma(a, b, c));                                                                     \
    PUT(N, SUBTRACT, a - b);                                                                       \
    PUT_BITS(N, COMPARE,                                                                           \
             SELECT(U, a < b) | SELECT(U, a <= b) << 1 | SELECT(U, a > b) << 2 |                   \
                 SELECT(U, a >= b) << 3 | SELECT(U, a == b) << 4 | SELECT(U, a != b) << 5);        \
    PUT(N, CLEAN, NAME_##N(weft_clean)(a));                                                        \
    PUT(N, CLEAN_SQUARED, NAME_##N(weft_clean_squared)(a))

/* A product and a sum, which are two roundings, in two statements and in one expression. They have
 * a kernel of their own, because few compilers contract a product that is also used elsewhere. */
#define CONTRACT(N, V)                                                                             \
    const V a = NAME_##N(as_float)(LOAD_##N(in_a)), b = NAME_##N(as_float)(LOAD_##N(in_b)),        \
            c = NAME_##N(as_float)(LOAD_##N(in_c));                                                \
    const V product = a * b;                                                                       \
    PUT(N, TWO_STATEMENTS, product + c);                                                           \
    PUT(N, ONE_EXPRESSION, a *b + c)

#define CONVERT(N, V, U, I)                                                                        \
    const U u = LOAD_##N(in_a);                                                                    \
    const V a = NAME_##N(as_float)(u);                                                             \
    const V small = select((V)(0.0f), a, (I)(fabs(a) < 0x1p31f));                                  \
    PUT(N, FROM_UINT, NAME_##N(convert_float)(u));                                                 \
    PUT(N, FROM_INT, NAME_##N(convert_float)(NAME_##N(as_int)(u)));                                \
    PUT(N, TO_INT, NAME_##N(convert_int)(small))

/* Division and root by the functions of numerics.h, and as the kernels of the cpu mapping use them:
 * by the device's own where the host has chosen these. */
#define QUOTIENT(N, V)                                                                             \
    const V a = NAME_##N(as_float)(LOAD_##N(in_a)), b = NAME_##N(as_float)(LOAD_##N(in_b));        \
    PUT(N, DIVIDE, NAME_##N(weft_div)(a, b));                                                      \
    PUT(N, DEVICE_DIVIDE, NAME_##N(weft_device_div)(a, b))

#define ROOT(N)                                                                                    \
    FUNCTION(N, SQRT, weft_sqrt);                                                                  \
    FUNCTION(N, DEVICE_SQRT, weft_device_sqrt)

#define SIGMOID(N)                                                                                 \
    FUNCTION(N, SIGMOID, weft_sigmoid);                                                            \
    FUNCTION(N, TANH, weft_tanh)

/* A function of one operand. */
#define FUNCTION(N, name, function)                                                                \
    PUT(N, name, NAME_##N(function)(NAME_##N(as_float)(LOAD_##N(in_a))))

VERIFY(verify_basic) {
    BASIC(1, float, uint);
}

VERIFY(verify_basic16) {
    BASIC(16, float16, uint16);
}

VERIFY(verify_contract) {
    CONTRACT(1, float);
}

VERIFY(verify_contract16) {
    CONTRACT(16, float16);
}

VERIFY(verify_convert) {
    CONVERT(1, float, uint, int);
}

VERIFY(verify_convert16) {
    CONVERT(16, float16, uint16, int16);
}

VERIFY(verify_div) {
    QUOTIENT(1, float);
}

VERIFY(verify_div16) {
    QUOTIENT(16, float16);
}

VERIFY(verify_sqrt) {
    ROOT(1);
}

VERIFY(verify_sqrt16) {
    ROOT(16);
}

VERIFY(verify_exp) {
    FUNCTION(1, EXP, weft_exp);
}

VERIFY(verify_exp16) {
    FUNCTION(16, EXP, weft_exp);
}

VERIFY(verify_log) {
    FUNCTION(1, LOG, weft_log);
}

VERIFY(verify_log16) {
    FUNCTION(16, LOG, weft_log);
}

VERIFY(verify_sigmoid) {
    SIGMOID(1);
}

VERIFY(verify_sigmoid16) {
    SIGMOID(16);
}

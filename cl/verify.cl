/* verify.cl: the arithmetic that the contract leans on, and what is built on it, one operation after the other, for weft verify.
 *
 * a, b, c: n floats each, as bits. out: [operation][n], as bits. Each kernel once for single floats, and once for vectors of 16,
 * as the mappings of lanes.h use them: an item of those is 16 of n. There are several kernels, since some compilers take
 * minutes over one that has it all. */

/* What single floats and vectors spell differently. */
#define NAME_1(name)      name
#define NAME_16(name)     name##16
#define SELECT(U, truth)  select((U)(0u), (U)(1u), truth)
#define LOAD_1(from)      (from)[get_global_id(0)]
#define LOAD_16(from)     vload16(get_global_id(0), from)
#define STORE_1(k, bits)  out[(k) * (size_t)n + get_global_id(0)] = (bits)
#define STORE_16(k, bits) vstore16(bits, get_global_id(0), out + (k) * (size_t)n)
#define PUT(N, k, bits)   STORE_##N(k, bits)
#define VERIFY(name)                                                                               \
    kernel void name(global const uint *in_a, global const uint *in_b, global const uint *in_c,    \
                     global uint *out, uint n)

/* Operations 0 to 5, 9, 10, and a product and a sum, which are two roundings, in one expression (15) or in two (3). */
#define BASIC(N, V, U)                                                                             \
    const V a = NAME_##N(as_float)(LOAD_##N(in_a)), b = NAME_##N(as_float)(LOAD_##N(in_b)),        \
            c = NAME_##N(as_float)(LOAD_##N(in_c));                                                \
    const V product = a * b;                                                                       \
    PUT(N, 0, NAME_##N(as_uint)(a + b));                                                           \
    PUT(N, 1, NAME_##N(as_uint)(product));                                                         \
    PUT(N, 2, NAME_##N(as_uint)(fma(a, b, c)));                                                    \
    PUT(N, 3, NAME_##N(as_uint)(product + c));                                                     \
    PUT(N, 4, NAME_##N(as_uint)(a - b));                                                           \
    PUT(N, 5,                                                                                      \
        SELECT(U, a < b) | SELECT(U, a <= b) << 1 | SELECT(U, a > b) << 2 |                        \
            SELECT(U, a >= b) << 3 | SELECT(U, a == b) << 4 | SELECT(U, a != b) << 5);             \
    PUT(N, 9, NAME_##N(as_uint)(NAME_##N(weft_clean)(a)));                                         \
    PUT(N, 10, NAME_##N(as_uint)(NAME_##N(weft_clean_squared)(a)));                                \
    PUT(N, 15, NAME_##N(as_uint)(a * b + c))

/* Operations 6 to 8. */
#define CONVERT(N, V, U, I)                                                                        \
    const U u = LOAD_##N(in_a);                                                                    \
    const V a = NAME_##N(as_float)(u);                                                             \
    const V small = select((V)(0.0f), a, (I)(fabs(a) < 0x1p31f));                                  \
    PUT(N, 6, NAME_##N(as_uint)(NAME_##N(convert_float)(u)));                                      \
    PUT(N, 7, NAME_##N(as_uint)(NAME_##N(convert_float)(NAME_##N(as_int)(u))));                    \
    PUT(N, 8, NAME_##N(as_uint)(NAME_##N(convert_int)(small)))

#define DIVIDE(N)                                                                                  \
    PUT(N, 11,                                                                                     \
        NAME_##N(as_uint)(NAME_##N(weft_div)(NAME_##N(as_float)(LOAD_##N(in_a)),                   \
                                             NAME_##N(as_float)(LOAD_##N(in_b)))))

/* A function of one operand. */
#define FUNCTION(N, k, name)                                                                       \
    PUT(N, k, NAME_##N(as_uint)(NAME_##N(name)(NAME_##N(as_float)(LOAD_##N(in_a)))))

VERIFY(verify_basic) {
    BASIC(1, float, uint);
}

VERIFY(verify_basic16) {
    BASIC(16, float16, uint16);
}

VERIFY(verify_convert) {
    CONVERT(1, float, uint, int);
}

VERIFY(verify_convert16) {
    CONVERT(16, float16, uint16, int16);
}

VERIFY(verify_div) {
    DIVIDE(1);
}

VERIFY(verify_div16) {
    DIVIDE(16);
}

VERIFY(verify_sqrt) {
    FUNCTION(1, 12, weft_sqrt);
}

VERIFY(verify_sqrt16) {
    FUNCTION(16, 12, weft_sqrt);
}

VERIFY(verify_exp) {
    FUNCTION(1, 13, weft_exp);
}

VERIFY(verify_exp16) {
    FUNCTION(16, 13, weft_exp);
}

VERIFY(verify_log) {
    FUNCTION(1, 14, weft_log);
}

VERIFY(verify_log16) {
    FUNCTION(16, 14, weft_log);
}

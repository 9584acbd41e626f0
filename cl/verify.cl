/* verify.cl: the arithmetic that the contract leans on, and what is built on it, one operation after the other, for weft verify.
 *
 * a, b, c: n floats each, as bits. out: [operation][n], as bits. Once for single floats (verify_arithmetic), and once for vectors
 * of 16 (verify_arithmetic16), as the mappings of lanes.h use them. An item of the second one is 16 of n. */

#define TRUTH(U, condition) select((U)(0u), (U)(1u), condition)

/* A product and a sum are two roundings, in one expression (15) or in two (3): contraction shows. */
#define OPERATIONS(V, U, I, AS_V, AS_U, TO_V_U, TO_V_I, TO_I, N)                                   \
    const V a = AS_V(ua), b = AS_V(ub), c = AS_V(uc);                                              \
    const V product = a * b;                                                                       \
    PUT(0, AS_U(a + b));                                                                           \
    PUT(1, AS_U(product));                                                                         \
    PUT(2, AS_U(fma(a, b, c)));                                                                    \
    PUT(3, AS_U(product + c));                                                                     \
    PUT(4, AS_U(a - b));                                                                           \
    PUT(5, TRUTH(U, a < b) | TRUTH(U, a <= b) << 1 | TRUTH(U, a > b) << 2 |                        \
               TRUTH(U, a >= b) << 3 | TRUTH(U, a == b) << 4 | TRUTH(U, a != b) << 5);             \
    PUT(6, AS_U(TO_V_U(ua)));                                                                      \
    PUT(7, AS_U(TO_V_I(AS_I_##N(ua))));                                                            \
    PUT(8, AS_U_I_##N(TO_I(select((V)(0.0f), a, (I)(fabs(a) < 0x1p31f)))));                        \
    PUT(9, AS_U(NAME_##N(weft_clean)(a)));                                                         \
    PUT(10, AS_U(NAME_##N(weft_clean_squared)(a)));                                                \
    PUT(11, AS_U(NAME_##N(weft_div)(a, b)));                                                       \
    PUT(12, AS_U(NAME_##N(weft_sqrt)(a)));                                                         \
    PUT(13, AS_U(NAME_##N(weft_exp)(a)));                                                          \
    PUT(14, AS_U(NAME_##N(weft_log)(a)));                                                          \
    PUT(15, AS_U(a *b + c))

#define NAME_1(name)  name
#define NAME_16(name) name##16
#define AS_I_1(x)     as_int(x)
#define AS_I_16(x)    as_int16(x)
#define AS_U_I_1(x)   as_uint(x)
#define AS_U_I_16(x)  as_uint16(x)

kernel void verify_arithmetic(global const uint *in_a, global const uint *in_b,
                              global const uint *in_c, global uint *out, uint n) {
    const size_t i = get_global_id(0);
    const uint ua = in_a[i], ub = in_b[i], uc = in_c[i];
#define PUT(k, bits) out[(k) * (size_t)n + i] = (bits)
    OPERATIONS(float, uint, int, as_float, as_uint, convert_float, convert_float, convert_int, 1);
#undef PUT
}

kernel void verify_arithmetic16(global const uint *in_a, global const uint *in_b,
                                global const uint *in_c, global uint *out, uint n) {
    const size_t i = get_global_id(0);
    const uint16 ua = vload16(i, in_a), ub = vload16(i, in_b), uc = vload16(i, in_c);
#define PUT(k, bits) vstore16(bits, i, out + (k) * (size_t)n)
    OPERATIONS(float16, uint16, int16, as_float16, as_uint16, convert_float16, convert_float16,
               convert_int16, 16);
#undef PUT
}

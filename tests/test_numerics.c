/* test_numerics.c: cl/numerics.h, compiled as C, compared with the host's IEEE division and square
 * root and with exp and log in double. WEFT_EXHAUSTIVE=1 in the environment tests 10^9 quotients
 * and every float, in some minutes. */
#include <math.h>

#include "check_weft.h"
#include "numerics_cases.h"

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#define NAN_BITS      0x7fc00000u
#define INFINITY_BITS 0x7f800000u

static bool exhaustive(void) {
    const char *text = getenv("WEFT_EXHAUSTIVE");
    return text != NULL && text[0] == '1';
}

/* The result of weft_div from a quotient in double: rounding it to float gives the correctly
 * rounded quotient. */
static uint32_t expected_quotient(float a, float b) {
    const double x = fabsf(a) < 0x1p-126f ? copysign(0.0, a) : a;
    const double y = fabsf(b) < 0x1p-126f ? copysign(0.0, b) : b;
    const double quotient = x / y;
    if (isnan(quotient)) {
        return NAN_BITS;
    }
    return fabs(quotient) < 0x1p-126 ? 0 : weft_as_uint((float)quotient);
}

static void check_quotient(float a, float b) {
    const uint32_t found = weft_as_uint(weft_div(a, b)), expected = expected_quotient(a, b);
    if (found != expected) {
        ck_abort_msg("%a / %a is %08x, not %08x", a, b, found, expected);
    }
}

/* One unit in the last place of the float nearest to ${value}, which is normal. */
static double ulp(double value) {
    return ldexp(1.0, ilogb(value) - 23);
}

START_TEST(clean) {
    static const float thresholds[2] = {0x1p-36f, 0x1p-72f};
    ck_assert(WEFT_TINY == thresholds[0] && WEFT_TINY_SQUARED == thresholds[1]);
    for (int squared = 0; squared < 2; squared++) {
        for (size_t i = 0; i < NUMERICS_SPECIALS; i++) {
            const float x = numerics_special(i), y = numerics_call(squared, x, 0);
            if (isnan(x)) {
                ck_assert(isnan(y));
            } else {
                ck_assert_uint_eq(weft_as_uint(y),
                                  fabsf(x) < thresholds[squared] ? 0 : weft_as_uint(x));
            }
        }
    }
}
END_TEST

/* The proof of weft_quotient: weft_reciprocal is right for every b, and the few b for which the
 * argument does not hold are tested with every a. The names are those of NUMERICS.md,
 * "Division". */
START_TEST(quotient_is_right_for_every_pair) {
    int tried = 0;
    for (uint64_t B = 1 << 23; B < 1 << 24; B++) {
        const float b = (float)B * 0x1p-23f;
        const uint64_t Y = (uint64_t)(weft_reciprocal(b) * 0x1p24f);
        const uint64_t d =
            B * Y > 1ull << 47 ? B * Y - (1ull << 47) : (1ull << 47) - B * Y; /* x 2^47 */
        if (d >= 1 << 24 || d * (B + 1) >= 1ull << 47) {
            ck_abort_msg("1 / %a is %a", b, weft_reciprocal(b));
        }
        if (weft_quotient(b, b) != 1) {
            ck_abort_msg("%a / %a is %a", b, b, weft_quotient(b, b));
        }
        if (d < (1 << 23) - 32) {
            continue;
        }
        tried++;
        for (uint32_t A = 1 << 23; A < 1 << 24; A++) {
            const float a = (float)A * 0x1p-23f;
            if (weft_quotient(a, b) != a / b) {
                ck_abort_msg("%a / %a is %a", a, b, weft_quotient(a, b));
            }
        }
    }
    printf("divisors tried with every dividend: %d\n", tried);
    ck_assert(tried < 100);
}
END_TEST

START_TEST(random_quotients) {
    uint64_t state = 1;
    const long pairs = exhaustive() ? 1000000000 : 20000000;
    for (long i = 0; i < pairs; i++) {
        const uint64_t random = numerics_random(&state);
        const float a = weft_as_float(0x3f800000u | (random & 0x7fffff));
        const float b = weft_as_float(0x3f800000u | (random >> 32 & 0x7fffff));
        if (weft_div(a, b) != a / b) {
            ck_abort_msg("%a / %a is %a", a, b, weft_div(a, b));
        }
    }
    for (long i = 0; i < 2000000; i++) {
        const uint64_t random = numerics_random(&state);
        check_quotient(weft_as_float((uint32_t)random), weft_as_float((uint32_t)(random >> 32)));
    }
}
END_TEST

START_TEST(hard_quotients) {
    uint64_t state = 2;
    for (int i = 0; i < 1000000; i++) {
        float a, b;
        numerics_hard_quotient(&state, &a, &b);
        check_quotient(a, b);
        check_quotient(ldexpf(a, i % 253 - 126), -ldexpf(b, i / 253 % 253 - 126));
    }
}
END_TEST

START_TEST(special_quotients) {
    for (size_t i = 0; i < NUMERICS_SPECIALS; i++) {
        for (size_t j = 0; j < NUMERICS_SPECIALS; j++) {
            check_quotient(numerics_special(i), numerics_special(j));
        }
    }
    ck_assert_uint_eq(weft_as_uint(weft_div(-1.0f, 0x1p-127f)), 0xff800000u);
    ck_assert_uint_eq(weft_as_uint(weft_div(-0x1p-127f, 5.0f)), 0);
    /* double and IEEE float round this to 2^-126; in 24 bits it is smaller. */
    ck_assert_uint_eq(weft_as_uint(weft_div(0x1.fffffep-126f, 2.0f)), 0);
    ck_assert_uint_eq(weft_as_uint(weft_div(0x1p-126f, 0x1.000002p0f)), 0);
}
END_TEST

static void check_root(float x) {
    if (weft_sqrt(x) != sqrtf(x)) {
        ck_abort_msg("the root of %a is %a, not %a", x, weft_sqrt(x), sqrtf(x));
    }
}

START_TEST(roots) {
    const uint32_t last = exhaustive() ? 0x7f7fffff : 0x40ffffff; /* both parities from 2 to 8 */
    for (uint32_t u = exhaustive() ? 0x00800000 : 0x40000000; u <= last; u++) {
        check_root(weft_as_float(u));
    }
    for (uint32_t u = 0x00800000; u < INFINITY_BITS; u += 10007) {
        check_root(weft_as_float(u));
    }
    for (size_t i = 0; i < NUMERICS_SPECIALS; i++) {
        const float x = numerics_special(i);
        const uint32_t found = weft_as_uint(weft_sqrt(x));
        if (fabsf(x) < 0x1p-126f) {
            ck_assert_uint_eq(found, 0);
        } else {
            ck_assert_uint_eq(found, x > 0 ? weft_as_uint(sqrtf(x)) : NAN_BITS);
        }
    }
}
END_TEST

/* Checks weft_exp at ${x}. Returns its error in ulp, 0 for a special result. */
static double check_exp(float x) {
    const float found = weft_exp(x);
    const double right = exp(x);
    if (isnan(x) || right < 0x1p-126 || right >= 0x1.ffffffp127) {
        const uint32_t expected = isnan(x) ? NAN_BITS : (right < 1 ? 0 : INFINITY_BITS);
        if (weft_as_uint(found) != expected) {
            ck_abort_msg("exp of %a is %a", x, found);
        }
        return 0;
    }
    return fabs(found - right) / ulp(right);
}

START_TEST(exponentials) {
    double worst = 0;
    const uint32_t stride = exhaustive() ? 1 : 31;
    for (uint64_t u = 0; u <= UINT32_MAX; u += stride) {
        worst = fmax(worst, check_exp(weft_as_float((uint32_t)u)));
    }
    for (size_t i = 0; i < NUMERICS_SPECIALS; i++) {
        worst = fmax(worst, check_exp(numerics_special(i)));
    }
    printf("exp: %.4f ulp\n", worst);
    ck_assert(worst > 0.5 && worst < 0.66);
    ck_assert(weft_exp(0.0f) == 1.0f);
}
END_TEST

/* Checks weft_log at ${x}. Returns its error in ulp, 0 for a special result. */
static double check_log(float x) {
    const float found = weft_log(x);
    uint32_t expected;
    if (x >= 0x1p-126f && x != 1 && !isinf(x)) {
        return fabs(found - log(x)) / ulp(log(x));
    }
    if (fabsf(x) < 0x1p-126f) {
        expected = INFINITY_BITS | 0x80000000u;
    } else {
        expected = !(x > 0) ? NAN_BITS : (x == 1 ? 0 : INFINITY_BITS);
    }
    if (weft_as_uint(found) != expected) {
        ck_abort_msg("log of %a is %a", x, found);
    }
    return 0;
}

START_TEST(logarithms) {
    double worst = 0;
    const uint32_t stride = exhaustive() ? 1 : 31;
    for (uint64_t u = 0; u < INFINITY_BITS; u += stride) {
        worst = fmax(worst, check_log(weft_as_float((uint32_t)u)));
    }
    for (uint32_t u = 0x3f700000; u < 0x3f900000; u++) { /* around 1 */
        worst = fmax(worst, check_log(weft_as_float(u)));
    }
    for (size_t i = 0; i < NUMERICS_SPECIALS; i++) {
        worst = fmax(worst, check_log(numerics_special(i)));
    }
    printf("log: %.4f ulp\n", worst);
    ck_assert(worst > 0.5 && worst < 0.67);
}
END_TEST

/* Checks weft_sigmoid at ${x}. Returns its error in ulp, 0 for a special result. */
static double check_sigmoid(float x) {
    const float found = weft_sigmoid(x);
    const double right = x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
    if (isnan(x) || right < 0x1p-126) {
        if (weft_as_uint(found) != (isnan(x) ? NAN_BITS : 0)) {
            ck_abort_msg("sigmoid of %a is %a", x, found);
        }
        return 0;
    }
    return fabs(found - right) / ulp(right);
}

/* The same for weft_tanh. */
static double check_tanh(float x) {
    const float found = weft_tanh(x);
    const double right = tanh(x);
    if (isnan(x) || fabsf(x) < 0x1p-36f) {
        if (weft_as_uint(found) != (isnan(x) ? NAN_BITS : 0)) {
            ck_abort_msg("tanh of %a is %a", x, found);
        }
        return 0;
    }
    return fabs(found - right) / ulp(right);
}

START_TEST(sigmoids) {
    double worst = 0, worst_tanh = 0;
    const uint32_t stride = exhaustive() ? 1 : 509;
    for (uint64_t u = 0; u <= UINT32_MAX; u += stride) {
        worst = fmax(worst, check_sigmoid(weft_as_float((uint32_t)u)));
        worst_tanh = fmax(worst_tanh, check_tanh(weft_as_float((uint32_t)u)));
    }
    for (size_t i = 0; i < NUMERICS_SPECIALS; i++) {
        worst = fmax(worst, check_sigmoid(numerics_special(i)));
        worst_tanh = fmax(worst_tanh, check_tanh(numerics_special(i)));
    }
    printf("sigmoid: %.4f ulp, tanh: %.4f ulp\n", worst, worst_tanh);
    ck_assert(worst > 2 && worst < 2.41);
    ck_assert(worst_tanh > 1.3 && worst_tanh < 1.43);
    ck_assert(weft_sigmoid(0.0f) == 0.5f && weft_sigmoid(-INFINITY) == 0.0f);
    ck_assert(weft_sigmoid(INFINITY) == 1.0f);
    ck_assert(weft_tanh(INFINITY) == 1.0f && weft_tanh(-INFINITY) == -1.0f);
}
END_TEST

#if defined(__SSE__)

#define FLUSH     0x8040u /* flush results to zero, read denormals as zero */
#define FLAGS     0x003fu
#define DENORMALS 0x0012u /* a denormal operand was used, a result underflowed */
#define BLOCK     4096

static float first[BLOCK], second[BLOCK];

/* Computes ${function} of the block with ${mode} added to the processor's control word. Returns the
 * raised flags. */
static unsigned compute(enum numerics_function function, unsigned mode, uint32_t *results) {
    const unsigned before = _mm_getcsr();
    unsigned flags;
    _mm_setcsr((before & ~FLAGS) | mode);
    for (int i = 0; i < BLOCK; i++) {
        results[i] = weft_as_uint(numerics_call(function, first[i], second[i]));
    }
    flags = _mm_getcsr() & FLAGS;
    _mm_setcsr(before);
    return flags;
}

static void check_block(void) {
    static uint32_t kept[BLOCK], flushed[BLOCK];
    for (int function = 0; function < NUMERICS_FUNCTIONS; function++) {
        const unsigned flags = compute(function, 0, kept);
        compute(function, FLUSH, flushed);
        for (int i = 0; i < BLOCK; i++) {
            if (kept[i] != flushed[i]) {
                ck_abort_msg("%s(%a, %a) is %08x, and %08x if denormals are flushed",
                             numerics_names[function], first[i], second[i], kept[i], flushed[i]);
            }
        }
        if (flags & DENORMALS) {
            ck_abort_msg("%s had a denormal inside", numerics_names[function]);
        }
    }
}

/* The same bits with denormals kept and flushed, and no flag of the processor reports a
 * denormal. */
START_TEST(denormals_do_not_matter) {
    uint64_t state = 3;
    for (size_t pair = 0; pair < NUMERICS_SPECIALS * NUMERICS_SPECIALS; pair += BLOCK) {
        for (size_t i = 0; i < BLOCK; i++) {
            first[i] = numerics_special((pair + i) % NUMERICS_SPECIALS);
            second[i] = numerics_special((pair + i) / NUMERICS_SPECIALS % NUMERICS_SPECIALS);
        }
        check_block();
    }
    for (int block = 0; block < 10000000 / BLOCK + 1; block++) {
        for (int i = 0; i < BLOCK; i++) {
            const uint64_t random = numerics_random(&state);
            first[i] = weft_as_float((uint32_t)random);
            second[i] = weft_as_float((uint32_t)(random >> 32));
        }
        check_block();
    }
}
END_TEST

#endif

static void add_tests(TCase *tests) {
    tcase_add_test(tests, clean);
    tcase_add_test(tests, quotient_is_right_for_every_pair);
    tcase_add_test(tests, random_quotients);
    tcase_add_test(tests, hard_quotients);
    tcase_add_test(tests, special_quotients);
    tcase_add_test(tests, roots);
    tcase_add_test(tests, exponentials);
    tcase_add_test(tests, logarithms);
    tcase_add_test(tests, sigmoids);
#if defined(__SSE__)
    tcase_add_test(tests, denormals_do_not_matter);
#endif
}

CHECK_MAIN("numerics", add_tests)

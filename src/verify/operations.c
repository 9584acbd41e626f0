/* operations.c: the single operations of cl/verify.cl, as the host computes them, and the values that they are tried on. */
#include "verify/operations.h"
#include "verify/verify.h"

#include <math.h>
#include <string.h>

#include "numerics.h"
#include "weft/compare.h"

const struct verify_operation verify_operations[RAW_DEVICE_OPERATIONS] = {
    {"a + b", RULE_RAW, 3, false, "7.4, addition is correctly rounded"},
    {"a * b", RULE_RAW, 3, false, "7.4, multiplication is correctly rounded"},
    {"fma(a, b, c)", RULE_RAW, 7, false, "6.12.2 and 7.4, fma is correctly rounded"},
    {"p = a * b; p + c", RULE_RAW, 7, false, "6.10, FP_CONTRACT OFF"},
    {"a - b", RULE_RAW, 3, false, "7.4, subtraction is correctly rounded"},
    {"a < b, <=, >, >=, ==, !=", RULE_TRUTH, 3, true, "6.3, relational operators"},
    {"(float)(uint)a", RULE_EXACT, 0, false, "6.2.3, conversions round to the nearest even"},
    {"(float)(int)a", RULE_EXACT, 0, false, "6.2.3, conversions round to the nearest even"},
    {"(int)a", RULE_EXACT, 0, true, "6.2.3, conversions to integers round towards zero"},
    {"weft_clean(a)", RULE_ANY_NAN, 0, false, "6.3, integer operations and comparisons"},
    {"weft_clean_squared(a)", RULE_ANY_NAN, 0, false, "6.3, integer operations and comparisons"},
    {"weft_div(a, b)", RULE_EXACT, 0, false, "7.4, what it is made of is correctly rounded"},
    {"weft_sqrt(a)", RULE_EXACT, 0, false, "7.4, what it is made of is correctly rounded"},
    {"weft_exp(a)", RULE_EXACT, 0, false, "7.4, what it is made of is correctly rounded"},
    {"weft_log(a)", RULE_EXACT, 0, false, "7.4, what it is made of is correctly rounded"},
    {"a * b + c", RULE_RAW, 7, false, "6.10, FP_CONTRACT OFF"},
};

static uint32_t truths(float a, float b) {
    return (uint32_t)(a < b) | (uint32_t)(a <= b) << 1 | (uint32_t)(a > b) << 2 |
           (uint32_t)(a >= b) << 3 | (uint32_t)(a == b) << 4 | (uint32_t)(a != b) << 5;
}

static uint32_t truncated(float a) {
    int32_t whole = fabsf(a) < 0x1p31f ? (int32_t)a : 0;
    uint32_t bits;
    memcpy(&bits, &whole, sizeof bits);
    return bits;
}

uint32_t verify_expect(unsigned k, const uint32_t in[3]) {
    float a = weft_as_float(in[0]), b = weft_as_float(in[1]), c = weft_as_float(in[2]);
    float product = a * b;
    int32_t whole;
    memcpy(&whole, &in[0], sizeof whole);
    switch (k) {
    case 0:
        return weft_as_uint(a + b);
    case 1:
        return weft_as_uint(product);
    case 2:
        return weft_as_uint(fmaf(a, b, c));
    case 4:
        return weft_as_uint(a - b);
    case 5:
        return truths(a, b);
    case 6:
        return weft_as_uint((float)in[0]);
    case 7:
        return weft_as_uint((float)whole);
    case 8:
        return truncated(a);
    case 9:
        return weft_as_uint(weft_clean(a));
    case 10:
        return weft_as_uint(weft_clean_squared(a));
    case 11:
        return weft_as_uint(weft_div(a, b));
    case 12:
        return weft_as_uint(weft_sqrt(a));
    case 13:
        return weft_as_uint(weft_exp(a));
    case 14:
        return weft_as_uint(weft_log(a));
    default: /* 3 and 15 */
        return weft_as_uint(product + c);
    }
}

static bool is_nan(uint32_t bits) {
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

/* Below 2^-118 but not 0: the contract has no such values, since devices may treat those near the denormals as they like. */
static bool is_faint(uint32_t bits) {
    uint32_t magnitude = bits & 0x7fffffffu;
    return magnitude != 0 && magnitude < (127u - 118u) << 23;
}

static bool is_denormal(uint32_t bits) {
    uint32_t magnitude = bits & 0x7fffffffu;
    return magnitude != 0 && magnitude < 0x00800000u;
}

bool verify_is_right(unsigned k, const uint32_t in[3], uint32_t got, uint32_t wanted) {
    const struct verify_operation *operation = &verify_operations[k];
    if (got == wanted) {
        return true;
    }
    if (operation->rule == RULE_EXACT) {
        return false;
    }
    if (operation->rule == RULE_ANY_NAN) {
        return is_nan(got) && is_nan(wanted);
    }
    for (unsigned i = 0; i < 3; i++) {
        if ((operation->operands >> i & 1) != 0 && is_denormal(in[i])) {
            return true;
        }
    }
    if (operation->rule == RULE_TRUTH) {
        return false;
    }
    if ((k == 3 || k == 15) && is_faint(verify_expect(1, in))) {
        return true;
    }
    return is_faint(wanted) || (is_nan(got) && is_nan(wanted)) ||
           ((got | wanted) & 0x7fffffffu) == 0;
}

/* Zeros, the threshold and its neighbours, denormals, halves, ends of ranges, infinities, NaN. */
static const uint32_t edges[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x80800000, 0x04800000,
    0x1b7fffff, 0x1b800000, 0x2d7fffff, 0x2d800000, 0x2d800001, 0xad800000, 0x33800000, 0x33800001,
    0x34000000, 0x3effffff, 0x3f000000, 0x3f7fffff, 0x3f800000, 0xbf800000, 0x3f800001, 0x3f800003,
    0x3fb504f3, 0x40000000, 0x40490fdb, 0x42b17217, 0x42b17218, 0xc2aeac4f, 0xc2aeac50, 0x4b000001,
    0x4b7fffff, 0x4b800001, 0x4f000000, 0xcf000000, 0x4effffff, 0x7f000000, 0x7f7fffff, 0xff7fffff,
    0x7f800000, 0xff800000, 0x7fc00000};

/* Where exp or log is another if a coefficient of cl/numerics_body.h is the next float, up or down: for some, no random value is. */
static const uint32_t sensitive[] = {
    0xc268b5a6, 0x41d1796d, 0x4073fce0, 0xc23b2656, 0x3eb28000, 0x3eb28001, 0xc23b34a0, 0x4074635d,
    0x41b9dc06, 0x41b9d456, 0x3eb28eda, 0x3eb28db7, 0xbd83a002, 0x3fbfd000, 0x3fb4a361, 0x3fb1f781,
    0x3fb7fd61, 0x3fb437bf, 0x3fb49a85, 0x3fbfdb8a, 0x3fbc1d70, 0x3fbfd1b3, 0x3fbdfc1d, 0x3fbfd0af,
    0x3fbfd02a, 0x3fbfd027, 0x3fbfd021, 0x3fc283b4, 0x3fba966b};

#define EDGES     (sizeof edges / sizeof edges[0])
#define TRIPLES   (EDGES * EDGES * EDGES)
#define SENSITIVE (sizeof sensitive / sizeof sensitive[0])
#define RANDOM    (1u << 20)

/* Makes triple ${i}: first all of edges, then with those of sensitive, then random ones, of bits, of like exponents, and with a product and a sum that cancel. */
static void make_triple(size_t i, const uint32_t random[3], uint32_t in[3]) {
    if (i < TRIPLES) {
        in[0] = edges[i % EDGES];
        in[1] = edges[i / EDGES % EDGES];
        in[2] = edges[i / EDGES / EDGES];
        return;
    }
    memcpy(in, random, 3 * sizeof *in);
    if (i - TRIPLES < SENSITIVE) {
        in[0] = sensitive[i - TRIPLES];
        in[1] = 0x3fffffff; /* the hard one of division, below 2 */
        in[2] = 0;
        return;
    }
    for (size_t k = 0; k < 3; k++) {
        if (i % 4 != 0) { /* an exponent of -16 to 15 */
            in[k] = (in[k] & 0x807fffffu) | (111u + (in[k] >> 23) % 32u) << 23;
        }
        if (is_nan(in[k])) {
            in[k] = 0x7fc00000;
        }
    }
    if (i % 4 == 1) {
        in[2] = weft_as_uint(-(weft_as_float(in[0]) * weft_as_float(in[1])));
    }
}

size_t verify_triple_count(void) {
    return TRIPLES + RANDOM;
}

void verify_fill_chunk(uint64_t seed, size_t first, uint32_t *in) {
    uint32_t random[4], triple[3];
    for (size_t i = 0; i < VERIFY_TRIPLES; i++) {
        verify_words(seed, 5000000000u + first + i, random, 4);
        make_triple(first + i, random, triple);
        for (size_t k = 0; k < 3; k++) {
            in[k * VERIFY_TRIPLES + i] = triple[k];
        }
    }
}

/* operations.c: the operations of cl/verify_operations.h on the host, and the values on which they
 * are checked. */
#include "verify/operations.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "backend/division_pairs.h"
#include "base/try.h"
#include "numerics.h"
#include "verify/made_values.h"

#define OPERATION_ROW(name, kernel, text, rule, operands, integer, section)                        \
    {text, RULE_##rule, operands, integer, section},
const struct verify_operation verify_operations[] = {WEFT_OPERATIONS(OPERATION_ROW)};

static uint32_t truths(float a, float b) {
    return (uint32_t)(a < b) | (uint32_t)(a <= b) << 1 | (uint32_t)(a > b) << 2 |
           (uint32_t)(a >= b) << 3 | (uint32_t)(a == b) << 4 | (uint32_t)(a != b) << 5;
}

/* Returns the bits of ${a} as an integer; 0 if it does not fit. */
static uint32_t truncated(float a) {
    int32_t integer = fabsf(a) < 0x1p31f ? (int32_t)a : 0;
    uint32_t bits;
    memcpy(&bits, &integer, sizeof bits);
    return bits;
}

uint32_t verify_expect(enum weft_operation operation, const uint32_t in[3]) {
    float a = weft_as_float(in[0]), b = weft_as_float(in[1]), c = weft_as_float(in[2]);
    float product = a * b; /* rounded on its own */
    int32_t integer;
    memcpy(&integer, &in[0], sizeof integer);
    switch (operation) {
    case OPERATION_ADD:
        return weft_as_uint(a + b);
    case OPERATION_MULTIPLY:
        return weft_as_uint(product);
    case OPERATION_FMA:
        return weft_as_uint(fmaf(a, b, c));
    case OPERATION_SUBTRACT:
        return weft_as_uint(a - b);
    case OPERATION_COMPARE:
        return truths(a, b);
    case OPERATION_FROM_UINT:
        return weft_as_uint((float)in[0]);
    case OPERATION_FROM_INT:
        return weft_as_uint((float)integer);
    case OPERATION_TO_INT:
        return truncated(a);
    case OPERATION_CLEAN:
        return weft_as_uint(weft_clean(a));
    case OPERATION_CLEAN_SQUARED:
        return weft_as_uint(weft_clean_squared(a));
    case OPERATION_DIVIDE:
        return weft_as_uint(weft_div(a, b));
    case OPERATION_SQRT:
        return weft_as_uint(weft_sqrt(a));
    case OPERATION_DEVICE_DIVIDE:
        return weft_as_uint(a / b);
    case OPERATION_DEVICE_SQRT:
        return weft_as_uint(sqrtf(a));
    case OPERATION_EXP:
        return weft_as_uint(weft_exp(a));
    case OPERATION_LOG:
        return weft_as_uint(weft_log(a));
    case OPERATION_SIGMOID:
        return weft_as_uint(weft_sigmoid(a));
    case OPERATION_TANH:
        return weft_as_uint(weft_tanh(a));
    case OPERATION_TWO_STATEMENTS:
    case OPERATION_ONE_EXPRESSION:
    case OPERATION_COUNT:
        break;
    }
    return weft_as_uint(product + c);
}

static bool is_nan(uint32_t bits) {
    return (bits & 0x7fffffffu) > 0x7f800000u;
}

/* Returns whether a value is below 2^-118 but not 0: the contract has no such values, since devices
 * may flush values near the denormals. */
static bool is_faint(uint32_t bits) {
    uint32_t magnitude = bits & 0x7fffffffu;
    return magnitude != 0 && magnitude < (127u - 118u) << 23;
}

static bool is_denormal(uint32_t bits) {
    uint32_t magnitude = bits & 0x7fffffffu;
    return magnitude != 0 && magnitude < 0x00800000u;
}

bool verify_is_right(enum weft_operation operation, const uint32_t in[3], uint32_t got,
                     uint32_t expected) {
    enum verify_rule rule = verify_operations[operation].rule;
    if (got == expected) {
        return true;
    }
    if (rule == RULE_EXACT) {
        return false;
    }
    if (rule == RULE_ANY_NAN) {
        return is_nan(got) && is_nan(expected);
    }
    for (unsigned i = 0; i < 3; i++) {
        if ((verify_operations[operation].operands >> i & 1) != 0 && is_denormal(in[i])) {
            return true;
        }
    }
    if (rule == RULE_TRUTH) {
        return false;
    }
    if ((operation == OPERATION_TWO_STATEMENTS || operation == OPERATION_ONE_EXPRESSION) &&
        is_faint(verify_expect(OPERATION_MULTIPLY, in))) {
        return true;
    }
    return is_faint(expected) || (is_nan(got) && is_nan(expected)) ||
           ((got | expected) & 0x7fffffffu) == 0;
}

/* Zeros, the threshold and its neighbours, denormals, halves, ends of ranges, infinities, NaN. */
static const uint32_t edges[] = {
    0x00000000, 0x80000000, 0x00000001, 0x80000001, 0x007fffff, 0x00800000, 0x80800000, 0x04800000,
    0x1b7fffff, 0x1b800000, 0x2d7fffff, 0x2d800000, 0x2d800001, 0xad800000, 0x33800000, 0x33800001,
    0x34000000, 0x3effffff, 0x3f000000, 0x3f0ccccc, 0xbf0ccccd, 0x3f7fffff, 0x3f800000, 0xbf800000,
    0x3f800001, 0x3f800003, 0x3fb504f3, 0x40000000, 0x40490fdb, 0x42b17217, 0x42b17218, 0xc2aeac4f,
    0xc2aeac50, 0x4b000001, 0x4b7fffff, 0x4b800001, 0x4f000000, 0xcf000000, 0x4effffff, 0x7f000000,
    0x7f7fffff, 0xff7fffff, 0x7f800000, 0xff800000, 0x7fc00000};

/* Values for which exp or log changes if a coefficient of cl/numerics_body.h is replaced by a
 * neighbour: for some coefficients no random value shows it. */
static const uint32_t sensitive[] = {
    0xc268b5a6, 0x41d1796d, 0x4073fce0, 0xc23b2656, 0x3eb28000, 0x3eb28001, 0xc23b34a0, 0x4074635d,
    0x41b9dc06, 0x41b9d456, 0x3eb28eda, 0x3eb28db7, 0xbd83a002, 0x3fbfd000, 0x3fb4a361, 0x3fb1f781,
    0x3fb7fd61, 0x3fb437bf, 0x3fb49a85, 0x3fbfdb8a, 0x3fbc1d70, 0x3fbfd1b3, 0x3fbdfc1d, 0x3fbfd0af,
    0x3fbfd02a, 0x3fbfd027, 0x3fbfd021, 0x3fc283b4, 0x3fba966b};

#define EDGES     (sizeof edges / sizeof edges[0])
#define TRIPLES   (EDGES * EDGES * EDGES)
#define SENSITIVE (sizeof sensitive / sizeof sensitive[0])
#define RANDOM    (1u << 20)

/* Makes triple ${i}: first all combinations of edges, then those of sensitive, then random ones: of
 * bits, of similar exponents, and with a product and a sum that cancel. */
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
        in[1] = 0x3fffffff; /* the hardest divisor below 2 */
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

/* Puts pairs a, b that show how the device divides into the chunk from ${first} on, if they are
 * there: after the sensitive values. */
static void fill_pairs(size_t first, uint32_t *in) {
    float a[DIVISION_PAIRS], b[DIVISION_PAIRS];
    size_t begin = TRIPLES + SENSITIVE - first;
    division_pairs_fill(a, b);
    for (size_t i = 0; i < DIVISION_PAIRS && begin + i < VERIFY_TRIPLES; i++) {
        in[begin + i] = weft_as_uint(a[i]);
        in[VERIFY_TRIPLES + begin + i] = weft_as_uint(b[i]);
    }
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
    if (first == 0) {
        fill_pairs(first, in);
    }
}

void verify_check_chunk(const uint32_t *in, const uint32_t *out, size_t first, bool vectors,
                        struct numerics *numerics) {
    for (size_t i = 0; i < VERIFY_TRIPLES; i++) {
        const uint32_t triple[3] = {in[i], in[VERIFY_TRIPLES + i], in[2 * VERIFY_TRIPLES + i]};
        for (unsigned k = 0; k < OPERATION_COUNT; k++) {
            struct numerics_faults *faults = &numerics->of[k];
            uint32_t got = out[k * VERIFY_TRIPLES + i], expected = verify_expect(k, triple);
            if (verify_is_right(k, triple, got, expected)) {
                continue;
            }
            if (faults->count++ == 0) {
                memcpy(faults->in, triple, sizeof triple);
                faults->got = got;
                faults->expected = expected;
                faults->vectors = vectors;
                faults->first = first + i;
            }
            faults->contracted += got == verify_expect(OPERATION_FMA, triple);
        }
    }
    numerics->cases += (uint64_t)VERIFY_TRIPLES * OPERATION_COUNT;
}

enum weft_status verify_allocate_chunk(uint32_t **in, uint32_t **out, struct weft_error *error) {
    *in = malloc(3 * VERIFY_TRIPLES * sizeof **in);
    *out = malloc(OPERATION_COUNT * (size_t)VERIFY_TRIPLES * sizeof **out);
    return *in != NULL && *out != NULL
               ? WEFT_OK
               : error_set(error, WEFT_NO_MEMORY, "verify: no memory for the numerics");
}

/* Computes the first chunk, and counts what is wrong. */
static enum weft_status compute(const struct verify *verify, const struct backend_options *options,
                                uint32_t *in, uint32_t *out, struct numerics *numerics,
                                struct weft_error *error) {
    struct raw_device *raw = NULL;
    enum weft_status status;
    TRY_OR(done, debug_api->raw_device->open(&verify->outcome->device, &raw, error));
    TRY_OR(done, debug_api->raw_device->build(raw, options, error));
    verify_fill_chunk(verify->options->seed, 0, in);
    for (int vectors = 0; vectors < (verify_vectors(verify) ? 2 : 1); vectors++) {
        TRY_OR(done, debug_api->raw_device->arithmetic(raw, in, VERIFY_TRIPLES, vectors != 0, out,
                                                       error));
        verify_check_chunk(in, out, 0, vectors != 0, numerics);
    }
done:
    debug_api->raw_device->close(raw);
    return status;
}

bool verify_computes(const struct verify *verify, const struct backend_options *options) {
    struct numerics numerics = {.cases = 0};
    struct weft_error ignored = {0};
    uint32_t *in, *out;
    bool right = verify_allocate_chunk(&in, &out, &ignored) == WEFT_OK &&
                 compute(verify, options, in, out, &numerics, &ignored) == WEFT_OK;
    for (unsigned k = 0; k < OPERATION_COUNT; k++) {
        right = right && numerics.of[k].count == 0;
    }
    free(in);
    free(out);
    return right;
}

/* numerics.c: the stage of single operations, on edge cases and on random values. */
#include "verify/verify.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/record.h"
#include "numerics.h"
#include "weft/compare.h"

/* What the operations of verify.cl are, and how their results are compared. */
enum rule {
    RAW,     /* a device's own: not where denormals or values near them could decide */
    TRUTH,   /* comparisons: not of denormals */
    ANY_NAN, /* exact, but for which NaN it is */
    EXACT,
};

static const struct operation {
    const char *name;
    enum rule rule;
    unsigned operands;   /* bits: a 1, b 2, c 4 */
    const char *section; /* of OpenCL 1.2 */
} operations[WEFT_BARE_OPERATIONS] = {
    {"a + b", RAW, 3, "7.4, addition is correctly rounded"},
    {"a * b", RAW, 3, "7.4, multiplication is correctly rounded"},
    {"fma(a, b, c)", RAW, 7, "6.12.2 and 7.4, fma is correctly rounded"},
    {"p = a * b; p + c", RAW, 7, "6.10, FP_CONTRACT OFF"},
    {"a - b", RAW, 3, "7.4, subtraction is correctly rounded"},
    {"a < b, <=, >, >=, ==, !=", TRUTH, 3, "6.3, relational operators"},
    {"(float)(uint)a", EXACT, 0, "6.2.3, conversions round to the nearest even"},
    {"(float)(int)a", EXACT, 0, "6.2.3, conversions round to the nearest even"},
    {"(int)a", EXACT, 0, "6.2.3, conversions to integers round towards zero"},
    {"weft_clean(a)", ANY_NAN, 0, "6.3, integer operations and comparisons"},
    {"weft_clean_squared(a)", ANY_NAN, 0, "6.3, integer operations and comparisons"},
    {"weft_div(a, b)", EXACT, 0, "7.4, what it is made of is correctly rounded"},
    {"weft_sqrt(a)", EXACT, 0, "7.4, what it is made of is correctly rounded"},
    {"weft_exp(a)", EXACT, 0, "7.4, what it is made of is correctly rounded"},
    {"weft_log(a)", EXACT, 0, "7.4, what it is made of is correctly rounded"},
    {"a * b + c", RAW, 7, "6.10, FP_CONTRACT OFF"},
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

/* The right result of operation ${k} on the bits ${in}. */
static uint32_t expect(unsigned k, const uint32_t in[3]) {
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

/* Whether ${got} is a right result, ${wanted} being the reference's. */
static bool is_right(unsigned k, const uint32_t in[3], uint32_t got, uint32_t wanted) {
    const struct operation *operation = &operations[k];
    if (got == wanted) {
        return true;
    }
    if (operation->rule == EXACT) {
        return false;
    }
    if (operation->rule == ANY_NAN) {
        return is_nan(got) && is_nan(wanted);
    }
    for (unsigned i = 0; i < 3; i++) {
        if ((operation->operands >> i & 1) != 0 && is_denormal(in[i])) {
            return true;
        }
    }
    if (operation->rule == TRUTH) {
        return false;
    }
    if ((k == 3 || k == 15) && is_faint(expect(1, in))) {
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

#define EDGES   (sizeof edges / sizeof edges[0])
#define TRIPLES (EDGES * EDGES * EDGES)
#define CHUNK   (1u << 17) /* triples at once */
#define RANDOM  (1u << 20)

/* Makes triple ${i}: first all of edges, then random ones, of bits, of like exponents, and with a product and a sum that cancel. */
static void make_triple(size_t i, const uint32_t random[3], uint32_t in[3]) {
    if (i < TRIPLES) {
        in[0] = edges[i % EDGES];
        in[1] = edges[i / EDGES % EDGES];
        in[2] = edges[i / EDGES / EDGES];
        return;
    }
    memcpy(in, random, 3 * sizeof *in);
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

static void fill_chunk(uint64_t seed, size_t first, uint32_t *in) {
    uint32_t random[4], triple[3];
    for (size_t i = 0; i < CHUNK; i++) {
        verify_words(seed, 5000000000u + first + i, random, 4);
        make_triple(first + i, random, triple);
        for (size_t k = 0; k < 3; k++) {
            in[k * CHUNK + i] = triple[k];
        }
    }
}

/* Wrong results so far, by operation; the first of each is kept. */
struct numerics {
    struct {
        uint64_t wrong, contracted;
        uint32_t in[3], got, wanted;
        bool vectors;
        size_t first; /* of all triples */
    } of[WEFT_BARE_OPERATIONS];
    uint64_t cases;
};

static void check_chunk(const uint32_t *in, const uint32_t *out, size_t first, bool vectors,
                        struct numerics *numerics) {
    for (size_t i = 0; i < CHUNK; i++) {
        uint32_t triple[3] = {in[i], in[CHUNK + i], in[2 * CHUNK + i]};
        for (unsigned k = 0; k < WEFT_BARE_OPERATIONS; k++) {
            uint32_t got = out[k * CHUNK + i], wanted = expect(k, triple);
            if (is_right(k, triple, got, wanted)) {
                continue;
            }
            if (numerics->of[k].wrong++ == 0) {
                memcpy(numerics->of[k].in, triple, sizeof triple);
                numerics->of[k].got = got;
                numerics->of[k].wanted = wanted;
                numerics->of[k].vectors = vectors;
                numerics->of[k].first = first + i;
            }
            numerics->of[k].contracted += got == expect(2, triple);
        }
    }
    numerics->cases += (uint64_t)CHUNK * WEFT_BARE_OPERATIONS;
}

/* What the device does with denormals, in words: no failure, whatever it is. A whole chunk in ${in} and ${out}, as all others: drivers
 * that compile for a number of work-items do it once. */
static enum weft_status describe_denormals(struct verify *verify, struct weft_bare *bare,
                                           uint32_t *in, uint32_t *out, struct weft_error *error) {
    const char *said =
        strstr(verify->outcome->device.fp_config, "denorm") != NULL ? "keeps" : "flushes";
    enum weft_status status;
    bool kept[3];
    for (size_t i = 0; i < CHUNK; i++) { /* d x 1 and fma(d, 1, 0), then d + 0 */
        in[i] = 0x00400000u + (uint32_t)i;
        in[CHUNK + i] = i < CHUNK / 2 ? 0x3f800000u : 0;
        in[2 * CHUNK + i] = 0;
    }
    status = weft_bare_arithmetic(bare, in, CHUNK, false, out, error);
    if (status != WEFT_OK) {
        return status;
    }
    kept[0] = out[CHUNK / 2] == in[CHUNK / 2];
    kept[1] = out[CHUNK] == in[0];
    kept[2] = out[2 * CHUNK] == in[0];
    snprintf(verify->outcome->denormals, sizeof verify->outcome->denormals,
             "%s by +, %s by x, %s by fma; the driver says that it %s them",
             kept[0] ? "kept" : "flushed", kept[1] ? "kept" : "flushed",
             kept[2] ? "kept" : "flushed", said);
    return WEFT_OK;
}

#define SHOWN 4096 /* triples in a bundle: those around the first wrong one */

/* A folder that shows operation ${k} alone. ${in} and ${out}: room for a chunk. */
static void bundle_operation(struct verify *verify, struct weft_bare *bare, unsigned k,
                             const struct numerics *numerics, uint32_t *in, uint32_t *out,
                             const struct weft_verify_difference *found) {
    size_t chunk = numerics->of[k].first / CHUNK * CHUNK;
    size_t begin = (numerics->of[k].first - chunk) / SHOWN * SHOWN;
    bool vectors = numerics->of[k].vectors;
    struct weft_record *record = calloc(1, sizeof *record);
    uint32_t *expected = malloc(WEFT_BARE_OPERATIONS * SHOWN * sizeof *expected);
    struct weft_error failure = {0};
    enum weft_status status = WEFT_OK;
    if (record == NULL || expected == NULL) {
        status = weft_fail(&failure, WEFT_FAILED, "no memory");
    } else {
        fill_chunk(verify->options->seed, chunk, in);
        for (size_t i = 0; i < 3; i++) {
            memmove(in + i * SHOWN, in + i * CHUNK + begin, SHOWN * sizeof *in);
        }
        status = weft_bare_arithmetic(bare, in, SHOWN, vectors, out, &failure);
    }
    for (size_t i = 0; i < WEFT_BARE_OPERATIONS * SHOWN && status == WEFT_OK; i++) {
        const uint32_t triple[3] = {in[i % SHOWN], in[SHOWN + i % SHOWN],
                                    in[2 * SHOWN + i % SHOWN]};
        uint32_t wanted = expect(k, triple);
        /* what a device may compute in its own way is not compared */
        bool compared =
            i / SHOWN == k && (out[i] == wanted || !is_right(k, triple, out[i], wanted));
        expected[i] = compared ? wanted : VERIFY_OPEN;
    }
    if (status == WEFT_OK) {
        status = weft_bare_record(bare, k, in, SHOWN, vectors, record, &failure);
    }
    if (status == WEFT_OK) {
        status =
            verify_bundle_write(verify, record, 3, out, expected,
                                WEFT_BARE_OPERATIONS * SHOWN * sizeof *expected, found, &failure);
    }
    if (status != WEFT_OK) {
        snprintf(verify->outcome->bundle, sizeof verify->outcome->bundle, "%.500s",
                 failure.message);
    }
    if (record != NULL) {
        weft_record_finish(record);
    }
    free(record);
    free(expected);
}

/* Says what the wrong results mean. */
static void diagnose(struct verify *verify, struct weft_bare *bare, const struct numerics *numerics,
                     uint32_t *room_in, uint32_t *room_out) {
    struct weft_verify_difference found = {.stage = WEFT_STAGE_NUMERICS};
    char *text = verify->outcome->diagnosis;
    size_t room = sizeof verify->outcome->diagnosis, length;
    unsigned worst = 0;
    /* What is built on others comes last: name the most basic one. */
    static const unsigned order[] = {0, 1, 2, 4, 5, 6, 7, 8, 3, 15, 9, 10, 11, 12, 13, 14};
    for (size_t i = 0; i < WEFT_BARE_OPERATIONS; i++) {
        unsigned k = order[i];
        bool contraction =
            (k == 3 || k == 15) && numerics->of[k].contracted == numerics->of[k].wrong;
        const uint32_t *in = numerics->of[k].in;
        if (numerics->of[k].wrong == 0) {
            continue;
        }
        snprintf(found.layer, sizeof found.layer, "numerics");
        snprintf(found.tensor, sizeof found.tensor, "%s", operations[k].name);
        snprintf(found.where, sizeof found.where, "a = %a, b = %a, c = %a; %s",
                 (double)weft_as_float(in[0]), (double)weft_as_float(in[1]),
                 (double)weft_as_float(in[2]),
                 numerics->of[k].vectors ? "vectors of 16" : "single floats");
        found.device = numerics->of[k].got;
        found.expected = numerics->of[k].wanted;
        found.whole = operations[k].rule == TRUTH || k == 8;
        found.ulp = weft_ulp_distance(weft_as_float(found.device), weft_as_float(found.expected));
        found.element = numerics->of[k].first;
        found.differing = (size_t)numerics->of[k].wrong;
        found.of = (size_t)(numerics->cases / WEFT_BARE_OPERATIONS);
        worst = k;
        found.guess = contraction      ? "contraction"
                      : found.ulp <= 4 ? "rounding"
                                       : "wrong computation";
        if (contraction) {
            snprintf(text, room,
                     "contraction: the compiler makes one fma of a product and a sum, although the "
                     "source says FP_CONTRACT OFF (OpenCL 1.2, section %s)",
                     operations[k].section);
        } else {
            snprintf(text, room, "%s: %s is computed wrongly (OpenCL 1.2, section %s)",
                     found.ulp <= 4 ? "rounding" : "wrong computation", operations[k].name,
                     operations[k].section);
        }
        break;
    }
    length = strlen(text);
    for (unsigned k = 0; k < WEFT_BARE_OPERATIONS && length < room; k++) {
        if (numerics->of[k].wrong > 0) {
            length +=
                (size_t)snprintf(text + length, room - length, "; %s: %llu wrong",
                                 operations[k].name, (unsigned long long)numerics->of[k].wrong);
        }
    }
    if (found.differing > 0) {
        verify_decide(verify, &found, WEFT_VERIFY_DIFFERENT);
    }
    if (found.differing > 0 && verify->options->bundle != NULL) {
        bundle_operation(verify, bare, worst, numerics, room_in, room_out, &found);
    }
}

enum weft_status verify_numerics(struct verify *verify, struct weft_bare *bare,
                                 struct weft_error *error) {
    uint32_t *in = malloc(3 * CHUNK * sizeof *in);
    uint32_t *out = malloc(WEFT_BARE_OPERATIONS * (size_t)CHUNK * sizeof *out);
    struct numerics numerics = {0};
    int kinds = verify_vectors(verify) ? 2 : 1; /* single floats, vectors */
    enum weft_status status = WEFT_OK;
    if (in == NULL || out == NULL) {
        status = weft_fail(error, WEFT_FAILED, "verify: no memory for the numerics");
    } else if ((status = weft_bare_build(bare, &verify->options->device, error)) == WEFT_OK) {
        status = describe_denormals(verify, bare, in, out, error);
    }
    for (size_t first = 0; status == WEFT_OK && first < TRIPLES + RANDOM; first += CHUNK) {
        fill_chunk(verify->options->seed, first, in);
        for (int vectors = 0; status == WEFT_OK && vectors < kinds; vectors++) {
            status = weft_bare_arithmetic(bare, in, CHUNK, vectors != 0, out, error);
            if (status == WEFT_OK) {
                check_chunk(in, out, first, vectors != 0, &numerics);
            }
        }
        if (status == WEFT_OK) {
            status = verify_progress(verify, "numerics", error);
        }
    }
    if (status == WEFT_OK) {
        diagnose(verify, bare, &numerics, in, out);
    }
    verify->cases = numerics.cases;
    free(in);
    free(out);
    return status;
}

bool verify_computes(const struct verify *verify, const struct weft_backend_options *how) {
    uint32_t *in = malloc(3 * CHUNK * sizeof *in);
    uint32_t *out = malloc(WEFT_BARE_OPERATIONS * (size_t)CHUNK * sizeof *out);
    struct weft_bare *bare = NULL;
    struct numerics numerics = {0};
    struct weft_error ignored = {0};
    bool right = in != NULL && out != NULL &&
                 weft_bare_open(&verify->outcome->device, &bare, &ignored) == WEFT_OK &&
                 weft_bare_build(bare, how, &ignored) == WEFT_OK;
    for (int vectors = 0; right && vectors < (verify_vectors(verify) ? 2 : 1); vectors++) {
        fill_chunk(verify->options->seed, 0, in);
        right = weft_bare_arithmetic(bare, in, CHUNK, vectors != 0, out, &ignored) == WEFT_OK;
        if (right) {
            check_chunk(in, out, 0, vectors != 0, &numerics);
        }
    }
    for (unsigned k = 0; k < WEFT_BARE_OPERATIONS; k++) {
        right = right && numerics.of[k].wrong == 0;
    }
    weft_bare_close(bare);
    free(in);
    free(out);
    return right;
}

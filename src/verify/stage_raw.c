/* stage_raw.c: the stages without a network: bytes that are written to the device come back, before
 * any kernel runs, and single operations are right, on special and on random values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "compare/compare.h"
#include "numerics.h"
#include "verify/bundle.h"
#include "verify/made_values.h"
#include "verify/operations.h"
#include "verify/stages.h"

#define REPEATS  4           /* of what was wrong */
#define TRANSFER (16u << 20) /* bytes */
#define WORDS    (TRANSFER / sizeof(uint32_t))
#define SHOWN    4096 /* triples in a bundle: those around the first wrong one */

/* Diagnoses words that came back changed, and writes the bundle. ${to} has the words that were read
 * from both buffers. */
static enum weft_status diagnose_transfer(struct verify *verify, const uint32_t *from, uint32_t *to,
                                          struct verify_difference *found,
                                          struct weft_error *error) {
    const uint32_t *second = to + WORDS;
    const struct bundle_content content = {.result = memcmp(to, from, TRANSFER) != 0 ? to : second,
                                           .expected = from,
                                           .size = TRANSFER};
    char text[512];
    unsigned right = 0;
    enum weft_status status = WEFT_OK;
    snprintf(found->where, sizeof found->where, "%u bytes, from the host to a buffer and back",
             TRANSFER);
    verify_cause_text(CAUSE_TRANSFERS, text, sizeof text);
    verify_explain(verify, "%s", text);
    if (verify->options->bundle != NULL) {
        verify_bundle_write(verify, &content, found);
    }
    /* The difference is reported even if the repetitions fail. */
    for (int i = 0; i < REPEATS && status == WEFT_OK; i++) {
        status = debug_api->raw_device->transfer(verify->raw, from, TRANSFER, to, error);
        right += memcmp(to, from, TRANSFER) == 0 && memcmp(second, from, TRANSFER) == 0;
    }
    verify_explain(verify, "%s. Again: %u of %d right", text, right, REPEATS);
    verify_decide(verify, found, CAUSE_TRANSFERS, right > 0);
    return status;
}

static enum weft_status transfer(struct verify *verify, uint32_t *from, uint32_t *to,
                                 struct weft_error *error) {
    struct verify_difference found = {.stage = VERIFY_STAGE_TRANSFERS,
                                      .layer = "transfers",
                                      .tensor = "buffer",
                                      .is_integer = true,
                                      .of = 2 * WORDS};
    verify->cases = 2 * WORDS;
    verify_words(verify->options->seed, 2, from, WORDS);
    TRY(debug_api->raw_device->transfer(verify->raw, from, TRANSFER, to, error));
    for (size_t i = 0; i < 2 * WORDS; i++) {
        if (to[i] != from[i % WORDS] && found.differing++ == 0) {
            found.element = i % WORDS;
            found.device = to[i];
            found.expected = from[i % WORDS];
        }
    }
    return found.differing > 0 ? diagnose_transfer(verify, from, to, &found, error) : WEFT_OK;
}

enum weft_status verify_transfers(struct verify *verify, struct weft_error *error) {
    uint32_t *from, *to;
    enum weft_status status;
    if (verify->raw == NULL) {
        return WEFT_OK;
    }
    from = malloc(TRANSFER);
    to = malloc(2 * (size_t)TRANSFER);
    status = from != NULL && to != NULL
                 ? transfer(verify, from, to, error)
                 : error_set(error, WEFT_NO_MEMORY, "verify: no memory for transfers");
    free(from);
    free(to);
    return status;
}

/* Room for a chunk, and the faults. */
struct bench {
    struct verify *verify;
    uint32_t *in, *out;
    struct numerics numerics;
};

/* Describes what the device does with denormals; nothing that it does is a fault. Uses a complete
 * chunk, as all other calls do, since some drivers compile for a number of work-items. */
static enum weft_status describe_denormals(const struct bench *bench, struct weft_error *error) {
    static const char *const words[] = {"flushed", "kept"};
    bool reported = strstr(bench->verify->outcome->device.fp_config, "denorm") != NULL;
    uint32_t *in = bench->in, *out = bench->out;
    for (size_t i = 0; i < VERIFY_TRIPLES; i++) { /* d x 1 and fma(d, 1, 0), then d + 0 */
        in[i] = 0x00400000u + (uint32_t)i;
        in[VERIFY_TRIPLES + i] = i < VERIFY_TRIPLES / 2 ? 0x3f800000u : 0;
        in[2 * VERIFY_TRIPLES + i] = 0;
    }
    TRY(debug_api->raw_device->arithmetic(bench->verify->raw, in, VERIFY_TRIPLES, false, out,
                                          error));
    snprintf(
        bench->verify->outcome->denormals, sizeof bench->verify->outcome->denormals,
        "%s by +, %s by x, %s by fma; the driver says that it %s them",
        words[out[OPERATION_ADD * VERIFY_TRIPLES + VERIFY_TRIPLES / 2] == in[VERIFY_TRIPLES / 2]],
        words[out[OPERATION_MULTIPLY * VERIFY_TRIPLES] == in[0]],
        words[out[OPERATION_FMA * VERIFY_TRIPLES] == in[0]], reported ? "keeps" : "flushes");
    return WEFT_OK;
}

/* Returns what a bundle compares of ${got}, result ${i} of SHOWN triples ${in} of each operation:
 * results of ${operation} that cannot differ between right devices. */
static uint32_t expect(enum weft_operation operation, const uint32_t *in, size_t i, uint32_t got) {
    const uint32_t triple[3] = {in[i % SHOWN], in[SHOWN + i % SHOWN], in[2 * SHOWN + i % SHOWN]};
    uint32_t right = verify_expect(operation, triple);
    return i / SHOWN == operation &&
                   (got == right || !verify_is_right(operation, triple, got, right))
               ? right
               : VERIFY_UNCOMPARED;
}

/* Writes a bundle that shows ${operation} alone, on the triples around its first fault.
 * ${expected}: room for the results of SHOWN triples. */
static enum weft_status write_bundle(const struct bench *bench, enum weft_operation operation,
                                     uint32_t *expected, struct record *record,
                                     const struct verify_difference *found,
                                     struct weft_error *error) {
    const struct numerics_faults *faults = &bench->numerics.of[operation];
    size_t chunk = faults->first / VERIFY_TRIPLES * VERIFY_TRIPLES;
    size_t begin = (faults->first - chunk) / SHOWN * SHOWN;
    uint32_t *in = bench->in, *out = bench->out;
    const struct bundle_content content = {.record = record,
                                           .buffer = 3,
                                           .result = out,
                                           .expected = expected,
                                           .size = OPERATION_COUNT * SHOWN * sizeof *expected};
    verify_fill_chunk(bench->verify->options->seed, chunk, in);
    for (size_t i = 0; i < 3; i++) {
        memmove(in + i * SHOWN, in + i * VERIFY_TRIPLES + begin, SHOWN * sizeof *in);
    }
    TRY(debug_api->raw_device->arithmetic(bench->verify->raw, in, SHOWN, faults->vectors, out,
                                          error));
    for (size_t i = 0; i < OPERATION_COUNT * SHOWN; i++) {
        expected[i] = expect(operation, in, i, out[i]);
    }
    TRY(debug_api->raw_device->record(bench->verify->raw, operation, in, SHOWN, faults->vectors,
                                      record, error));
    verify_bundle_write(bench->verify, &content, found);
    return WEFT_OK;
}

static void bundle_operation(const struct bench *bench, enum weft_operation operation,
                             const struct verify_difference *found) {
    struct record record = {.launch_count = 0};
    uint32_t *expected = malloc(OPERATION_COUNT * SHOWN * sizeof *expected);
    struct weft_error failure = {0};
    enum weft_status status =
        expected != NULL ? write_bundle(bench, operation, expected, &record, found, &failure)
                         : error_set(&failure, WEFT_NO_MEMORY, "no memory");
    if (status != WEFT_OK) {
        verify_bundle_fail(bench->verify, &failure);
    }
    record_finish(&record);
    free(expected);
}

/* Repeats the chunk with the first fault of ${operation}. Returns in how many of REPEATS runs the
 * operation was right. */
static unsigned repeat(const struct bench *bench, enum weft_operation operation) {
    const struct numerics_faults *faults = &bench->numerics.of[operation];
    size_t first = faults->first / VERIFY_TRIPLES * VERIFY_TRIPLES;
    unsigned right = 0;
    verify_fill_chunk(bench->verify->options->seed, first, bench->in);
    for (int i = 0; i < REPEATS; i++) {
        struct numerics again = {.cases = 0};
        struct weft_error ignored = {0};
        if (debug_api->raw_device->arithmetic(bench->verify->raw, bench->in, VERIFY_TRIPLES,
                                              faults->vectors, bench->out, &ignored) == WEFT_OK) {
            verify_check_chunk(bench->in, bench->out, first, faults->vectors, &again);
            right += again.of[operation].count == 0;
        }
    }
    return right;
}

static struct verify_difference describe(const struct bench *bench, enum weft_operation operation) {
    const struct numerics_faults *faults = &bench->numerics.of[operation];
    struct verify_difference found = {.stage = VERIFY_STAGE_NUMERICS,
                                      .layer = "numerics",
                                      .element = faults->first,
                                      .device = faults->got,
                                      .expected = faults->expected,
                                      .is_integer = verify_operations[operation].is_integer,
                                      .differing = (size_t)faults->count,
                                      .of = (size_t)(bench->numerics.cases / OPERATION_COUNT)};
    snprintf(found.tensor, sizeof found.tensor, "%s", verify_operations[operation].name);
    snprintf(found.where, sizeof found.where, "a = %a, b = %a, c = %a; %s",
             (double)weft_as_float(faults->in[0]), (double)weft_as_float(faults->in[1]),
             (double)weft_as_float(faults->in[2]),
             faults->vectors ? "vectors of 16" : "single floats");
    found.ulp = ulp_distance(weft_as_float(found.device), weft_as_float(found.expected));
    return found;
}

/* Returns the cause of the faults of ${operation}, which was ${right} in some of REPEATS runs. */
static enum verify_cause explain(const struct numerics_faults *faults,
                                 enum weft_operation operation, uint32_t ulp, unsigned right) {
    bool product_and_sum =
        operation == OPERATION_TWO_STATEMENTS || operation == OPERATION_ONE_EXPRESSION;
    return right > 0                                                ? CAUSE_HARDWARE
           : product_and_sum && faults->contracted == faults->count ? CAUSE_CONTRACTION
           : ulp <= 4                                               ? CAUSE_ROUNDING
                                                                    : CAUSE_WRONG;
}

/* Returns whether all faults are of sums of a product, and are the results of an fma. */
static bool only_contracted(const struct bench *bench) {
    for (unsigned k = 0; k < OPERATION_COUNT; k++) {
        const struct numerics_faults *faults = &bench->numerics.of[k];
        if (faults->count > 0 && explain(faults, k, UINT32_MAX, 0) != CAUSE_CONTRACTION) {
            return false;
        }
    }
    return true;
}

static void write_diagnosis(const struct bench *bench, enum weft_operation operation,
                            enum verify_cause cause, unsigned right) {
    const struct verify_operation *row = &verify_operations[operation];
    char *text = bench->verify->outcome->diagnosis, sentence[256];
    const size_t room = sizeof bench->verify->outcome->diagnosis;
    verify_cause_text(cause, sentence, sizeof sentence);
    if (cause == CAUSE_HARDWARE) {
        verify_explain(bench->verify,
                       "%s: %s was wrong, but right in %u of %d more runs of the same kernels on "
                       "the same input",
                       sentence, row->name, right, REPEATS);
    } else if (cause == CAUSE_CONTRACTION) {
        verify_explain(bench->verify, "%s (OpenCL 1.2, section %s)", sentence, row->section);
    } else {
        verify_explain(bench->verify, "%s: %s is computed wrongly (OpenCL 1.2, section %s)",
                       verify_cause_name(cause), row->name, row->section);
    }
    for (unsigned k = 0; k < OPERATION_COUNT; k++) {
        size_t length = strlen(text);
        if (bench->numerics.of[k].count > 0) {
            snprintf(text + length, room - length, "; %s: %llu wrong", verify_operations[k].name,
                     (unsigned long long)bench->numerics.of[k].count);
        }
    }
}

/* Explains the faults of ${operation}. */
static void diagnose(const struct bench *bench, enum weft_operation operation) {
    struct verify_difference found = describe(bench, operation);
    unsigned right = repeat(bench, operation);
    enum verify_cause cause = explain(&bench->numerics.of[operation], operation, found.ulp, right);
    write_diagnosis(bench, operation, cause, right);
    verify_decide(bench->verify, &found, cause, right > 0);
    bench->verify->contracts = cause == CAUSE_CONTRACTION && only_contracted(bench);
    if (bench->verify->options->bundle != NULL) {
        bundle_operation(bench, operation, &found);
    }
}

static enum weft_status compute_all(struct bench *bench, struct weft_error *error) {
    int kinds = verify_vectors(bench->verify) ? 2 : 1; /* single floats, vectors */
    TRY(debug_api->raw_device->build(bench->verify->raw, &bench->verify->options->device, error));
    TRY(describe_denormals(bench, error));
    for (size_t first = 0; first < verify_triple_count(); first += VERIFY_TRIPLES) {
        verify_fill_chunk(bench->verify->options->seed, first, bench->in);
        for (int vectors = 0; vectors < kinds; vectors++) {
            TRY(debug_api->raw_device->arithmetic(bench->verify->raw, bench->in, VERIFY_TRIPLES,
                                                  vectors != 0, bench->out, error));
            verify_check_chunk(bench->in, bench->out, first, vectors != 0, &bench->numerics);
        }
        TRY(verify_progress(bench->verify, "numerics", error));
    }
    return WEFT_OK;
}

enum weft_status verify_numerics(struct verify *verify, struct weft_error *error) {
    struct bench bench = {.verify = verify};
    enum weft_status status;
    if (verify->raw == NULL) {
        return WEFT_OK;
    }
    TRY_OR(done, verify_allocate_chunk(&bench.in, &bench.out, error));
    TRY_OR(done, compute_all(&bench, error));
    /* Only the first one: basic operations are before those that use them. */
    for (unsigned k = 0; k < OPERATION_COUNT; k++) {
        if (bench.numerics.of[k].count > 0) {
            diagnose(&bench, k);
            break;
        }
    }
done:
    verify->cases = bench.numerics.cases;
    free(bench.in);
    free(bench.out);
    return status;
}

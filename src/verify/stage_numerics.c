/* stage_numerics.c: the stage of single operations, on special and on random values. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "numerics.h"
#include "verify/bundle.h"
#include "verify/operations.h"
#include "verify/stages.h"
#include "weft/compare.h"

#define REPEATS 4
#define SHOWN   4096 /* triples in a bundle: those around the first wrong one */

/* The device, and room for a chunk. */
struct bench {
    struct raw_device *raw;
    uint32_t *in, *out;
};

/* Describes what the device does with denormals; nothing that it does is a fault. Uses a complete chunk, as all other calls do, since some drivers
 * compile for a number of work-items. */
static enum weft_status describe_denormals(struct verify *verify, const struct bench *bench,
                                           struct weft_error *error) {
    static const char *const words[] = {"flushed", "kept"};
    bool reported = strstr(verify->outcome->device.fp_config, "denorm") != NULL;
    uint32_t *in = bench->in, *out = bench->out;
    for (size_t i = 0; i < VERIFY_TRIPLES; i++) { /* d x 1 and fma(d, 1, 0), then d + 0 */
        in[i] = 0x00400000u + (uint32_t)i;
        in[VERIFY_TRIPLES + i] = i < VERIFY_TRIPLES / 2 ? 0x3f800000u : 0;
        in[2 * VERIFY_TRIPLES + i] = 0;
    }
    TRY(debug_api->raw_device.arithmetic(bench->raw, in, VERIFY_TRIPLES, false, out, error));
    snprintf(
        verify->outcome->denormals, sizeof verify->outcome->denormals,
        "%s by +, %s by x, %s by fma; the driver says that it %s them",
        words[out[OPERATION_ADD * VERIFY_TRIPLES + VERIFY_TRIPLES / 2] == in[VERIFY_TRIPLES / 2]],
        words[out[OPERATION_MULTIPLY * VERIFY_TRIPLES] == in[0]],
        words[out[OPERATION_FMA * VERIFY_TRIPLES] == in[0]], reported ? "keeps" : "flushes");
    return WEFT_OK;
}

/* Writes a bundle that shows ${operation} alone, from the triples around its first fault. ${expected}: room for the results of SHOWN triples. */
static enum weft_status
bundle_operation(struct verify *verify, const struct bench *bench, enum weft_operation operation,
                 const struct numerics_faults *faults, uint32_t *expected, struct record *record,
                 const struct weft_verify_difference *found, struct weft_error *error) {
    size_t chunk = faults->first / VERIFY_TRIPLES * VERIFY_TRIPLES;
    size_t begin = (faults->first - chunk) / SHOWN * SHOWN;
    uint32_t *in = bench->in, *out = bench->out;
    const struct bundle_content content = {.record = record,
                                           .buffer = 3,
                                           .result = out,
                                           .expected = expected,
                                           .size = OPERATION_COUNT * SHOWN * sizeof *expected};
    verify_fill_chunk(verify->options->seed, chunk, in);
    for (size_t i = 0; i < 3; i++) {
        memmove(in + i * SHOWN, in + i * VERIFY_TRIPLES + begin, SHOWN * sizeof *in);
    }
    TRY(debug_api->raw_device.arithmetic(bench->raw, in, SHOWN, faults->vectors, out, error));
    for (size_t i = 0; i < OPERATION_COUNT * SHOWN; i++) {
        const uint32_t triple[3] = {in[i % SHOWN], in[SHOWN + i % SHOWN],
                                    in[2 * SHOWN + i % SHOWN]};
        uint32_t right = verify_expect(operation, triple);
        /* Results that may differ between devices are not compared. */
        bool compared = i / SHOWN == operation &&
                        (out[i] == right || !verify_is_right(operation, triple, out[i], right));
        expected[i] = compared ? right : VERIFY_UNCOMPARED;
    }
    TRY(debug_api->raw_device.record(bench->raw, operation, in, SHOWN, faults->vectors, record,
                                     error));
    verify_bundle_write(verify, &content, found);
    return WEFT_OK;
}

static void write_bundle(struct verify *verify, const struct bench *bench,
                         enum weft_operation operation, const struct numerics_faults *faults,
                         const struct weft_verify_difference *found) {
    struct record *record = calloc(1, sizeof *record);
    uint32_t *expected = malloc(OPERATION_COUNT * SHOWN * sizeof *expected);
    struct weft_error failure = {0};
    enum weft_status status =
        record != NULL && expected != NULL
            ? bundle_operation(verify, bench, operation, faults, expected, record, found, &failure)
            : weft_fail(&failure, WEFT_FAILED, "no memory");
    if (status != WEFT_OK) {
        verify_bundle_fail(verify, &failure);
    }
    if (record != NULL) {
        record_finish(record);
    }
    free(record);
    free(expected);
}

/* Repeats the chunk with the first fault of ${operation}; returns in how many of REPEATS runs the operation was right. */
static unsigned repeat(const struct verify *verify, const struct bench *bench,
                       enum weft_operation operation, const struct numerics_faults *faults) {
    size_t first = faults->first / VERIFY_TRIPLES * VERIFY_TRIPLES;
    unsigned right = 0;
    verify_fill_chunk(verify->options->seed, first, bench->in);
    for (int i = 0; i < REPEATS; i++) {
        struct numerics again = {.cases = 0};
        struct weft_error ignored = {0};
        if (debug_api->raw_device.arithmetic(bench->raw, bench->in, VERIFY_TRIPLES, faults->vectors,
                                             bench->out, &ignored) == WEFT_OK) {
            verify_check_chunk(bench->in, bench->out, first, faults->vectors, &again);
            right += again.of[operation].count == 0;
        }
    }
    return right;
}

static struct weft_verify_difference describe(const struct numerics *numerics,
                                              enum weft_operation operation) {
    const struct numerics_faults *faults = &numerics->of[operation];
    struct weft_verify_difference found = {.stage = WEFT_STAGE_NUMERICS,
                                           .layer = "numerics",
                                           .element = faults->first,
                                           .device = faults->got,
                                           .expected = faults->expected,
                                           .is_integer = verify_operations[operation].is_integer,
                                           .differing = (size_t)faults->count,
                                           .of = (size_t)(numerics->cases / OPERATION_COUNT)};
    snprintf(found.tensor, sizeof found.tensor, "%s", verify_operations[operation].name);
    snprintf(found.where, sizeof found.where, "a = %a, b = %a, c = %a; %s",
             (double)weft_as_float(faults->in[0]), (double)weft_as_float(faults->in[1]),
             (double)weft_as_float(faults->in[2]),
             faults->vectors ? "vectors of 16" : "single floats");
    found.ulp = weft_ulp_distance(weft_as_float(found.device), weft_as_float(found.expected));
    return found;
}

/* Returns the cause of the faults of ${operation}, which was ${right} in some of REPEATS runs. */
static enum verify_cause explain(enum weft_operation operation,
                                 const struct numerics_faults *faults, uint32_t ulp,
                                 unsigned right) {
    bool product_and_sum =
        operation == OPERATION_TWO_STATEMENTS || operation == OPERATION_ONE_EXPRESSION;
    return right > 0                                                ? CAUSE_HARDWARE
           : product_and_sum && faults->contracted == faults->count ? CAUSE_CONTRACTION
           : ulp <= 4                                               ? CAUSE_ROUNDING
                                                                    : CAUSE_WRONG;
}

static void write_diagnosis(struct verify *verify, const struct numerics *numerics,
                            enum weft_operation operation, enum verify_cause cause,
                            unsigned right) {
    const struct verify_operation *row = &verify_operations[operation];
    char *text = verify->outcome->diagnosis, sentence[256];
    size_t room = sizeof verify->outcome->diagnosis, length;
    verify_cause_text(cause, sentence, sizeof sentence);
    if (cause == CAUSE_HARDWARE) {
        snprintf(text, room,
                 "%s: %s was wrong, but right in %u of %d more runs of the same kernels on the "
                 "same input",
                 sentence, row->name, right, REPEATS);
    } else if (cause == CAUSE_CONTRACTION) {
        snprintf(text, room, "%s (OpenCL 1.2, section %s)", sentence, row->section);
    } else {
        snprintf(text, room, "%s: %s is computed wrongly (OpenCL 1.2, section %s)",
                 verify_cause_name(cause), row->name, row->section);
    }
    length = strlen(text);
    for (unsigned k = 0; k < OPERATION_COUNT && length < room; k++) {
        if (numerics->of[k].count > 0) {
            length += (size_t)snprintf(text + length, room - length, "; %s: %llu wrong",
                                       verify_operations[k].name,
                                       (unsigned long long)numerics->of[k].count);
        }
    }
}

/* Explains the first operation that has faults, if any, in the order of the list: those that others are made of come first. */
static void diagnose(struct verify *verify, const struct bench *bench,
                     const struct numerics *numerics) {
    for (unsigned k = 0; k < OPERATION_COUNT; k++) {
        const struct numerics_faults *faults = &numerics->of[k];
        struct weft_verify_difference found;
        enum verify_cause cause;
        unsigned right;
        if (faults->count == 0) {
            continue;
        }
        found = describe(numerics, k);
        right = repeat(verify, bench, k, faults);
        cause = explain(k, faults, found.ulp, right);
        write_diagnosis(verify, numerics, k, cause, right);
        verify_decide(verify, &found, cause,
                      right > 0 ? WEFT_VERIFY_UNSTABLE : WEFT_VERIFY_DIFFERENT);
        if (verify->options->bundle != NULL) {
            write_bundle(verify, bench, k, faults, &found);
        }
        return;
    }
}

static enum weft_status compute_all(struct verify *verify, const struct bench *bench,
                                    struct numerics *numerics, struct weft_error *error) {
    int kinds = verify_vectors(verify) ? 2 : 1; /* single floats, vectors */
    TRY(debug_api->raw_device.build(bench->raw, &verify->options->device, error));
    TRY(describe_denormals(verify, bench, error));
    for (size_t first = 0; first < verify_triple_count(); first += VERIFY_TRIPLES) {
        verify_fill_chunk(verify->options->seed, first, bench->in);
        for (int vectors = 0; vectors < kinds; vectors++) {
            TRY(debug_api->raw_device.arithmetic(bench->raw, bench->in, VERIFY_TRIPLES,
                                                 vectors != 0, bench->out, error));
            verify_check_chunk(bench->in, bench->out, first, vectors != 0, numerics);
        }
        TRY(verify_progress(verify, "numerics", error));
    }
    return WEFT_OK;
}

enum weft_status verify_numerics(struct verify *verify, struct raw_device *raw,
                                 struct weft_error *error) {
    struct bench bench = {.raw = raw};
    struct numerics numerics = {.cases = 0};
    enum weft_status status;
    if (raw == NULL) {
        return WEFT_OK;
    }
    TRY_OR(done, verify_allocate_chunk(&bench.in, &bench.out, error));
    TRY_OR(done, compute_all(verify, &bench, &numerics, error));
    diagnose(verify, &bench, &numerics);
done:
    verify->cases = numerics.cases;
    free(bench.in);
    free(bench.out);
    return status;
}

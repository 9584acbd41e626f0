/* stage_numerics.c: the stage of single operations, on edge cases and on random values. */
#include "verify/operations.h"
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "numerics.h"
#include "weft/compare.h"

/* Wrong results so far, by operation; the first of each is kept. */
struct numerics {
    struct {
        uint64_t wrong, contracted;
        uint32_t in[3], got, wanted;
        bool vectors;
        size_t first; /* of all triples */
    } of[RAW_DEVICE_OPERATIONS];
    uint64_t cases;
};

static void check_chunk(const uint32_t *in, const uint32_t *out, size_t first, bool vectors,
                        struct numerics *numerics) {
    for (size_t i = 0; i < VERIFY_TRIPLES; i++) {
        uint32_t triple[3] = {in[i], in[VERIFY_TRIPLES + i], in[2 * VERIFY_TRIPLES + i]};
        for (unsigned k = 0; k < RAW_DEVICE_OPERATIONS; k++) {
            uint32_t got = out[k * VERIFY_TRIPLES + i], wanted = verify_expect(k, triple);
            if (verify_is_right(k, triple, got, wanted)) {
                continue;
            }
            if (numerics->of[k].wrong++ == 0) {
                memcpy(numerics->of[k].in, triple, sizeof triple);
                numerics->of[k].got = got;
                numerics->of[k].wanted = wanted;
                numerics->of[k].vectors = vectors;
                numerics->of[k].first = first + i;
            }
            numerics->of[k].contracted += got == verify_expect(2, triple);
        }
    }
    numerics->cases += (uint64_t)VERIFY_TRIPLES * RAW_DEVICE_OPERATIONS;
}

/* What the device does with denormals, in words: no failure, whatever it is. A whole chunk in ${in} and ${out}, as all others: drivers
 * that compile for a number of work-items do it once. */
static enum weft_status describe_denormals(struct verify *verify, struct raw_device *bare,
                                           uint32_t *in, uint32_t *out, struct weft_error *error) {
    const char *said =
        strstr(verify->outcome->device.fp_config, "denorm") != NULL ? "keeps" : "flushes";
    enum weft_status status;
    bool kept[3];
    for (size_t i = 0; i < VERIFY_TRIPLES; i++) { /* d x 1 and fma(d, 1, 0), then d + 0 */
        in[i] = 0x00400000u + (uint32_t)i;
        in[VERIFY_TRIPLES + i] = i < VERIFY_TRIPLES / 2 ? 0x3f800000u : 0;
        in[2 * VERIFY_TRIPLES + i] = 0;
    }
    status = debug_api->raw_device.arithmetic(bare, in, VERIFY_TRIPLES, false, out, error);
    if (status != WEFT_OK) {
        return status;
    }
    kept[0] = out[VERIFY_TRIPLES / 2] == in[VERIFY_TRIPLES / 2];
    kept[1] = out[VERIFY_TRIPLES] == in[0];
    kept[2] = out[2 * VERIFY_TRIPLES] == in[0];
    snprintf(verify->outcome->denormals, sizeof verify->outcome->denormals,
             "%s by +, %s by x, %s by fma; the driver says that it %s them",
             kept[0] ? "kept" : "flushed", kept[1] ? "kept" : "flushed",
             kept[2] ? "kept" : "flushed", said);
    return WEFT_OK;
}

#define AGAIN 4    /* runs of the same thing */
#define SHOWN 4096 /* triples in a bundle: those around the first wrong one */

/* A folder that shows operation ${k} alone. ${in} and ${out}: room for a chunk. */
static void bundle_operation(struct verify *verify, struct raw_device *bare, unsigned k,
                             const struct numerics *numerics, uint32_t *in, uint32_t *out,
                             const struct weft_verify_difference *found) {
    size_t chunk = numerics->of[k].first / VERIFY_TRIPLES * VERIFY_TRIPLES;
    size_t begin = (numerics->of[k].first - chunk) / SHOWN * SHOWN;
    bool vectors = numerics->of[k].vectors;
    struct record *record = calloc(1, sizeof *record);
    uint32_t *expected = malloc(RAW_DEVICE_OPERATIONS * SHOWN * sizeof *expected);
    struct weft_error failure = {0};
    enum weft_status status = WEFT_OK;
    if (record == NULL || expected == NULL) {
        status = weft_fail(&failure, WEFT_FAILED, "no memory");
    } else {
        verify_fill_chunk(verify->options->seed, chunk, in);
        for (size_t i = 0; i < 3; i++) {
            memmove(in + i * SHOWN, in + i * VERIFY_TRIPLES + begin, SHOWN * sizeof *in);
        }
        status = debug_api->raw_device.arithmetic(bare, in, SHOWN, vectors, out, &failure);
    }
    for (size_t i = 0; expected != NULL && status == WEFT_OK && i < RAW_DEVICE_OPERATIONS * SHOWN;
         i++) {
        const uint32_t triple[3] = {in[i % SHOWN], in[SHOWN + i % SHOWN],
                                    in[2 * SHOWN + i % SHOWN]};
        uint32_t wanted = verify_expect(k, triple);
        /* what a device may compute in its own way is not compared */
        bool compared =
            i / SHOWN == k && (out[i] == wanted || !verify_is_right(k, triple, out[i], wanted));
        expected[i] = compared ? wanted : VERIFY_OPEN;
    }
    if (status == WEFT_OK) {
        status = debug_api->raw_device.record(bare, k, in, SHOWN, vectors, record, &failure);
    }
    if (status == WEFT_OK) {
        status =
            verify_bundle_write(verify, record, 3, out, expected,
                                RAW_DEVICE_OPERATIONS * SHOWN * sizeof *expected, found, &failure);
    }
    if (status != WEFT_OK) {
        snprintf(verify->outcome->bundle, sizeof verify->outcome->bundle, "%.500s",
                 failure.message);
    }
    if (record != NULL) {
        record_finish(record);
    }
    free(record);
    free(expected);
}

/* Runs the chunk with the first wrong result of operation ${k} again; returns in how many of AGAIN runs the operation was right. */
static unsigned run_again(const struct verify *verify, struct raw_device *bare, unsigned k,
                          const struct numerics *numerics, uint32_t *in, uint32_t *out) {
    size_t first = numerics->of[k].first / VERIFY_TRIPLES * VERIFY_TRIPLES;
    unsigned right = 0;
    verify_fill_chunk(verify->options->seed, first, in);
    for (int i = 0; i < AGAIN; i++) {
        struct numerics again = {0};
        struct weft_error ignored = {0};
        if (debug_api->raw_device.arithmetic(bare, in, VERIFY_TRIPLES, numerics->of[k].vectors, out,
                                             &ignored) == WEFT_OK) {
            check_chunk(in, out, first, numerics->of[k].vectors, &again);
            right += again.of[k].wrong == 0;
        }
    }
    return right;
}

/* Says what the wrong results mean. */
static void diagnose(struct verify *verify, struct raw_device *bare,
                     const struct numerics *numerics, uint32_t *room_in, uint32_t *room_out) {
    struct weft_verify_difference found = {.stage = WEFT_STAGE_NUMERICS};
    char *text = verify->outcome->diagnosis;
    size_t room = sizeof verify->outcome->diagnosis, length;
    unsigned worst = 0, right = 0;
    /* What is built on others comes last: name the most basic one. */
    static const unsigned order[] = {0, 1, 2, 4, 5, 6, 7, 8, 3, 15, 9, 10, 11, 12, 13, 14};
    for (size_t i = 0; i < RAW_DEVICE_OPERATIONS; i++) {
        unsigned k = order[i];
        bool contraction =
            (k == 3 || k == 15) && numerics->of[k].contracted == numerics->of[k].wrong;
        const uint32_t *in = numerics->of[k].in;
        if (numerics->of[k].wrong == 0) {
            continue;
        }
        snprintf(found.layer, sizeof found.layer, "numerics");
        snprintf(found.tensor, sizeof found.tensor, "%s", verify_operations[k].name);
        snprintf(found.where, sizeof found.where, "a = %a, b = %a, c = %a; %s",
                 (double)weft_as_float(in[0]), (double)weft_as_float(in[1]),
                 (double)weft_as_float(in[2]),
                 numerics->of[k].vectors ? "vectors of 16" : "single floats");
        found.device = numerics->of[k].got;
        found.expected = numerics->of[k].wanted;
        found.whole = verify_operations[k].whole;
        found.ulp = weft_ulp_distance(weft_as_float(found.device), weft_as_float(found.expected));
        found.element = numerics->of[k].first;
        found.differing = (size_t)numerics->of[k].wrong;
        found.of = (size_t)(numerics->cases / RAW_DEVICE_OPERATIONS);
        worst = k;
        right = run_again(verify, bare, k, numerics, room_in, room_out);
        found.guess = right > 0        ? "hardware"
                      : contraction    ? "contraction"
                      : found.ulp <= 4 ? "rounding"
                                       : "wrong computation";
        if (right > 0) {
            snprintf(
                text, room,
                "hardware or a race: %s was wrong, but right in %u of %u more runs of the same "
                "kernels on the same input",
                verify_operations[k].name, right, AGAIN);
        } else if (contraction) {
            snprintf(text, room,
                     "contraction: the compiler makes one fma of a product and a sum, although the "
                     "source says FP_CONTRACT OFF (OpenCL 1.2, section %s)",
                     verify_operations[k].section);
        } else {
            snprintf(text, room, "%s: %s is computed wrongly (OpenCL 1.2, section %s)",
                     found.ulp <= 4 ? "rounding" : "wrong computation", verify_operations[k].name,
                     verify_operations[k].section);
        }
        break;
    }
    length = strlen(text);
    for (unsigned k = 0; k < RAW_DEVICE_OPERATIONS && length < room; k++) {
        if (numerics->of[k].wrong > 0) {
            length += (size_t)snprintf(text + length, room - length, "; %s: %llu wrong",
                                       verify_operations[k].name,
                                       (unsigned long long)numerics->of[k].wrong);
        }
    }
    if (found.differing > 0) {
        verify_decide(verify, &found, right > 0 ? WEFT_VERIFY_UNSTABLE : WEFT_VERIFY_DIFFERENT);
    }
    if (found.differing > 0 && verify->options->bundle != NULL) {
        bundle_operation(verify, bare, worst, numerics, room_in, room_out, &found);
    }
}

enum weft_status verify_numerics(struct verify *verify, struct raw_device *bare,
                                 struct weft_error *error) {
    uint32_t *in = malloc(3 * VERIFY_TRIPLES * sizeof *in);
    uint32_t *out = malloc(RAW_DEVICE_OPERATIONS * (size_t)VERIFY_TRIPLES * sizeof *out);
    struct numerics numerics = {0};
    int kinds = verify_vectors(verify) ? 2 : 1; /* single floats, vectors */
    enum weft_status status = WEFT_OK;
    if (in == NULL || out == NULL) {
        status = weft_fail(error, WEFT_FAILED, "verify: no memory for the numerics");
    } else if ((status = debug_api->raw_device.build(bare, &verify->options->device, error)) ==
               WEFT_OK) {
        status = describe_denormals(verify, bare, in, out, error);
    }
    for (size_t first = 0; status == WEFT_OK && first < verify_triple_count();
         first += VERIFY_TRIPLES) {
        verify_fill_chunk(verify->options->seed, first, in);
        for (int vectors = 0; status == WEFT_OK && vectors < kinds; vectors++) {
            status = debug_api->raw_device.arithmetic(bare, in, VERIFY_TRIPLES, vectors != 0, out,
                                                      error);
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
    uint32_t *in = malloc(3 * VERIFY_TRIPLES * sizeof *in);
    uint32_t *out = malloc(RAW_DEVICE_OPERATIONS * (size_t)VERIFY_TRIPLES * sizeof *out);
    struct raw_device *bare = NULL;
    struct numerics numerics = {0};
    struct weft_error ignored = {0};
    bool right = in != NULL && out != NULL &&
                 debug_api->raw_device.open(&verify->outcome->device, &bare, &ignored) == WEFT_OK &&
                 debug_api->raw_device.build(bare, how, &ignored) == WEFT_OK;
    for (int vectors = 0; right && vectors < (verify_vectors(verify) ? 2 : 1); vectors++) {
        verify_fill_chunk(verify->options->seed, 0, in);
        right = debug_api->raw_device.arithmetic(bare, in, VERIFY_TRIPLES, vectors != 0, out,
                                                 &ignored) == WEFT_OK;
        if (right) {
            check_chunk(in, out, 0, vectors != 0, &numerics);
        }
    }
    for (unsigned k = 0; k < RAW_DEVICE_OPERATIONS; k++) {
        right = right && numerics.of[k].wrong == 0;
    }
    debug_api->raw_device.close(bare);
    free(in);
    free(out);
    return right;
}

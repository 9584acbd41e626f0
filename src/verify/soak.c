/* soak.c: the training again and again, with new seeds, in as many copies as keep the device busy.
 *
 * What the CPU backend gives for a seed is digested here once; the copies on the device are digested and compared there, so that a round
 * brings back a verdict a copy and no more. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "digest.h"
#include "os/host.h"

#define ROUNDS 10 /* of a seed, at least; and ten times as long as the reference took for it */
#define FEWEST 3  /* of a seed, however short the time: one round would show nothing new */

struct soak {
    struct verify *verify;
    struct verify_training training; /* its backend is a copy's, and not its own */
    struct replicas *crowd;          /* NULL: the CPU backend is verified */
    bool *wrong;                     /* of each copy */
    uint32_t *order;                 /* of an epoch */
    uint32_t expected;
    double end;
};

/* The chains of a digest, as cl/digest.h has them. */
static void add_words(uint32_t chains[WEFT_DIGEST_CHAINS], const void *from, size_t count) {
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, (const char *)from + 4 * i, sizeof word);
        chains[i % WEFT_DIGEST_CHAINS] = weft_digest_mix(chains[i % WEFT_DIGEST_CHAINS], word);
    }
}

/* Trains on ${backend} from the initial values, and digests what a crowd's compare does. */
static enum weft_status digest_training(struct soak *soak, struct weft_backend *backend,
                                        uint32_t *digest, struct weft_error *error) {
    static const enum weft_array arrays[] = {WEFT_ARRAY_PARAMETERS, WEFT_ARRAY_BUFFERS,
                                             WEFT_ARRAY_MOMENTS, WEFT_ARRAY_SECOND_MOMENTS};
    struct verify_training *training = &soak->training;
    const struct weft_network *network = training->model->network;
    uint32_t chains[WEFT_DIGEST_CHAINS];
    struct verify_chunk chunk;
    enum weft_status status = verify_training_begin(training, backend, error);
    for (size_t i = 0; i < WEFT_DIGEST_CHAINS; i++) {
        chains[i] = WEFT_DIGEST_START;
    }
    for (uint64_t step = 0; step < training->steps && status == WEFT_OK;
         step += chunk.steps.steps) {
        struct weft_step_result results[VERIFY_CHUNK];
        verify_chunk_make(training, step, soak->order, &chunk);
        status = weft_backend_train(backend, &chunk.steps, results, error);
        add_words(chains, results, status == WEFT_OK ? 2 * chunk.steps.steps : 0);
        status = status == WEFT_OK ? verify_progress(soak->verify, "soak", error) : status;
    }
    for (size_t i = 0; i < 4 && status == WEFT_OK; i++) {
        status = weft_backend_read(backend, arrays[i], training->values, error);
        add_words(chains, training->values,
                  arrays[i] == WEFT_ARRAY_BUFFERS ? network->buffer_count
                                                  : network->parameter_count);
    }
    *digest = WEFT_DIGEST_START;
    for (size_t i = 0; i < WEFT_DIGEST_CHAINS; i++) {
        *digest = weft_digest_mix(*digest, chains[i]);
    }
    return status;
}

static enum weft_status open_reference(const struct soak *soak, struct weft_backend **reference,
                                       struct weft_error *error) {
    struct verify_setup how = soak->training.how;
    how.options.device = "cpu";
    how.options.threads = soak->crowd == NULL ? 1 : how.options.threads;
    how.debug = NULL;
    return verify_training_open(&soak->training, &how, reference, error);
}

/* What the reference says of this seed. */
static enum weft_status expect(struct soak *soak, struct weft_error *error) {
    struct weft_backend *reference = NULL;
    enum weft_status status = open_reference(soak, &reference, error);
    if (status == WEFT_OK) {
        status = digest_training(soak, reference, &soak->expected, error);
    }
    weft_backend_close(reference);
    return status;
}

/* A copy was wrong: finds out where, and why. What the copy gives when it is run alone tells whether it comes again. */
static enum weft_status examine(struct soak *soak, struct weft_backend *copy,
                                struct weft_error *error) {
    struct verify_training *training = &soak->training;
    struct weft_verify_outcome *outcome = soak->verify->outcome;
    struct weft_backend *reference = NULL;
    enum weft_status status = open_reference(soak, &reference, error);
    if (status == WEFT_OK) {
        status = verify_train(soak->verify, training, reference, training->expected, NULL, error);
    }
    weft_backend_close(reference);
    if (status == WEFT_OK) {
        status = verify_train(soak->verify, training, copy, training->digest, NULL, error);
    }
    if (status == WEFT_OK && strcmp(training->digest, training->expected) != 0) {
        outcome->known = false;
        memcpy(outcome->hash, training->digest, sizeof outcome->hash);
        memcpy(outcome->expected_hash, training->expected, sizeof outcome->hash);
    } else {
        training->digest[0] = '\0'; /* of the round that was wrong nothing but that is known */
    }
    training->backend = copy;
    status = status == WEFT_OK ? verify_lockstep(soak->verify, training, error) : status;
    training->backend = NULL;
    return status;
}

/* Counts what a round came to; the first copy that is wrong is looked into. */
static enum weft_status count_faults(struct soak *soak, struct weft_error *error) {
    struct weft_verify_outcome *outcome = soak->verify->outcome;
    size_t copies = soak->crowd->count;
    enum weft_status status = WEFT_OK;
    /* A bit that was flipped is found even where it comes to nothing. */
    soak->wrong[copies > 1 ? 1 : 0] |= soak->verify->flip.flip != 0;
    for (size_t i = 0; i < copies && status == WEFT_OK; i++) {
        outcome->passes += !soak->wrong[i];
        outcome->faults += soak->wrong[i];
        if (soak->wrong[i] && outcome->faults == 1) {
            status = examine(soak, debug_api->replicas.backend(soak->crowd, i), error);
        }
    }
    return status;
}

/* All copies once. */
static enum weft_status run_round(struct soak *soak, struct weft_error *error) {
    struct verify_training *training = &soak->training;
    struct verify_chunk chunk;
    enum weft_status status = debug_api->replicas.restart(soak->crowd, error);
    for (uint64_t step = 0; step < training->steps && status == WEFT_OK;
         step += chunk.steps.steps) {
        verify_chunk_make(training, step, soak->order, &chunk);
        status = debug_api->replicas.train(soak->crowd, &chunk.steps, error);
        status = status == WEFT_OK ? verify_progress(soak->verify, "soak", error) : status;
    }
    if (status == WEFT_OK) {
        status = debug_api->replicas.compare(soak->crowd, soak->expected, soak->wrong, error);
    }
    return status == WEFT_OK ? count_faults(soak, error) : status;
}

/* Whether the memory beside the copies is still what was written. */
static enum weft_status check_memory(struct soak *soak, struct weft_error *error) {
    struct weft_verify_outcome *outcome = soak->verify->outcome;
    struct weft_verify_difference found = {
        .stage = WEFT_STAGE_TRANSFERS, .layer = "memory", .tensor = "filling", .whole = true};
    uint64_t wrong = 0;
    enum weft_status status = debug_api->replicas.check(soak->crowd, &wrong, error);
    if (status != WEFT_OK || wrong == 0) {
        return status;
    }
    if (outcome->faults++ == 0) {
        found.differing = (size_t)wrong;
        found.of = (size_t)(soak->crowd->bytes / sizeof(uint32_t));
        found.guess = "memory";
        snprintf(outcome->diagnosis, sizeof outcome->diagnosis,
                 "memory: %llu words that one kernel wrote were others when a later one read them "
                 "(hardware, or kernels that write where they should not)",
                 (unsigned long long)wrong);
        verify_decide(soak->verify, &found, WEFT_VERIFY_UNSTABLE);
    }
    return WEFT_OK;
}

/* Many rounds of one seed. */
static enum weft_status run_seed(struct soak *soak, struct weft_error *error) {
    const struct weft_model *model = soak->training.model;
    double start = os_seconds(), since;
    enum weft_status status = expect(soak, error);
    double reference = os_seconds() - start;
    if (status == WEFT_OK) {
        status = debug_api->replicas.begin(soak->crowd, &soak->training.images[WEFT_SPLIT_TRAIN],
                                           model->parameters, model->buffers,
                                           (uint32_t)soak->training.seed, error);
    }
    since = os_seconds();
    for (int i = 0; status == WEFT_OK && (i < FEWEST || os_seconds() < soak->end) &&
                    (i < ROUNDS || os_seconds() - since < 10 * reference);
         i++) {
        status = run_round(soak, error);
    }
    return status == WEFT_OK ? check_memory(soak, error) : status;
}

/* The CPU backend against its one thread. */
static enum weft_status run_cpu(struct soak *soak, struct weft_error *error) {
    struct verify_training *training = &soak->training;
    struct weft_verify_outcome *outcome = soak->verify->outcome;
    struct weft_backend *backend = NULL;
    uint32_t digest = 0;
    enum weft_status status = expect(soak, error);
    if (status == WEFT_OK) {
        status = verify_training_open(training, &training->how, &backend, error);
    }
    for (int i = 0; status == WEFT_OK && i < ROUNDS && (i < FEWEST || os_seconds() < soak->end);
         i++) {
        status = digest_training(soak, backend, &digest, error);
        outcome->passes += status == WEFT_OK && digest == soak->expected;
        if (status == WEFT_OK && digest != soak->expected && outcome->faults++ == 0) {
            status = examine(soak, backend, error);
        }
    }
    weft_backend_close(backend);
    return status;
}

/* Makes the crowd, or leaves none for the CPU backend. */
static enum weft_status open_crowd(struct soak *soak, struct weft_error *error) {
    struct verify_training *training = &soak->training;
    struct weft_verify_outcome *outcome = soak->verify->outcome;
    enum weft_status status;
    outcome->copies = 1;
    if (outcome->device.builtin) {
        return WEFT_OK;
    }
    status = debug_api->replicas.open(training->model->network, &training->how.options,
                                      &training->images[WEFT_SPLIT_TRAIN], training->how.debug,
                                      &soak->crowd, error);
    if (status != WEFT_OK) {
        return status;
    }
    size_t count = soak->crowd->count;
    outcome->copies = count;
    outcome->memory = soak->crowd->bytes;
    soak->wrong = calloc(count, sizeof *soak->wrong);
    return soak->wrong != NULL ? WEFT_OK
                               : weft_fail(error, WEFT_FAILED, "verify: no memory for verdicts");
}

enum weft_status verify_soak(struct verify *verify, struct weft_error *error) {
    struct soak soak = {.verify = verify, .end = os_seconds() + (double)verify->options->soak};
    uint64_t seed = verify->options->seed + 1;
    enum weft_status status = verify_training_init(verify, seed, NULL, &soak.training, error);
    if (status == WEFT_OK) {
        soak.order = malloc(soak.training.images[WEFT_SPLIT_TRAIN].count * sizeof *soak.order);
        status = soak.order != NULL
                     ? open_crowd(&soak, error)
                     : weft_fail(error, WEFT_FAILED, "verify: no memory for an order");
    }
    soak.end = os_seconds() + (double)verify->options->soak; /* kernels have been compiled */
    while (status == WEFT_OK) {
        status = soak.crowd != NULL ? run_seed(&soak, error) : run_cpu(&soak, error);
        if (status != WEFT_OK || os_seconds() >= soak.end) {
            break;
        }
        status = verify_training_reseed(verify, &soak.training, ++seed, error);
    }
    if (soak.crowd != NULL) {
        debug_api->replicas.close(soak.crowd);
    }
    verify_training_finish(&soak.training);
    free(soak.wrong);
    free(soak.order);
    return status;
}

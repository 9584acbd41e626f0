/* soak.c: the training again and again, with new seeds, in as many copies as keep the device busy.
 *
 * The host digests the results of the CPU backend once for each seed. The copies are digested and
 * compared on the device, so that only one verdict for each copy is read back after a round. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "digest.h"
#include "os/host.h"
#include "verify/made_values.h"
#include "verify/reference.h"
#include "verify/stages.h"

#define ROUNDS     10 /* of a seed, at least, and for ten times as long as the reference took */
#define MAX_FACTOR 4  /* by which steps of a fast device grow */
#define MIN_ROUNDS 3  /* of a seed, however short the time: a single round would show nothing new */

struct soak {
    struct verify *verify;
    struct trainer trainer;    /* its backend is a copy's */
    struct replicas *replicas; /* NULL: the CPU backend is verified */
    size_t copies;
    bool *wrong; /* of each copy */
    uint32_t expected;
    double end;
    size_t max_batch; /* images of a step for which the copies have memory */
};

/* Adds words to the chains of a digest (cl/digest.h). */
static void add_words(void *context, const void *words, size_t count) {
    uint32_t *chains = context;
    for (size_t i = 0; i < count; i++) {
        uint32_t word;
        memcpy(&word, (const char *)words + 4 * i, sizeof word);
        chains[i % WEFT_DIGEST_CHAINS] = weft_digest_mix(chains[i % WEFT_DIGEST_CHAINS], word);
    }
}

/* Trains on ${backend} from the initial values, and digests the same words as replicas.compare. */
static enum weft_status digest_training(struct soak *soak, struct backend *backend,
                                        uint32_t *digest, struct weft_error *error) {
    uint32_t chains[WEFT_DIGEST_CHAINS];
    const struct trainer_sink sink = {.add = add_words, .context = chains};
    for (size_t i = 0; i < WEFT_DIGEST_CHAINS; i++) {
        chains[i] = WEFT_DIGEST_START;
    }
    TRY(trainer_train(&soak->trainer, backend, "soak", &sink, NULL, error));
    *digest = WEFT_DIGEST_START;
    for (size_t i = 0; i < WEFT_DIGEST_CHAINS; i++) {
        *digest = weft_digest_mix(*digest, chains[i]);
    }
    return WEFT_OK;
}

/* Stores the reference's digest for this seed in soak->expected. */
static enum weft_status expect(struct soak *soak, struct weft_error *error) {
    struct backend *reference = NULL;
    enum weft_status status;
    TRY_OR(done, trainer_open_reference(&soak->trainer, &reference, error));
    TRY_OR(done, digest_training(soak, reference, &soak->expected, error));
done:
    backend_close(reference);
    return status;
}

/* Finds out where and why ${copy} was wrong. Whether it is wrong alone too shows whether the fault
 * is repeatable. */
static enum weft_status examine(struct soak *soak, struct backend *copy, struct weft_error *error) {
    struct trainer *trainer = &soak->trainer;
    struct verify_outcome *outcome = soak->verify->outcome;
    enum weft_status status;
    TRY(trainer_expect(trainer, error));
    TRY(trainer_check_finite(trainer, error));
    TRY(trainer_hash(trainer, copy, trainer->digest, trainer->results[0], error));
    if (strcmp(trainer->digest, trainer->expected) != 0) {
        outcome->known = false;
        memcpy(outcome->hash, trainer->digest, sizeof outcome->hash);
        memcpy(outcome->expected_hash, trainer->expected, sizeof outcome->hash);
    } else {
        trainer->digest[0] = '\0'; /* nothing else is known about the round that was wrong */
    }
    trainer->backend = copy;
    status = verify_lockstep(trainer, error);
    trainer->backend = NULL;
    return status;
}

/* Counts the verdicts of a round, and examines the first copy that is wrong. */
static enum weft_status count_faults(struct soak *soak, struct weft_error *error) {
    struct verify_outcome *outcome = soak->verify->outcome;
    /* A flipped bit is found even where it has no effect on the result. */
    soak->wrong[soak->copies > 1 ? 1 : 0] |= soak->verify->flip.flip != 0;
    for (size_t i = 0; i < soak->copies; i++) {
        outcome->passes += !soak->wrong[i];
        outcome->faults += soak->wrong[i];
        if (soak->wrong[i] && outcome->faults == 1) {
            TRY(examine(soak, debug_api->replicas->backend(soak->replicas, i), error));
        }
    }
    return WEFT_OK;
}

/* Trains all copies once. */
static enum weft_status run_round(struct soak *soak, struct weft_error *error) {
    struct trainer_chunk chunk = {.first = 0};
    TRY(debug_api->replicas->restart(soak->replicas, error));
    while (trainer_next(&soak->trainer, &chunk)) {
        TRY(debug_api->replicas->train(soak->replicas, &chunk.steps, error));
        TRY(verify_progress(soak->verify, "soak", error));
    }
    TRY(debug_api->replicas->compare(soak->replicas, soak->expected, soak->wrong, error));
    return count_faults(soak, error);
}

/* Compares the memory that is not used by the copies with what was written there. */
static enum weft_status check_memory(struct soak *soak, struct weft_error *error) {
    struct verify_outcome *outcome = soak->verify->outcome;
    struct verify_difference found = {.stage = VERIFY_STAGE_TRANSFERS,
                                      .layer = "memory",
                                      .tensor = "filling",
                                      .is_integer = true};
    uint64_t wrong = 0;
    TRY(debug_api->replicas->check(soak->replicas, &wrong, error));
    if (wrong == 0 || outcome->faults++ > 0) {
        return WEFT_OK;
    }
    found.differing = (size_t)wrong;
    found.of = (size_t)(outcome->memory / sizeof(uint32_t));
    verify_explain(
        soak->verify,
        "memory: %llu words that one kernel wrote had changed when a later one read them "
        "(hardware, or kernels that write where they should not)",
        (unsigned long long)wrong);
    verify_decide(soak->verify, &found, CAUSE_MEMORY, true);
    return WEFT_OK;
}

/* Gives the copies more work in the rounds of the next seed if one round, of all copies, took less
 * time than one training of the reference: such a device is fast, and may not be busy. */
static void grow_batch(struct soak *soak, double round, double reference) {
    size_t batch = soak->trainer.batch * 2;
    if (round < reference) {
        soak->trainer.batch = batch < soak->max_batch ? batch : soak->max_batch;
    }
}

/* Runs many rounds of one seed. */
static enum weft_status run_seed(struct soak *soak, struct weft_error *error) {
    const struct weft_model *model = soak->trainer.model;
    const struct normalisation normalisation = verify_normalisation(model->network);
    double start = os_seconds(), reference;
    int rounds;
    TRY(expect(soak, error));
    reference = os_seconds() - start;
    TRY(debug_api->replicas->begin(soak->replicas, &soak->trainer.images[WEFT_SPLIT_TRAIN],
                                   &normalisation, model->parameters, model->buffers,
                                   (uint32_t)soak->trainer.seed, error));
    start = os_seconds();
    for (rounds = 0; (rounds < MIN_ROUNDS || os_seconds() < soak->end) &&
                     (rounds < ROUNDS || os_seconds() - start < 10 * reference);
         rounds++) {
        TRY(run_round(soak, error));
    }
    grow_batch(soak, (os_seconds() - start) / rounds, reference);
    return check_memory(soak, error);
}

/* Trains the CPU backend several times, and compares it with the reference. */
static enum weft_status run_rounds_on(struct soak *soak, struct backend *backend,
                                      struct weft_error *error) {
    struct verify_outcome *outcome = soak->verify->outcome;
    for (int i = 0; i < ROUNDS && (i < MIN_ROUNDS || os_seconds() < soak->end); i++) {
        uint32_t digest = 0;
        TRY(digest_training(soak, backend, &digest, error));
        outcome->passes += digest == soak->expected;
        if (digest != soak->expected && outcome->faults++ == 0) {
            TRY(examine(soak, backend, error));
        }
    }
    return WEFT_OK;
}

static enum weft_status run_cpu(struct soak *soak, struct weft_error *error) {
    struct backend *backend = NULL;
    enum weft_status status;
    TRY_OR(done, expect(soak, error));
    TRY_OR(done, trainer_open(&soak->trainer, &soak->trainer.setup, &backend, error));
    TRY_OR(done, run_rounds_on(soak, backend, error));
done:
    backend_close(backend);
    return status;
}

/* Opens the replicas; for the CPU backend there are none. */
static enum weft_status open_replicas(struct soak *soak, struct weft_error *error) {
    struct trainer *trainer = &soak->trainer;
    struct verify_outcome *outcome = soak->verify->outcome;
    outcome->copies = 1;
    if (outcome->device.builtin) {
        return WEFT_OK;
    }
    trainer->setup.options.mapping = soak->verify->mapping;
    TRY(debug_api->replicas->open(trainer->model->network, &trainer->setup.options,
                                  &trainer->images[WEFT_SPLIT_TRAIN], trainer->setup.debug,
                                  &soak->replicas, error));
    outcome->memory = debug_api->replicas->size(soak->replicas, &soak->copies);
    outcome->copies = soak->copies;
    soak->wrong = calloc(soak->copies, sizeof *soak->wrong);
    return soak->wrong != NULL ? WEFT_OK
                               : error_set(error, WEFT_NO_MEMORY, "verify: no memory for verdicts");
}

/* A GPU with memory of its own has fewer copies than compute units, so that each copy may need more
 * work to keep it busy. */
static enum weft_status make_trainer(struct soak *soak, uint64_t seed, struct weft_error *error) {
    const struct device_info *device = &soak->verify->outcome->device;
    size_t max = TRAINER_BATCH * (device->unified_memory ? 1 : MAX_FACTOR);
    TRY(trainer_init(soak->verify, seed, max, &soak->trainer, error));
    soak->max_batch = soak->trainer.batch;
    soak->trainer.batch = soak->max_batch < TRAINER_BATCH ? soak->max_batch : TRAINER_BATCH;
    return WEFT_OK;
}

enum weft_status verify_soak(struct verify *verify, struct weft_error *error) {
    struct soak soak = {.verify = verify};
    uint64_t seed = verify->options->seed + 1;
    enum weft_status status;
    TRY_OR(done, make_trainer(&soak, seed, error));
    TRY_OR(done, open_replicas(&soak, error));
    soak.end = os_seconds() + (double)verify->options->soak; /* without the time of the compiler */
    for (;;) {
        TRY_OR(done, soak.replicas != NULL ? run_seed(&soak, error) : run_cpu(&soak, error));
        if (os_seconds() >= soak.end) {
            break;
        }
        TRY_OR(done, trainer_reseed(&soak.trainer, ++seed, error));
    }
done:
    if (soak.replicas != NULL) {
        debug_api->replicas->close(soak.replicas);
    }
    trainer_finish(&soak.trainer);
    free(soak.wrong);
    return status;
}

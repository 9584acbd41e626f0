/* lockstep.c: device and reference make the same training one step at a time, until they differ. If
 * they do not, the device makes the steps in calls, as the training did, first one of a call, then
 * two ...: this shows results that depend on a step's position in its call. */
#include "verify/stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"
#include "base/try.h"
#include "verify/diagnose.h"
#include "verify/made_values.h"
#include "verify/tensors.h"

enum { ARRAYS = STATE_ARRAYS + 1 /* compared after a step */ };
enum { PATIENCE = 200 /* steps of each kind of call */ };
enum { REPEATS = 4 /* of a training that differs although no step does */ };

/* Two backends at the same step, and the reference's state before it. */
struct lockstep {
    const struct trainer *trainer;
    struct backend *expected;
    float *values[2];           /* room for the longest array of device and reference */
    float *state[STATE_ARRAYS]; /* after them, in the same memory */
    uint64_t first, step;       /* from 0: those of the device's call */
    struct update update;       /* of the step */
    struct weft_step_result results[2];
};

static size_t array_bytes(const struct lockstep *lockstep, enum backend_array array) {
    return array_count(lockstep->trainer->model->network, array) * sizeof(float);
}

/* Makes the steps from ${first} to lockstep->step on ${backend} in one call, and stores the
 * ${result} of the last. */
static enum weft_status make_steps(struct lockstep *lockstep, struct backend *backend,
                                   uint64_t first, struct weft_step_result *result,
                                   struct weft_error *error) {
    struct weft_step_result results[TRAINER_CHUNK];
    size_t count = (size_t)(lockstep->step - first) + 1, max_images;
    struct trainer_chunk chunk;
    trainer_chunk_make(lockstep->trainer, first, &chunk);
    max_images = count * chunk.steps.batch;
    chunk.steps.steps = count;
    chunk.steps.images = chunk.steps.images < max_images ? chunk.steps.images : max_images;
    TRY(backend_train(backend, &chunk.steps, results, error));
    *result = results[count - 1];
    lockstep->update = chunk.updates[count - 1];
    return WEFT_OK;
}

static size_t images_of_step(const struct lockstep *lockstep) {
    const struct trainer *trainer = lockstep->trainer;
    size_t count = trainer->images[WEFT_SPLIT_TRAIN].count;
    uint64_t in_epoch = (count + trainer->batch - 1) / trainer->batch;
    size_t left = count - (size_t)(lockstep->step % in_epoch) * trainer->batch;
    return left < trainer->batch ? left : trainer->batch;
}

/* Compares results and all arrays of ${device} and reference. */
static enum weft_status compare(struct lockstep *lockstep, struct backend *device, bool *equal,
                                struct weft_error *error) {
    *equal = memcmp(&lockstep->results[0], &lockstep->results[1], sizeof lockstep->results[0]) == 0;
    for (size_t a = 0; a < ARRAYS && *equal; a++) {
        TRY(backend_read(device, state_arrays[a], lockstep->values[0], error));
        TRY(backend_read(lockstep->expected, state_arrays[a], lockstep->values[1], error));
        *equal = memcmp(lockstep->values[0], lockstep->values[1],
                        array_bytes(lockstep, state_arrays[a])) == 0;
    }
    return WEFT_OK;
}

static enum weft_status keep_state(struct lockstep *lockstep, struct weft_error *error) {
    for (size_t a = 0; a < STATE_ARRAYS; a++) {
        TRY(backend_read(lockstep->expected, state_arrays[a], lockstep->state[a], error));
    }
    return WEFT_OK;
}

/* Sets ${backend} to the state before the step. The parameters are last, since debug_options.flip
 * counts steps from there. */
static enum weft_status restore(const struct lockstep *lockstep, struct backend *backend,
                                struct weft_error *error) {
    for (size_t a = STATE_ARRAYS; a-- > 0;) {
        TRY(backend_write(backend, state_arrays[a], lockstep->state[a], error));
    }
    return WEFT_OK;
}

static enum weft_status hash_state(struct lockstep *lockstep, struct backend *device,
                                   char digest[65], struct weft_error *error) {
    struct sha256_ctx hash;
    sha256_init(&hash);
    for (size_t a = 0; a < ARRAYS; a++) {
        TRY(backend_read(device, state_arrays[a], lockstep->values[0], error));
        sha256_add(&hash, lockstep->values[0], array_bytes(lockstep, state_arrays[a]));
    }
    sha256_final_hex(&hash, digest);
    return WEFT_OK;
}

/* Returns everything that ${device} and the reference hold after lockstep->step. */
static struct verify_pair pair_of(const struct lockstep *lockstep, struct backend *device) {
    return (struct verify_pair){.device = device,
                                .expected = lockstep->expected,
                                .count = images_of_step(lockstep),
                                .backward = true,
                                .training = true,
                                .long_names = true,
                                .update = &lockstep->update,
                                .results = lockstep->results};
}

/* Makes the call alone, from the reference's state, on any backend. */
static enum weft_status run_piece(const struct verify_piece *piece, struct backend *backend,
                                  struct verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    struct lockstep *lockstep = piece->context;
    const struct weft_images *images = lockstep->trainer->images;
    const struct normalisation normalisation = verify_normalisation(piece->network);
    struct verify_pair pair = pair_of(lockstep, backend);
    TRY(backend_set_normalisation(backend, &normalisation, error));
    TRY(backend_set_images(backend, WEFT_SPLIT_TRAIN, &images[WEFT_SPLIT_TRAIN], error));
    TRY(restore(lockstep, backend, error));
    TRY(make_steps(lockstep, backend, lockstep->first, &lockstep->results[0], error));
    TRY(verify_tensors(&pair, found, error));
    found->step = lockstep->step + 1;
    return hash_state(lockstep, backend, digest, error);
}

static void finish(struct lockstep *lockstep) {
    backend_close(lockstep->expected);
    free(lockstep->values[0]);
}

static enum weft_status init(struct lockstep *lockstep, struct weft_error *error) {
    const struct weft_network *network = lockstep->trainer->model->network;
    size_t longest = network->parameter_count + network->buffer_count + 1;
    lockstep->values[0] = calloc(longest, (2 + STATE_ARRAYS) * sizeof(float));
    if (lockstep->values[0] == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory for a second training");
    }
    lockstep->values[1] = lockstep->values[0] + longest;
    for (size_t a = 0; a < STATE_ARRAYS; a++) {
        lockstep->state[a] = lockstep->values[0] + (2 + a) * longest;
    }
    return trainer_open_reference(lockstep->trainer, &lockstep->expected, error);
}

/* Replaces ${found} by the first loss or count of correct answers that differed, if that is
 * known. */
static void find_step(const struct trainer *trainer, struct verify_difference *found) {
    for (uint64_t i = 0; trainer->digest[0] != '\0' && i < trainer->steps; i++) {
        const struct weft_step_result *got = &trainer->results[0][i];
        const struct weft_step_result *expected = &trainer->results[1][i];
        if (memcmp(got, expected, sizeof *got) != 0) {
            found->step = i + 1;
            found->differing = 0;
            verify_compare(found, "training", "loss", "", &got->loss, &expected->loss, 1, false);
            verify_compare(found, "training", "correct", "", &got->correct, &expected->correct, 1,
                           true);
            return;
        }
    }
}

/* Explains a training whose result differs although every step, repeated from the correct state,
 * is right: either it depends on how steps follow each other, or it does not happen again. */
static enum weft_status explain_unreproduced(struct trainer *trainer, struct weft_error *error) {
    struct verify_difference found = {.stage = VERIFY_STAGE_TRAINING,
                                      .layer = "training",
                                      .tensor = "hash",
                                      .is_integer = true,
                                      .differing = 1,
                                      .of = 1};
    unsigned wrong = 0, changed = 0;
    char digest[65];
    for (int i = 0; i < REPEATS; i++) {
        TRY(trainer_hash(trainer, trainer->backend, digest, NULL, error));
        wrong += strcmp(digest, trainer->expected) != 0;
        changed += strcmp(digest, trainer->digest) != 0;
    }
    find_step(trainer, &found);
    snprintf(found.where, sizeof found.where, "seed %llu, %llu steps%s",
             (unsigned long long)trainer->seed, (unsigned long long)trainer->steps, trainer->note);
    verify_explain(
        trainer->verify,
        "%s: the training differs, but each step, from the correct state before it, is right; "
        "of %d more trainings %u were wrong and %u unlike the first%s",
        changed == 0 ? "ordering" : "hardware or a race", REPEATS, wrong, changed,
        changed == 0 ? " (OpenCL 1.2, section 5.11: kernels of an in-order queue do not overlap)"
                     : "");
    verify_decide(trainer->verify, &found,
                  changed == 0 ? CAUSE_ORDERING
                  : wrong == 0 ? CAUSE_HARDWARE
                               : CAUSE_RACE,
                  changed != 0);
    return WEFT_OK;
}

/* Diagnoses the step that differed. Device and reference still have their state after it. */
static enum weft_status examine(struct lockstep *lockstep, struct weft_error *error) {
    const struct trainer *trainer = lockstep->trainer;
    struct verify_setup setup = trainer->setup;
    struct debug_options flip = trainer->verify->flip;
    struct verify_piece piece = {.network = trainer->model->network,
                                 .run = run_piece,
                                 .context = lockstep,
                                 .expected = lockstep->expected,
                                 .results = &lockstep->results[1],
                                 .device = trainer->backend};
    struct verify_difference found = {.differing = 0};
    struct verify_pair pair = pair_of(lockstep, trainer->backend);
    TRY(verify_tensors(&pair, &found, error));
    found.stage = VERIFY_STAGE_TRAINING;
    found.step = lockstep->step + 1;
    snprintf(found.where, sizeof found.where, "seed %llu, step %llu of %llu, %zu images%s",
             (unsigned long long)trainer->seed, (unsigned long long)lockstep->step + 1,
             (unsigned long long)trainer->steps, pair.count, trainer->note);
    if (lockstep->first < lockstep->step) {
        size_t length = strlen(found.where);
        piece.step = lockstep->step - lockstep->first + 1;
        snprintf(found.where + length, sizeof found.where - length,
                 ", right if it is made alone, not if it is number %llu of its call",
                 (unsigned long long)piece.step);
    }
    flip.flip = flip.flip != 0 ? 1 : 0; /* the piece is one step */
    setup.debug = flip.flip != 0 ? &flip : NULL;
    return verify_diagnose(trainer->verify, &piece, &setup, &found, false, error);
}

/* Makes steps until device and reference differ: each in a call of its own, or, ${calls}, as the
 * training makes them. Stores whether they are ${equal} to the end. */
static enum weft_status walk(struct lockstep *lockstep, bool calls, bool *equal,
                             struct weft_error *error) {
    const struct trainer *trainer = lockstep->trainer;
    uint64_t end = 0; /* of the call */
    lockstep->first = lockstep->step = 0;
    TRY(trainer_begin(trainer, trainer->backend, error));
    TRY(trainer_begin(trainer, lockstep->expected, error));
    *equal = true;
    while (lockstep->step < trainer->steps) {
        if (!calls || lockstep->step == end) {
            struct trainer_chunk chunk;
            trainer_chunk_make(trainer, lockstep->step, &chunk);
            end = lockstep->step + chunk.steps.steps;
            lockstep->first = lockstep->step;
            TRY(keep_state(lockstep, error));
        } else {
            TRY(restore(lockstep, trainer->backend, error));
        }
        TRY(make_steps(lockstep, lockstep->expected, lockstep->step, &lockstep->results[1], error));
        TRY(make_steps(lockstep, trainer->backend, lockstep->first, &lockstep->results[0], error));
        TRY(compare(lockstep, trainer->backend, equal, error));
        TRY(verify_progress(trainer->verify, "step by step", error));
        *equal = *equal && trainer->verify->flip.flip != lockstep->step + 1;
        if (!*equal) {
            break;
        }
        lockstep->step++;
    }
    return WEFT_OK;
}

enum weft_status verify_lockstep(struct trainer *trainer, struct weft_error *error) {
    struct lockstep lockstep = {.trainer = trainer};
    bool equal = true;
    enum weft_status status;
    TRY_OR(done, init(&lockstep, error));
    /* An occasional fault may need several trainings to happen again. */
    for (uint64_t steps = 0; steps < PATIENCE && equal; steps += trainer->steps) {
        TRY_OR(done, walk(&lockstep, false, &equal, error));
        if (equal) {
            TRY_OR(done, walk(&lockstep, true, &equal, error));
        }
    }
    status = equal ? explain_unreproduced(trainer, error) : examine(&lockstep, error);
done:
    finish(&lockstep);
    return status;
}

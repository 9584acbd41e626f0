/* lockstep.c: device and reference make the same training a step at a time, until they differ. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "data/sha256.h"

#define RATE 0.01f

static const enum weft_array arrays[] = {WEFT_PARAMETERS, WEFT_BUFFERS, WEFT_MOMENTS,
                                         WEFT_SECOND_MOMENTS, WEFT_GRADIENTS};
enum { ARRAYS = 5, STATE = 4 /* of these a step starts from */ };

/* Two backends at the same step; the reference's state before it. */
struct lockstep {
    const struct verify_training *training;
    struct weft_backend *expected;
    float *state[STATE];
    float *values[2]; /* the longest array, of device and reference */
    uint32_t *order;
    uint64_t step; /* from 0 */
    struct weft_step_result results[2];
};

static size_t array_size(const struct lockstep *lockstep, enum weft_array array) {
    const struct weft_network *network = lockstep->training->model->network;
    return array == WEFT_BUFFERS ? network->buffer_count : network->parameter_count;
}

/* Makes step lockstep->step on ${backend}. */
static enum weft_status make_step(struct lockstep *lockstep, struct weft_backend *backend,
                                  struct weft_step_result *result, struct weft_error *error) {
    const struct verify_training *training = lockstep->training;
    size_t count = training->images[WEFT_TRAIN].count;
    uint64_t in_epoch = (count + training->batch - 1) / training->batch;
    size_t first = (size_t)(lockstep->step % in_epoch) * training->batch;
    struct weft_adam adam = weft_adam_step(RATE, lockstep->step + 1);
    struct weft_steps steps = {.steps = 1,
                               .batch = training->batch,
                               .images = count - first < training->batch ? count - first
                                                                         : training->batch,
                               .order = lockstep->order + first,
                               .adam = &adam};
    if (first == 0) {
        weft_shuffle(training->seed, lockstep->step / in_epoch + 1, lockstep->order, count);
    }
    return weft_backend_train(backend, &steps, result, error);
}

static size_t images_of_step(const struct lockstep *lockstep) {
    const struct verify_training *training = lockstep->training;
    size_t count = training->images[WEFT_TRAIN].count;
    uint64_t in_epoch = (count + training->batch - 1) / training->batch;
    size_t left = count - (size_t)(lockstep->step % in_epoch) * training->batch;
    return left < training->batch ? left : training->batch;
}

/* Compares all arrays; keeps the reference's as the state before the next step if they are equal. */
static enum weft_status compare(struct lockstep *lockstep, struct weft_backend *device, bool *equal,
                                struct weft_error *error) {
    *equal = memcmp(&lockstep->results[0], &lockstep->results[1], sizeof lockstep->results[0]) == 0;
    for (size_t a = 0; a < ARRAYS && *equal; a++) {
        size_t bytes = array_size(lockstep, arrays[a]) * sizeof(float);
        enum weft_status status = weft_backend_read(device, arrays[a], lockstep->values[0], error);
        if (status == WEFT_OK) {
            status = weft_backend_read(lockstep->expected, arrays[a], lockstep->values[1], error);
        }
        if (status != WEFT_OK) {
            return status;
        }
        *equal = memcmp(lockstep->values[0], lockstep->values[1], bytes) == 0;
    }
    return WEFT_OK;
}

static enum weft_status keep_state(struct lockstep *lockstep, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (size_t a = 0; a < STATE && status == WEFT_OK; a++) {
        status = weft_backend_read(lockstep->expected, arrays[a], lockstep->state[a], error);
    }
    return status;
}

/* Brings ${backend} to the state before the step; the parameters last, as a trial counts its steps from there. */
static enum weft_status restore(const struct lockstep *lockstep, struct weft_backend *backend,
                                struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (size_t a = STATE; a-- > 0 && status == WEFT_OK;) {
        status = weft_backend_write(backend, arrays[a], lockstep->state[a], error);
    }
    return status;
}

static enum weft_status hash_state(struct lockstep *lockstep, struct weft_backend *device,
                                   char digest[65], struct weft_error *error) {
    struct weft_sha256 hash;
    enum weft_status status = WEFT_OK;
    weft_sha256_init(&hash);
    for (size_t a = 0; a < ARRAYS && status == WEFT_OK; a++) {
        status = weft_backend_read(device, arrays[a], lockstep->values[0], error);
        weft_sha256_update(&hash, lockstep->values[0],
                           array_size(lockstep, arrays[a]) * sizeof(float));
    }
    weft_sha256_final_hex(&hash, digest);
    return status;
}

/* The step alone, from the reference's state, on any backend. */
static enum weft_status run_piece(const struct verify_piece *piece, struct weft_backend *device,
                                  struct weft_verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    struct lockstep *lockstep = piece->context;
    const struct verify_training *training = lockstep->training;
    struct verify_pair pair = {.device = device,
                               .expected = lockstep->expected,
                               .count = images_of_step(lockstep),
                               .backward = true,
                               .training = true,
                               .long_names = true,
                               .results = lockstep->results};
    float pixels[256];
    enum weft_status status;
    weft_pixels_normalised(pixels);
    if ((status = weft_backend_set_pixels(device, pixels, error)) != WEFT_OK ||
        (status = weft_backend_set_images(device, WEFT_TRAIN, &training->images[WEFT_TRAIN],
                                          error)) != WEFT_OK ||
        (status = restore(lockstep, device, error)) != WEFT_OK ||
        (status = make_step(lockstep, device, &lockstep->results[0], error)) != WEFT_OK ||
        (status = verify_tensors(&pair, found, error)) != WEFT_OK) {
        return status;
    }
    found->step = lockstep->step + 1;
    return hash_state(lockstep, device, digest, error);
}

static void finish(struct lockstep *lockstep) {
    weft_backend_close(lockstep->expected);
    for (size_t a = 0; a < STATE; a++) {
        free(lockstep->state[a]);
    }
    free(lockstep->values[0]);
    free(lockstep->order);
}

static enum weft_status init(struct lockstep *lockstep, struct weft_error *error) {
    const struct verify_training *training = lockstep->training;
    const struct weft_network *network = training->model->network;
    size_t longest = network->parameter_count + network->buffer_count + 1;
    struct weft_backend_options how = training->how;
    bool made = true;
    how.device = "cpu";
    how.trial = NULL;
    for (size_t a = 0; a < STATE; a++) {
        lockstep->state[a] = calloc(longest, sizeof(float));
        made = made && lockstep->state[a] != NULL;
    }
    lockstep->values[0] = calloc(longest, 2 * sizeof(float));
    lockstep->order = malloc(training->images[WEFT_TRAIN].count * sizeof *lockstep->order);
    if (!made || lockstep->values[0] == NULL || lockstep->order == NULL) {
        return weft_fail(error, WEFT_FAILED, "verify: no memory for a second training");
    }
    lockstep->values[1] = lockstep->values[0] + longest;
    memcpy(lockstep->state[0], training->model->parameters,
           network->parameter_count * sizeof(float));
    if (network->buffer_count > 0) {
        memcpy(lockstep->state[1], training->model->buffers, network->buffer_count * sizeof(float));
    }
    return verify_training_open(training, &how, &lockstep->expected, error);
}

/* It differs, but not step by step: either it depends on how steps follow each other, or it does not come again. */
static enum weft_status not_found(struct verify *verify, struct verify_training *training,
                                  struct weft_error *error) {
    struct weft_verify_difference found = {.stage = WEFT_STAGE_TRAINING, .differing = 1, .of = 1};
    unsigned wrong = 0, changed = 0;
    char digest[65];
    enum weft_status status = WEFT_OK;
    for (int i = 0; i < 4 && status == WEFT_OK; i++) {
        status = verify_train(verify, training, training->backend, digest, error);
        wrong += strcmp(digest, training->expected) != 0;
        changed += strcmp(digest, training->digest) != 0;
    }
    if (status != WEFT_OK) {
        return status;
    }
    snprintf(found.layer, sizeof found.layer, "training");
    snprintf(found.tensor, sizeof found.tensor, "hash");
    snprintf(found.where, sizeof found.where, "seed %llu, %llu steps",
             (unsigned long long)training->seed, (unsigned long long)training->steps);
    found.whole = true;
    found.guess = changed == 0 ? "ordering" : wrong == 0 ? "hardware" : "race";
    snprintf(verify->outcome->diagnosis, sizeof verify->outcome->diagnosis,
             "%s: the training differs, but no step does when each is waited for; of 4 more "
             "trainings %u were wrong and %u unlike the first%s",
             changed == 0 ? "ordering" : "hardware or a race", wrong, changed,
             changed == 0
                 ? " (OpenCL 1.2, section 5.11: kernels of an in-order queue do not overlap)"
                 : "");
    verify_decide(verify, &found, changed == 0 ? WEFT_VERIFY_DIFFERENT : WEFT_VERIFY_UNSTABLE);
    return WEFT_OK;
}

/* The step that differed, with device and reference still as they are after it. */
static enum weft_status examine(struct verify *verify, struct lockstep *lockstep,
                                struct weft_error *error) {
    const struct verify_training *training = lockstep->training;
    struct weft_backend_options how = training->how;
    struct weft_trial trial = verify->flip;
    struct verify_piece piece = {training->model->network, training->batch, run_piece, lockstep,
                                 lockstep->expected};
    struct weft_verify_difference found = {.stage = WEFT_STAGE_TRAINING};
    struct verify_pair pair = {.device = training->backend,
                               .expected = lockstep->expected,
                               .count = images_of_step(lockstep),
                               .backward = true,
                               .training = true,
                               .long_names = true,
                               .results = lockstep->results};
    enum weft_status status = verify_tensors(&pair, &found, error);
    found.stage = WEFT_STAGE_TRAINING;
    found.step = lockstep->step + 1;
    snprintf(found.where, sizeof found.where, "seed %llu, step %llu of %llu, %zu images",
             (unsigned long long)training->seed, (unsigned long long)lockstep->step + 1,
             (unsigned long long)training->steps, pair.count);
    trial.flip = trial.flip != 0 ? 1 : 0; /* the piece is one step */
    how.trial = trial.flip != 0 ? &trial : NULL;
    return status == WEFT_OK ? verify_diagnose(verify, &piece, &how, &found, false, error) : status;
}

enum weft_status verify_lockstep(struct verify *verify, struct verify_training *training,
                                 struct weft_error *error) {
    struct lockstep lockstep = {.training = training};
    bool equal = true;
    enum weft_status status = init(&lockstep, error);
    if (status == WEFT_OK) {
        status = restore(&lockstep, training->backend, error);
    }
    if (status == WEFT_OK) {
        status = restore(&lockstep, lockstep.expected, error);
    }
    while (status == WEFT_OK && equal && lockstep.step < training->steps) {
        if ((status = keep_state(&lockstep, error)) != WEFT_OK ||
            (status = make_step(&lockstep, lockstep.expected, &lockstep.results[1], error)) !=
                WEFT_OK ||
            (status = make_step(&lockstep, training->backend, &lockstep.results[0], error)) !=
                WEFT_OK ||
            (status = compare(&lockstep, training->backend, &equal, error)) != WEFT_OK ||
            (status = verify_progress(verify, "step by step", error)) != WEFT_OK) {
            break;
        }
        equal = equal && verify->flip.flip != lockstep.step + 1;
        lockstep.step += equal;
    }
    if (status == WEFT_OK) {
        status = equal ? not_found(verify, training, error) : examine(verify, &lockstep, error);
    }
    finish(&lockstep);
    return status;
}

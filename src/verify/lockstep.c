/* lockstep.c: device and reference make the same training a step at a time, until they differ. If they do not, the device makes as many steps in
 * one call as the training had, first one, then two ...: what depends on a step's place in its call shows then. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/sha256.h"

static const enum weft_array arrays[] = {WEFT_ARRAY_PARAMETERS, WEFT_ARRAY_BUFFERS,
                                         WEFT_ARRAY_MOMENTS, WEFT_ARRAY_SECOND_MOMENTS,
                                         WEFT_ARRAY_GRADIENTS};
enum { ARRAYS = 5, STATE = 4 /* of these a step starts from */ };
enum { PATIENCE = 200 /* steps, of each kind of call */ };

/* Two backends at the same step; the reference's state before it. */
struct lockstep {
    const struct verify_training *training;
    struct weft_backend *expected;
    float *state[STATE];
    float *values[2]; /* the longest array, of device and reference */
    uint32_t *order;
    uint64_t first, step; /* from 0: those of the device's call */
    struct weft_step_result results[2];
};

static size_t array_size(const struct lockstep *lockstep, enum weft_array array) {
    const struct weft_network *network = lockstep->training->model->network;
    return array == WEFT_ARRAY_BUFFERS ? network->buffer_count : network->parameter_count;
}

/* Makes the steps from ${first} to lockstep->step on ${backend} in one call; ${result}: of the last. */
static enum weft_status make_steps(struct lockstep *lockstep, struct weft_backend *backend,
                                   uint64_t first, struct weft_step_result *result,
                                   struct weft_error *error) {
    struct weft_step_result results[VERIFY_CHUNK];
    size_t count = (size_t)(lockstep->step - first) + 1, most;
    struct verify_chunk chunk;
    enum weft_status status;
    verify_chunk_make(lockstep->training, first, lockstep->order, &chunk);
    most = count * chunk.steps.batch;
    chunk.steps.steps = count;
    chunk.steps.images = chunk.steps.images < most ? chunk.steps.images : most;
    status = weft_backend_train(backend, &chunk.steps, results, error);
    *result = results[count - 1];
    return status;
}

static size_t images_of_step(const struct lockstep *lockstep) {
    const struct verify_training *training = lockstep->training;
    size_t count = training->images[WEFT_SPLIT_TRAIN].count;
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

/* Brings ${backend} to the state before the step; the parameters last, as a debug counts its steps from there. */
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
    struct sha256 hash;
    enum weft_status status = WEFT_OK;
    sha256_init(&hash);
    for (size_t a = 0; a < ARRAYS && status == WEFT_OK; a++) {
        status = weft_backend_read(device, arrays[a], lockstep->values[0], error);
        sha256_update(&hash, lockstep->values[0], array_size(lockstep, arrays[a]) * sizeof(float));
    }
    sha256_final_hex(&hash, digest);
    return status;
}

/* All that ${device} and the reference hold after lockstep->step. */
static struct verify_pair pair_of(const struct lockstep *lockstep, struct weft_backend *device) {
    return (struct verify_pair){.device = device,
                                .expected = lockstep->expected,
                                .count = images_of_step(lockstep),
                                .backward = true,
                                .training = true,
                                .long_names = true,
                                .results = lockstep->results};
}

/* The call alone, from the reference's state, on any backend. */
static enum weft_status run_piece(const struct verify_piece *piece, struct weft_backend *device,
                                  struct weft_verify_difference *found, char digest[65],
                                  struct weft_error *error) {
    struct lockstep *lockstep = piece->context;
    const struct verify_training *training = lockstep->training;
    struct verify_pair pair = pair_of(lockstep, device);
    float pixels[256];
    enum weft_status status;
    weft_pixels_normalised(pixels);
    if ((status = weft_backend_set_pixels(device, pixels, error)) != WEFT_OK ||
        (status = weft_backend_set_images(device, WEFT_SPLIT_TRAIN,
                                          &training->images[WEFT_SPLIT_TRAIN], error)) != WEFT_OK ||
        (status = restore(lockstep, device, error)) != WEFT_OK ||
        (status = make_steps(lockstep, device, lockstep->first, &lockstep->results[0], error)) !=
            WEFT_OK ||
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
    struct verify_setup how = training->how;
    bool made = true;
    how.options.device = "cpu";
    how.debug = NULL;
    for (size_t a = 0; a < STATE; a++) {
        lockstep->state[a] = calloc(longest, sizeof(float));
        made = made && lockstep->state[a] != NULL;
    }
    lockstep->values[0] = calloc(longest, 2 * sizeof(float));
    lockstep->order = malloc(training->images[WEFT_SPLIT_TRAIN].count * sizeof *lockstep->order);
    if (!made || lockstep->values[0] == NULL || lockstep->order == NULL) {
        return weft_fail(error, WEFT_FAILED, "verify: no memory for a second training");
    }
    lockstep->values[1] = lockstep->values[0] + longest;
    return verify_training_open(training, &how, &lockstep->expected, error);
}

/* Back to the values before the first step. */
static enum weft_status rewind_training(struct lockstep *lockstep, struct weft_error *error) {
    const struct verify_training *training = lockstep->training;
    const float *from[STATE] = {training->model->parameters, training->model->buffers,
                                training->moments[0], training->moments[1]};
    enum weft_status status;
    for (size_t a = 0; a < STATE; a++) {
        size_t bytes = array_size(lockstep, arrays[a]) * sizeof(float);
        if (from[a] != NULL && bytes > 0) {
            memcpy(lockstep->state[a], from[a], bytes);
        } else {
            memset(lockstep->state[a], 0, bytes);
        }
    }
    lockstep->first = lockstep->step = 0;
    status = restore(lockstep, training->backend, error);
    return status == WEFT_OK ? restore(lockstep, lockstep->expected, error) : status;
}

/* The step that differed, with device and reference still as they are after it. */
static enum weft_status examine(struct verify *verify, struct lockstep *lockstep,
                                struct weft_error *error) {
    const struct verify_training *training = lockstep->training;
    struct verify_setup how = training->how;
    struct debug_options debug = verify->flip;
    struct verify_piece piece = {
        training->model->network, training->batch,  run_piece, lockstep, lockstep->expected, 0,
        &lockstep->results[1],    training->backend};
    struct weft_verify_difference found = {.stage = WEFT_STAGE_TRAINING};
    struct verify_pair pair = pair_of(lockstep, training->backend);
    enum weft_status status = verify_tensors(&pair, &found, error);
    found.stage = WEFT_STAGE_TRAINING;
    found.step = lockstep->step + 1;
    snprintf(found.where, sizeof found.where, "seed %llu, step %llu of %llu, %zu images%s",
             (unsigned long long)training->seed, (unsigned long long)lockstep->step + 1,
             (unsigned long long)training->steps, pair.count, training->note);
    if (lockstep->first < lockstep->step) {
        size_t length = strlen(found.where);
        piece.step = lockstep->step - lockstep->first + 1;
        snprintf(found.where + length, sizeof found.where - length,
                 ", right if it is made alone, not if it is number %llu of its call",
                 (unsigned long long)piece.step);
    }
    debug.flip = debug.flip != 0 ? 1 : 0; /* the piece is one step */
    how.debug = debug.flip != 0 ? &debug : NULL;
    return status == WEFT_OK ? verify_diagnose(verify, &piece, &how, &found, false, error) : status;
}

/* Steps, until device and reference differ: each in a call of its own, or, ${calls}, as the training makes them. ${equal}: they never do. */
static enum weft_status walk(struct verify *verify, struct lockstep *lockstep, bool calls,
                             bool *equal, struct weft_error *error) {
    const struct verify_training *training = lockstep->training;
    enum weft_status status = rewind_training(lockstep, error);
    uint64_t end = 0; /* of the call */
    *equal = true;
    while (status == WEFT_OK && *equal && lockstep->step < training->steps) {
        if (!calls || lockstep->step == end) {
            struct verify_chunk chunk;
            verify_chunk_make(training, lockstep->step, lockstep->order, &chunk);
            end = lockstep->step + chunk.steps.steps;
            lockstep->first = lockstep->step;
            status = keep_state(lockstep, error);
        } else {
            status = restore(lockstep, training->backend, error);
        }
        if (status != WEFT_OK ||
            (status = make_steps(lockstep, lockstep->expected, lockstep->step,
                                 &lockstep->results[1], error)) != WEFT_OK ||
            (status = make_steps(lockstep, training->backend, lockstep->first,
                                 &lockstep->results[0], error)) != WEFT_OK ||
            (status = compare(lockstep, training->backend, equal, error)) != WEFT_OK ||
            (status = verify_progress(verify, "step by step", error)) != WEFT_OK) {
            break;
        }
        *equal = *equal && verify->flip.flip != lockstep->step + 1;
        lockstep->step += *equal;
    }
    return status;
}

enum weft_status verify_lockstep(struct verify *verify, struct verify_training *training,
                                 struct weft_error *error) {
    struct lockstep lockstep = {.training = training};
    bool equal = true;
    enum weft_status status = init(&lockstep, error);
    /* A fault that comes now and then may take its time to come again. */
    for (uint64_t made = 0; made < PATIENCE && equal && status == WEFT_OK;
         made += training->steps) {
        status = walk(verify, &lockstep, false, &equal, error);
        if (status == WEFT_OK && equal) {
            status = walk(verify, &lockstep, true, &equal, error);
        }
    }
    if (status == WEFT_OK) {
        status =
            equal ? verify_not_again(verify, training, error) : examine(verify, &lockstep, error);
    }
    finish(&lockstep);
    return status;
}

/* step_kernel.c: compares training steps and evaluations by one kernel with those by launches,
 * which were compared with the reference before. */
#include "verify/step_kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/ops.h"
#include "base/try.h"
#include "verify/batches.h"
#include "verify/tensors.h"

#define ODD_BATCH 37 /* 3 shards, the last of 5 images */
#define OMITTED   20 /* images of the last step */

/* Compares the arrays of ${backend} with those of ${launches}. */
static enum weft_status compare_arrays(const struct trainer *trainer, struct backend *backend,
                                       struct backend *launches, struct verify_difference *found,
                                       struct weft_error *error) {
    static const char *const names[STATE_ARRAYS] = {"parameters", "running statistics", "moments",
                                                    "second moments"};
    const struct weft_network *network = trainer->model->network;
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < STATE_ARRAYS && found->differing == 0; i++) {
        const size_t count = array_count(network, state_arrays[i]);
        float *values = malloc((count + 1) * sizeof *values);
        if (values == NULL) {
            return error_set(error, WEFT_NO_MEMORY, "verify: no memory for %zu floats", count);
        }
        TRY_OR(done, backend_read(backend, state_arrays[i], values, error));
        TRY_OR(done, backend_read(launches, state_arrays[i], trainer->values, error));
        verify_compare(found, "step", names[i], "", values, trainer->values, count, false);
    done:
        free(values);
        TRY(status);
    }
    return status;
}

/* Compares a training of all steps. The trainer's backend has made it already. */
static enum weft_status compare_training(struct trainer *trainer, struct backend *backend,
                                         struct verify_difference *found,
                                         struct weft_error *error) {
    const size_t count = (size_t)trainer->steps;
    struct weft_step_result *results = malloc((count + 1) * sizeof *results);
    char digest[65];
    enum weft_status status;
    if (results == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory");
    }
    TRY_OR(done, trainer_hash(trainer, backend, digest, results, error));
    if (strcmp(digest, trainer->digest) != 0) {
        TRY_OR(done, compare_arrays(trainer, backend, trainer->backend, found, error));
        verify_compare(found, "step", "results", "", results, trainer->results[0], 2 * count, true);
    }
done:
    free(results);
    return status;
}

/* Compares steps of an odd batch, the last of fewer images, on a backend for each way. */
static enum weft_status compare_odd(struct trainer *trainer, struct backend *const backends[2],
                                    struct verify_difference *found, struct weft_error *error) {
    struct weft_step_result results[2][TRAINER_CHUNK];
    struct trainer_chunk chunk = {.first = 0};
    trainer_chunk_make(trainer, 0, &chunk);
    if (chunk.steps.batch < ODD_BATCH) {
        return WEFT_OK;
    }
    chunk.steps.batch = ODD_BATCH;
    chunk.steps.images = chunk.steps.steps * ODD_BATCH - OMITTED;
    for (int i = 0; i < 2; i++) {
        TRY(trainer_begin(trainer, backends[i], error));
        TRY(backend_train(backends[i], &chunk.steps, results[i], error));
    }
    verify_compare(found, "step", "results", "", results[0], results[1], 2 * chunk.steps.steps,
                   true);
    return compare_arrays(trainer, backends[0], backends[1], found, error);
}

/* Compares evaluations, with the parameters of the training before: as ${trainer} makes them, of an
 * odd batch, and of several batches. */
static enum weft_status compare_evaluations(const struct trainer *trainer,
                                            struct backend *const backends[2],
                                            struct verify_difference *found,
                                            struct weft_error *error) {
    const size_t images = trainer->images[WEFT_SPLIT_TEST].count;
    const size_t most = trainer->batch < images ? trainer->batch : images;
    const size_t odd = ODD_BATCH < most ? ODD_BATCH : most;
    const size_t first[] = {0, images - odd, 0}, count[] = {most, odd, images};
    for (int i = 0; i < 3 && found->differing == 0; i++) {
        TRY(verify_batches_compare(trainer, backends[0], backends[1], first[i], count[i], found,
                                   error));
    }
    return WEFT_OK;
}

/* Compares both ways. ${backends}: the kernel, and launches. */
static enum weft_status compare(struct trainer *trainer, struct backend *const backends[2],
                                struct verify_difference *found, struct weft_error *error) {
    TRY(compare_training(trainer, backends[0], found, error));
    if (found->differing == 0) {
        TRY(compare_odd(trainer, backends, found, error));
    }
    return found->differing == 0 ? compare_evaluations(trainer, backends, found, error) : WEFT_OK;
}

/* Reports ${found}, or the message of ${failure}: steps that the kernel did not complete. */
static void decide(struct verify *verify, struct verify_difference *found,
                   const struct weft_error *failure) {
    snprintf(found->where, sizeof found->where, "steps by one kernel%s%.200s",
             failure->message[0] != '\0' ? ": " : "", failure->message);
    verify_decide_way(verify, found, "step", "phases", CAUSE_PHASES);
}

/* Returns whether a training on the device has the kernel, or cannot tell. */
static bool has_kernel(const struct trainer *trainer, struct verify_setup setup) {
    struct backend *backend = NULL;
    bool has;
    setup.options.step_kernel = WEFT_STEP_KERNEL_AUTO;
    has = trainer_open(trainer, &setup, &backend, NULL) != WEFT_OK || backend->has_step_kernel;
    backend_close(backend);
    return has;
}

enum weft_status verify_step_kernel(struct trainer *trainer, struct weft_error *error) {
    struct verify *verify = trainer->verify;
    struct verify_setup setup = trainer->setup;
    struct verify_difference found = {.stage = VERIFY_STAGE_TRAINING};
    struct backend *backends[2] = {NULL, NULL};
    struct weft_error failure = {0};
    const bool wish = setup.options.step_kernel == WEFT_STEP_KERNEL_AUTO;
    enum weft_status status;
    if (verify->outcome->device.builtin || setup.options.step_kernel == WEFT_STEP_KERNEL_NEVER) {
        return WEFT_OK;
    }
    verify_doing(verify, VERIFY_STAGE_TRAINING, "steps by one kernel");
    setup.debug = NULL;
    setup.options.mapping = trainer->backend->mapping;
    setup.options.step_kernel = WEFT_STEP_KERNEL_NEVER;
    TRY_OR(done, trainer_open(trainer, &setup, &backends[1], error));
    setup.options.step_kernel = WEFT_STEP_KERNEL_ALWAYS;
    status = trainer_open(trainer, &setup, &backends[0], &failure);
    if (status == WEFT_BAD_DEVICE && wish && !device_lost() && !has_kernel(trainer, setup)) {
        status = WEFT_OK; /* it is not used on this device */
        goto done;
    }
    if (status == WEFT_OK) {
        status = compare(trainer, backends, &found, &failure);
    }
    /* A call that fails is no difference. */
    if (found.differing > 0 || (backends[0] != NULL && backends[0]->steps_incomplete)) {
        decide(verify, &found, &failure);
        status = WEFT_OK;
    } else if (status != WEFT_OK && error != NULL) {
        *error = failure;
    }
done:
    backend_close(backends[0]);
    backend_close(backends[1]);
    return status;
}

/* soak.c: the training again and again, with new seeds, in as many copies as keep the device busy. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/os.h"

#define COPIES_MOST 32
#define COPY_BYTES  (UINT64_C(64) << 20) /* of the device's memory, more than one copy takes */

/* Copies of one training on the device, each with a thread that feeds it. */
struct soak {
    struct verify *verify;
    size_t count;
    struct verify_training *copies;
    struct weft_error errors[COPIES_MOST];
};

/* One small network leaves most of a large device idle. */
static size_t choose_copies(const struct weft_device *device) {
    size_t units = device->compute_units / (strcmp(device->type, "cpu") == 0 ? 2 : 4);
    uint64_t room = device->global_memory / 2 / COPY_BYTES;
    size_t count = units < room ? units : (size_t)room;
    count = count > COPIES_MOST ? COPIES_MOST : count;
    return count > 0 && !device->builtin ? count : 1;
}

static void train_copy(void *context, size_t i) {
    struct soak *soak = context;
    struct verify_training *copy = &soak->copies[i];
    struct weft_error *error = &soak->errors[i];
    struct verify quiet = *soak->verify; /* progress is told by one thread */
    quiet.events = NULL;
    if (copy->backend == NULL) {
        verify_training_open(copy, &copy->how, &copy->backend, error);
    }
    if (error->status == WEFT_OK) {
        verify_train(&quiet, copy, copy->backend, copy->digest, error);
    }
}

/* What the reference says of ${copy}'s seed. */
static enum weft_status expect(const struct verify *verify, struct verify_training *copy,
                               struct weft_error *error) {
    struct weft_backend_options how = copy->how;
    struct weft_backend *reference = NULL;
    struct verify quiet = *verify;
    enum weft_status status;
    quiet.events = NULL;
    how.device = "cpu";
    how.trial = NULL;
    status = verify_training_open(copy, &how, &reference, error);
    if (status == WEFT_OK) {
        status = verify_train(&quiet, copy, reference, copy->expected, error);
    }
    weft_backend_close(reference);
    return status;
}

/* All copies once; a wrong one is looked into. */
static enum weft_status run_copies(struct soak *soak, struct weft_pool *pool,
                                   struct weft_error *error) {
    struct weft_verify_outcome *outcome = soak->verify->outcome;
    weft_pool_run(pool, soak->count, train_copy, soak);
    for (size_t i = 0; i < soak->count; i++) {
        struct verify_training *copy = &soak->copies[i];
        if (soak->errors[i].status != WEFT_OK) {
            *error = soak->errors[i];
            return error->status;
        }
        if (strcmp(copy->digest, soak->copies[0].expected) == 0) {
            outcome->passes++;
            continue;
        }
        outcome->faults++;
        if (outcome->faults == 1) {
            memcpy(outcome->hash, copy->digest, sizeof outcome->hash);
            memcpy(outcome->expected_hash, soak->copies[0].expected, sizeof outcome->hash);
            memcpy(copy->expected, soak->copies[0].expected, sizeof copy->expected);
            enum weft_status status = verify_lockstep(soak->verify, copy, error);
            if (status != WEFT_OK) {
                return status;
            }
        }
    }
    return verify_progress(soak->verify, "soak", error);
}

/* A round: one seed, the reference once, the device several times. */
static enum weft_status run_round(struct soak *soak, struct weft_pool *pool, uint64_t seed,
                                  double end, struct weft_error *error) {
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < soak->count && status == WEFT_OK; i++) {
        status = verify_training_init(soak->verify, seed, i > 0 ? soak->copies[0].images : NULL,
                                      &soak->copies[i], error);
    }
    if (status == WEFT_OK) {
        status = expect(soak->verify, &soak->copies[0], error);
    }
    for (int again = 0; again < 10 && status == WEFT_OK && weft_os_seconds() < end; again++) {
        status = run_copies(soak, pool, error);
    }
    for (size_t i = 0; i < soak->count; i++) {
        verify_training_finish(&soak->copies[i]);
        soak->copies[i] = (struct verify_training){0};
    }
    return status;
}

enum weft_status verify_soak(struct verify *verify, struct weft_error *error) {
    double end = weft_os_seconds() + (double)verify->options->soak;
    struct soak soak = {.verify = verify, .count = choose_copies(&verify->outcome->device)};
    struct weft_pool *pool = weft_pool_create((unsigned)soak.count);
    uint64_t seed = verify->options->seed;
    enum weft_status status = WEFT_OK;
    soak.copies = calloc(soak.count, sizeof *soak.copies);
    if (soak.copies == NULL || pool == NULL) {
        status = weft_fail(error, WEFT_FAILED, "verify: no memory or threads for %zu copies",
                           soak.count);
    }
    while (status == WEFT_OK && weft_os_seconds() < end) {
        status = run_round(&soak, pool, ++seed, end, error);
    }
    weft_pool_destroy(pool);
    free(soak.copies);
    return status;
}

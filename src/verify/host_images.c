/* host_images.c: trainings and evaluations whose images are on the host. The kernels are those that
 * were compared with the reference before: what differs is what the transfers have brought. */
#include "verify/host_images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "backend/ops.h"
#include "base/try.h"
#include "verify/tensors.h"

bool verify_host_applies(const struct trainer *trainer) {
    return !trainer->verify->outcome->device.builtin &&
           !backend_images_on_host(trainer->backend, WEFT_SPLIT_TRAIN) &&
           !backend_images_on_host(trainer->backend, WEFT_SPLIT_TEST);
}

enum weft_status verify_host_place(struct trainer *trainer, enum weft_split split, bool on_host,
                                   struct weft_error *error) {
    enum weft_status status;
    trainer->backend->images_on_host = on_host;
    status = backend_set_images(trainer->backend, split, &trainer->images[split], error);
    trainer->backend->images_on_host = false;
    return status;
}

void verify_host_decide(struct verify *verify, struct verify_difference *found) {
    snprintf(found->where, sizeof found->where, "images on the host");
    verify_decide_way(verify, found, "images", "hash", CAUSE_PORTIONS);
}

/* Reports the first step whose loss or count of correct answers is not that of the training
 * before. */
static void find_step(struct trainer *trainer, const struct weft_step_result *results) {
    struct verify_difference found = {.stage = VERIFY_STAGE_TRAINING};
    for (uint64_t i = 0; i < trainer->steps && found.differing == 0; i++) {
        const struct weft_step_result *right = &trainer->results[0][i];
        found.step = i + 1;
        verify_compare(&found, "images", "loss", "", &results[i].loss, &right->loss, 1, false);
        verify_compare(&found, "images", "correct", "", &results[i].correct, &right->correct, 1,
                       true);
    }
    verify_host_decide(trainer->verify, &found);
}

enum weft_status verify_host_training(struct trainer *trainer, struct weft_error *error) {
    struct weft_step_result *results;
    char digest[65];
    enum weft_status status;
    if (!verify_host_applies(trainer)) {
        return WEFT_OK;
    }
    verify_doing(trainer->verify, VERIFY_STAGE_TRAINING, "images on the host");
    results = malloc((size_t)(trainer->steps + 1) * sizeof *results);
    if (results == NULL) {
        return error_set(error, WEFT_NO_MEMORY, "verify: no memory");
    }
    TRY_OR(done, verify_host_place(trainer, WEFT_SPLIT_TRAIN, true, error));
    TRY_OR(done, trainer_hash(trainer, trainer->backend, digest, results, error));
    TRY_OR(done, verify_host_place(trainer, WEFT_SPLIT_TRAIN, false, error));
    if (strcmp(digest, trainer->digest) != 0) {
        find_step(trainer, results);
    }
done:
    free(results);
    return status;
}

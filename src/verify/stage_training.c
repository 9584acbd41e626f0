/* stage_training.c: the stage that trains the network and compares one hash of all
 * results. */
#include "verify/stages.h"

#include <string.h>

#include "base/try.h"
#include "verify/edge_training.h"
#include "verify/host_images.h"
#include "verify/reference.h"
#include "verify/step_kernel.h"

/* Trains the reference. Fails with WEFT_NO_VERDICT if it does not give the hash of ${known}. */
static enum weft_status expect(struct trainer *trainer, const struct verify_known *known,
                               struct weft_error *error) {
    TRY(trainer_expect(trainer, error));
    if (known != NULL && strcmp(known->training, trainer->expected) != 0) {
        error_set(error, WEFT_NO_VERDICT,
                  "the CPU backend: its training gives %.16s..., but %.16s... is known: it is no "
                  "reference on this machine",
                  trainer->expected, known->training);
        return error_hint(error, "a compiler that contracts or reorders (-ffast-math), or bad "
                                 "hardware");
    }
    return WEFT_OK;
}

/* Compares the hash with the known one or the reference's, and finds the first step that
 * differs. */
static enum weft_status compare(struct trainer *trainer, struct weft_error *error) {
    const struct verify *verify = trainer->verify;
    const struct verify_known *known = verify->known;
    bool flips = verify->flip.flip != 0;
    if (known != NULL && !flips && strcmp(trainer->digest, known->training) == 0) {
        memcpy(trainer->expected, known->training, sizeof trainer->expected);
        verify->outcome->known = true;
        return WEFT_OK;
    }
    TRY(expect(trainer, known, error));
    TRY(trainer_check_finite(trainer, error));
    /* A flipped bit is found even where it has no effect on the result. */
    if (strcmp(trainer->digest, trainer->expected) == 0 && !flips) {
        return WEFT_OK;
    }
    memcpy(verify->outcome->hash, trainer->digest, sizeof trainer->digest);
    memcpy(verify->outcome->expected_hash, trainer->expected, sizeof trainer->expected);
    return verify_lockstep(trainer, error);
}

enum weft_status verify_training(struct verify *verify, struct weft_error *error) {
    struct trainer *trainer = verify->trainer;
    verify->outcome->seed = trainer->seed;
    verify->outcome->steps = trainer->steps;
    TRY(trainer_open(trainer, &trainer->setup, &trainer->backend, error));
    verify->mapping = trainer->backend->mapping;
    TRY(trainer_hash(trainer, trainer->backend, trainer->digest, trainer->results[0], error));
    verify->cases = trainer->steps;
    if (verify->options->images == NULL && verify->options->network == NULL) {
        verify->known = verify_known_find(verify->options->full, trainer->seed, trainer->steps);
    }
    memcpy(verify->outcome->training_hash, trainer->digest, sizeof trainer->digest);
    TRY(compare(trainer, error));
    if (verify->outcome->result == VERIFY_EQUAL && verify->flip.flip == 0) {
        TRY(verify_step_kernel(trainer, error));
    }
    if (verify->outcome->result == VERIFY_EQUAL && verify->flip.flip == 0) {
        TRY(verify_host_training(trainer, error));
    }
    return verify->outcome->result == VERIFY_EQUAL && verify->flip.flip == 0
               ? verify_edge_training(trainer, error)
               : WEFT_OK;
}

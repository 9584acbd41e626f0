/* unreproduced.c: a training that differs although none of its steps does. */
#include "verify/unreproduced.h"

#include <stdio.h>
#include <string.h>

#include "base/try.h"
#include "numerics.h"
#include "weft/compare.h"

#define REPEATS 4

/* Stores the first step whose loss or count of correct answers differed in ${found}, if that is
 * known. */
static void find_step(const struct trainer *trainer, struct weft_verify_difference *found) {
    for (uint64_t i = 0; trainer->digest[0] != '\0' && i < trainer->steps; i++) {
        const struct weft_step_result *got = &trainer->results[0][i];
        const struct weft_step_result *expected = &trainer->results[1][i];
        if (memcmp(got, expected, sizeof *got) == 0) {
            continue;
        }
        found->step = i + 1;
        found->is_integer = got->correct != expected->correct &&
                            weft_as_uint(got->loss) == weft_as_uint(expected->loss);
        snprintf(found->tensor, sizeof found->tensor, found->is_integer ? "correct" : "loss");
        found->device = found->is_integer ? got->correct : weft_as_uint(got->loss);
        found->expected = found->is_integer ? expected->correct : weft_as_uint(expected->loss);
        found->ulp = found->is_integer ? 0 : weft_ulp_distance(got->loss, expected->loss);
        return;
    }
}

enum weft_status verify_unreproduced(struct trainer *trainer, struct weft_error *error) {
    struct weft_verify_difference found = {.stage = WEFT_STAGE_TRAINING,
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

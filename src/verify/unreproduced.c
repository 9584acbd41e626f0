/* unreproduced.c: a training that differed, of which no step does. */
#include "verify/verify.h"

#include <stdio.h>
#include <string.h>

#include "numerics.h"
#include "weft/compare.h"

/* The first step whose loss or count of right answers was another, if that is known. */
static void look_at_results(const struct verify_training *training,
                            struct weft_verify_difference *found) {
    for (uint64_t i = 0; training->digest[0] != '\0' && i < training->steps; i++) {
        const struct weft_step_result *got = &training->results[0][i];
        const struct weft_step_result *expected = &training->results[1][i];
        if (memcmp(got, expected, sizeof *got) == 0) {
            continue;
        }
        found->step = i + 1;
        found->whole = got->correct != expected->correct &&
                       weft_as_uint(got->loss) == weft_as_uint(expected->loss);
        snprintf(found->tensor, sizeof found->tensor, "%s", found->whole ? "correct" : "loss");
        found->device = found->whole ? got->correct : weft_as_uint(got->loss);
        found->expected = found->whole ? expected->correct : weft_as_uint(expected->loss);
        found->ulp = found->whole ? 0 : weft_ulp_distance(got->loss, expected->loss);
        return;
    }
}

enum weft_status verify_not_again(struct verify *verify, struct verify_training *training,
                                  struct weft_error *error) {
    struct weft_verify_difference found = {.stage = WEFT_STAGE_TRAINING, .differing = 1, .of = 1};
    unsigned wrong = 0, changed = 0;
    char digest[65];
    enum weft_status status = WEFT_OK;
    for (int i = 0; i < 4 && status == WEFT_OK; i++) {
        status = verify_train(verify, training, training->backend, digest, NULL, error);
        wrong += strcmp(digest, training->expected) != 0;
        changed += strcmp(digest, training->digest) != 0;
    }
    if (status != WEFT_OK) {
        return status;
    }
    snprintf(found.layer, sizeof found.layer, "training");
    snprintf(found.tensor, sizeof found.tensor, "hash");
    found.whole = true;
    look_at_results(training, &found);
    snprintf(found.where, sizeof found.where, "seed %llu, %llu steps%s",
             (unsigned long long)training->seed, (unsigned long long)training->steps,
             training->note);
    found.guess = changed == 0 ? "ordering" : wrong == 0 ? "hardware" : "race";
    snprintf(verify->outcome->diagnosis, sizeof verify->outcome->diagnosis,
             "%s: the training differs, but no step does from the right state before it; of 4 more "
             "trainings %u were wrong and %u unlike the first%s",
             changed == 0 ? "ordering" : "hardware or a race", wrong, changed,
             changed == 0
                 ? " (OpenCL 1.2, section 5.11: kernels of an in-order queue do not overlap)"
                 : "");
    verify_decide(verify, &found, changed == 0 ? WEFT_VERIFY_DIFFERENT : WEFT_VERIFY_UNSTABLE);
    return WEFT_OK;
}

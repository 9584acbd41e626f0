/* diagnose.c: runs a piece that differs again in other ways; which of them are right shows the
 * cause. */
#include "verify/diagnose.h"

#include <stdio.h>
#include <string.h>

#include "base/try.h"
#include "verify/bundle.h"
#include "verify/operations.h"

#define REPEATS  8  /* runs of the same thing */
#define MANY_ULP 64 /* more are no rounding */

/* The result of running the piece in one other way. */
enum outcome {
    OUTCOME_RIGHT,
    OUTCOME_SAME,       /* the same wrong values */
    OUTCOME_OTHER,      /* other wrong values */
    OUTCOME_FAILED,     /* it could not be run */
    OUTCOME_NO_CONTROL, /* simple operations are wrong too, so that it shows nothing */
};

static const char *const outcome_names[] = {"right", "the same wrong values", "other wrong values",
                                            "could not run",
                                            "a + b and the like are wrong as well"};

struct outcomes {
    unsigned right, same, other; /* of REPEATS runs in the same way on fresh buffers */
    enum outcome wait, groups, unoptimised, mapping, fusing; /* of one run each */
    bool stays; /* right on fresh buffers, and wrong again on those where it was wrong */
};

static enum outcome run_once(const struct verify_piece *piece, const struct verify_setup *setup,
                             const char *digest) {
    struct verify_difference found = {.differing = 0};
    struct weft_error ignored = {0};
    struct backend *device = NULL;
    char other[65];
    enum outcome outcome = OUTCOME_FAILED;
    if (verify_open(piece->network, setup, &device, &ignored) == WEFT_OK &&
        piece->run(piece, device, &found, other, &ignored) == WEFT_OK) {
        outcome = found.differing == 0         ? OUTCOME_RIGHT
                  : strcmp(other, digest) == 0 ? OUTCOME_SAME
                                               : OUTCOME_OTHER;
    }
    backend_close(device);
    return outcome;
}

/* Runs the piece several times on fresh buffers. Stores the hash of the first wrong result in
 * ${digest}. */
static enum weft_status repeat(const struct verify_piece *piece, const struct verify_setup *setup,
                               struct outcomes *outcomes, char digest[65],
                               struct weft_error *error) {
    struct backend *device = NULL;
    enum weft_status status;
    TRY_OR(done, verify_open(piece->network, setup, &device, error));
    for (int i = 0; i < REPEATS; i++) {
        struct verify_difference found = {.differing = 0};
        char other[65];
        TRY_OR(done, piece->run(piece, device, &found, other, error));
        if (found.differing == 0) {
            outcomes->right++;
        } else if (outcomes->same == 0 || strcmp(other, digest) == 0) {
            memcpy(digest, other, sizeof other);
            outcomes->same++;
        } else {
            outcomes->other++;
        }
    }
done:
    backend_close(device);
    return status;
}

static void run_other_ways(const struct verify *verify, const struct verify_piece *piece,
                           const struct verify_setup *setup, const char *digest,
                           struct outcomes *outcomes) {
    struct debug_options debug =
        setup->debug != NULL ? *setup->debug : (struct debug_options){.wait = false};
    struct verify_setup other = *setup;
    char options[1024];

    /* With a wait for each kernel, three times, since a race may be right once; then with other
     * work-groups. */
    other.debug = &debug;
    debug.wait = true;
    outcomes->wait = run_once(piece, &other, digest);
    for (int i = 0; i < 2 && outcomes->wait == OUTCOME_RIGHT; i++) {
        outcomes->wait = run_once(piece, &other, digest);
    }
    debug.wait = false;
    debug.other_groups = true;
    outcomes->groups = run_once(piece, &other, digest);

    /* Without the optimiser, unless the compiler is wrong without it: PoCL 7.1 then computes a + b
     * wrongly. */
    other = *setup;
    snprintf(options, sizeof options, "%s -cl-opt-disable",
             setup->options.cl_options != NULL ? setup->options.cl_options : "");
    other.options.cl_options = options;
    outcomes->unoptimised =
        !verify->outcome->device.builtin && verify_computes(verify, &other.options)
            ? run_once(piece, &other, digest)
            : OUTCOME_NO_CONTROL;

    /* With the other mapping, and with the other choice of fused layers. */
    other = *setup;
    debug.other_groups = debug.mapping_is_wish = false;
    other.debug = &debug;
    other.options.mapping =
        setup->options.mapping == WEFT_MAPPING_CPU ? WEFT_MAPPING_GPU : WEFT_MAPPING_CPU;
    outcomes->mapping = run_once(piece, &other, digest);
    other = *setup;
    other.options.no_fuse = !setup->options.no_fuse;
    outcomes->fusing = run_once(piece, &other, digest);
}

/* Returns whether the piece is wrong twice more on the buffers where it was wrong. */
static bool stays_wrong(const struct verify_piece *piece) {
    bool wrong = piece->device != NULL;
    for (int i = 0; i < 2 && wrong; i++) {
        struct verify_difference found = {.differing = 0};
        struct weft_error ignored = {0};
        char digest[65];
        wrong = piece->run(piece, piece->device, &found, digest, &ignored) == WEFT_OK &&
                found.differing > 0;
    }
    return wrong;
}

/* Returns whether the result depends on what ran before: it is wrong in other ways with other
 * values. */
static bool changes(const struct outcomes *outcomes) {
    return outcomes->unoptimised == OUTCOME_OTHER || outcomes->groups == OUTCOME_OTHER ||
           outcomes->wait == OUTCOME_OTHER;
}

/* Returns the first cause that fits a result that changes from run to run. */
static enum verify_cause explain_unstable(const struct outcomes *outcomes) {
    /* Only if the wait is the only way that is right: otherwise it is right by chance. */
    bool wait_helps = outcomes->wait == OUTCOME_RIGHT && outcomes->groups != OUTCOME_RIGHT &&
                      outcomes->unoptimised != OUTCOME_RIGHT;
    return wait_helps && outcomes->right == 0 ? CAUSE_ORDERING
           : outcomes->stays                  ? CAUSE_MEMORY_STAYS
           : outcomes->right == REPEATS       ? CAUSE_HARDWARE_ONCE
           : outcomes->right == 0 && (outcomes->other > 1 || changes(outcomes))
               ? CAUSE_MEMORY_OR_RACE
               : CAUSE_RACE;
}

/* Returns whether ${found} is one bit of one value. Otherwise a repeatable difference of a few ulp
 * is rounding, not a bit flip, unless --inject has ${flipped} a bit. */
static bool is_bit_flip(const struct verify_difference *found, bool flipped) {
    uint32_t bits = found->device ^ found->expected;
    return found->differing == 1 && bits != 0 && (bits & (bits - 1)) == 0 &&
           found->ulp > (flipped ? 1 : MANY_ULP);
}

/* Returns the first cause that fits a result that is the same in each run. */
static enum verify_cause explain_stable(const struct outcomes *outcomes,
                                        const struct verify_difference *found, bool fused,
                                        bool flipped) {
    return outcomes->wait == OUTCOME_RIGHT          ? CAUSE_ORDERING
           : outcomes->unoptimised == OUTCOME_RIGHT ? CAUSE_OPTIMISER
           : outcomes->groups == OUTCOME_RIGHT      ? CAUSE_GROUP_SIZE
           : changes(outcomes)                      ? CAUSE_MEMORY_CHANGES
           : is_bit_flip(found, flipped)            ? CAUSE_BIT_FLIP
           : outcomes->fusing == OUTCOME_RIGHT ? fused ? CAUSE_FUSED_KERNEL : CAUSE_SINGLE_LAYER
           : found->in_empty_lane              ? CAUSE_WRONG_EMPTY_LANE
           : found->ulp <= MANY_ULP && !found->is_integer ? CAUSE_ROUNDING
                                                          : CAUSE_WRONG;
}

/* Runs the piece with each layer alone, perhaps several times, and replaces ${found} by its
 * difference: where layers are fused, the layer that computed a tensor may not be the one that made
 * it wrong. */
static enum weft_status name_layer(const struct verify_piece *piece,
                                   const struct verify_setup *setup,
                                   struct verify_difference *found, struct weft_error *error) {
    struct verify_setup apart_setup = *setup;
    struct verify_difference apart = {.differing = 0};
    struct backend *device = NULL;
    char digest[65];
    enum weft_status status;
    if (setup->options.no_fuse) {
        return WEFT_OK;
    }
    apart_setup.options.no_fuse = true;
    TRY_OR(done, verify_open(piece->network, &apart_setup, &device, error));
    for (int i = 0; i < REPEATS && apart.differing == 0; i++) {
        TRY_OR(done, piece->run(piece, device, &apart, digest, error));
    }
    if (apart.differing > 0) {
        memcpy(apart.where, found->where, sizeof apart.where);
        apart.stage = found->stage;
        apart.step = found->step;
        *found = apart;
    }
done:
    backend_close(device);
    return status;
}

static void write_diagnosis(struct verify *verify, enum verify_cause cause,
                            const struct outcomes *outcomes, bool no_fuse) {
    char injected[160] = "", text[512];
    verify_cause_text(cause, text, sizeof text);
    if (verify->flip.flip != 0) {
        snprintf(injected, sizeof injected, "the injection flipped a bit of %.90s; it reads as ",
                 verify->options->inject->tensor);
    }
    verify_explain(
        verify,
        "%s%s. Run again on fresh buffers: %u right, %u the same, %u otherwise wrong; waiting "
        "for each kernel: %s; other work-groups: %s; -cl-opt-disable: %s; the other mapping: "
        "%s; %s: %s",
        injected, text, outcomes->right, outcomes->same, outcomes->other,
        outcome_names[outcomes->wait], outcome_names[outcomes->groups],
        outcome_names[outcomes->unoptimised], outcome_names[outcomes->mapping],
        no_fuse ? "fused" : "not fused", outcome_names[outcomes->fusing]);
}

/* Decides without a diagnosis: a device that cannot repeat the piece, or whose verification is
 * interrupted, has been wrong nevertheless. ${error} says why. */
static enum weft_status decide_unexplained(struct verify *verify, struct verify_difference *found,
                                           bool repeats, struct weft_error *error) {
    char text[280];
    if (verify->stopped) {
        *error = (struct weft_error){.message = "interrupted"};
    }
    verify_cause_text(CAUSE_NOT_RUN_AGAIN, text, sizeof text);
    verify_explain(verify, "%s: %.1500s", text, error->message);
    *error = (struct weft_error){0};
    verify_decide(verify, found, CAUSE_NOT_RUN_AGAIN, repeats);
    return verify_progress(verify, verify->what, error);
}

enum weft_status verify_diagnose(struct verify *verify, const struct verify_piece *piece,
                                 const struct verify_setup *setup, struct verify_difference *found,
                                 bool repeats, struct weft_error *error) {
    struct outcomes outcomes = {.right = 0};
    struct verify_setup smallest = *setup;
    char digest[65] = "", what[280];
    enum verify_cause cause;
    enum weft_status status;

    snprintf(what, sizeof what, "layer %.60s, whose %.60s was wrong, run again: %.120s",
             found->layer, found->tensor, found->where);
    verify_doing(verify, found->stage, what);
    status = repeat(piece, setup, &outcomes, digest, error);
    if (status == WEFT_OK && outcomes.right == 0) {
        status = name_layer(piece, setup, found, error);
    }
    if (status == WEFT_OK) {
        run_other_ways(verify, piece, setup, digest, &outcomes);
        outcomes.stays = outcomes.right == REPEATS && stays_wrong(piece);
    }
    if (status != WEFT_OK || verify->stopped) {
        return decide_unexplained(verify, found, repeats, error);
    }
    repeats = repeats || outcomes.right > 0 || outcomes.other > 0;
    cause = repeats
                ? explain_unstable(&outcomes)
                : explain_stable(&outcomes, found, !setup->options.no_fuse, verify->flip.flip != 0);
    write_diagnosis(verify, cause, &outcomes, setup->options.no_fuse);
    verify_decide(verify, found, cause, repeats);
    if (verify->options->bundle != NULL) {
        /* with the fewest kernels that show it */
        smallest.options.no_fuse = setup->options.no_fuse || outcomes.fusing != OUTCOME_RIGHT;
        verify_bundle(verify, piece, &smallest, found);
    }
    return verify_progress(verify, verify->what, error);
}

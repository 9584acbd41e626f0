/* diagnose.c: a piece that differs is run again in other ways; which of them are right tells what is wrong. */
#include "verify/verify.h"

#include <stdio.h>
#include <string.h>

#define AGAIN 8 /* runs of the same thing */

/* How one way of running came out. */
enum way { WAY_RIGHT, WAY_SAME, WAY_OTHER, WAY_FAILED, WAY_NO_CONTROL };

struct ways {
    unsigned right, same, other; /* of AGAIN runs: right, as the first, otherwise wrong */
    enum way wait, groups, unoptimised, mapping, fusing; /* one run each */
    bool stays; /* right on fresh buffers, and wrong again on those where it was wrong */
};

static enum way run_way(const struct verify_piece *piece, const struct verify_setup *how,
                        const char *digest) {
    struct weft_verify_difference found = {0};
    struct weft_error ignored = {0};
    struct weft_backend *device = NULL;
    char other[65];
    enum way way = WAY_FAILED;
    if (verify_open(piece->network, how, &device, &ignored) == WEFT_OK &&
        piece->run(piece, device, &found, other, &ignored) == WEFT_OK) {
        way = found.differing == 0 ? WAY_RIGHT : strcmp(other, digest) == 0 ? WAY_SAME : WAY_OTHER;
    }
    weft_backend_close(device);
    return way;
}

/* The same on fresh buffers, several times. Stores the hash of the first wrong result in ${digest}. */
static enum weft_status run_again(const struct verify_piece *piece, const struct verify_setup *how,
                                  struct ways *ways, char digest[65], struct weft_error *error) {
    struct weft_backend *device = NULL;
    bool wrong = false;
    enum weft_status status = verify_open(piece->network, how, &device, error);
    for (int i = 0; i < AGAIN && status == WEFT_OK; i++) {
        struct weft_verify_difference found = {0};
        char other[65];
        status = piece->run(piece, device, &found, other, error);
        if (status != WEFT_OK) {
            break;
        }
        if (found.differing == 0) {
            ways->right++;
        } else if (!wrong || strcmp(other, digest) == 0) {
            wrong = true;
            memcpy(digest, other, sizeof other);
            ways->same++;
        } else {
            ways->other++;
        }
    }
    weft_backend_close(device);
    return status;
}

static struct ways run_ways(const struct verify *verify, const struct verify_piece *piece,
                            const struct verify_setup *options, const char *digest) {
    struct verify_setup how = *options;
    struct debug_options debug =
        options->debug != NULL ? *options->debug : (struct debug_options){0};
    struct ways ways = {0};
    char text[1024];
    how.debug = &debug;
    debug.wait = true;
    ways.wait = run_way(piece, &how, digest);
    for (int i = 0; i < 2 && ways.wait == WAY_RIGHT; i++) { /* a race may be right once */
        ways.wait = run_way(piece, &how, digest);
    }
    debug.wait = false;
    debug.other_groups = true;
    ways.groups = run_way(piece, &how, digest);
    how = *options;
    snprintf(text, sizeof text, "%s -cl-opt-disable",
             options->options.cl_options != NULL ? options->options.cl_options : "");
    how.options.cl_options = text;
    /* PoCL 7.1 computes a + b wrongly then: that would tell nothing. */
    ways.unoptimised = !verify->outcome->device.builtin && verify_computes(verify, &how.options)
                           ? run_way(piece, &how, digest)
                           : WAY_NO_CONTROL;
    how = *options;
    how.options.mapping =
        options->options.mapping == WEFT_MAPPING_CPU ? WEFT_MAPPING_GPU : WEFT_MAPPING_CPU;
    ways.mapping = run_way(piece, &how, digest);
    how = *options;
    how.options.no_fuse = !options->options.no_fuse;
    ways.fusing = run_way(piece, &how, digest);
    return ways;
}

/* Whether it is wrong again on the buffers where it was wrong, twice. */
static bool stays_wrong(const struct verify_piece *piece) {
    bool wrong = piece->device != NULL;
    for (int i = 0; i < 2 && wrong; i++) {
        struct weft_verify_difference found = {0};
        struct weft_error ignored = {0};
        char digest[65];
        wrong = piece->run(piece, piece->device, &found, digest, &ignored) == WEFT_OK &&
                found.differing > 0;
    }
    return wrong;
}

/* The first cause that fits. Sets ${guess} to its name. ${flipped}: by --inject; else a few ulp are no bit's flip where they come each time. */
static const char *explain(const struct ways *ways, const struct weft_verify_difference *found,
                           bool fused, bool unstable, bool flipped, const char **guess) {
    /* wrong, but not always the same: what it reads depends on what ran before */
    bool changes =
        ways->unoptimised == WAY_OTHER || ways->groups == WAY_OTHER || ways->wait == WAY_OTHER;
    /* if the wait alone mends it: what is right in other ways too is right by chance */
    if (unstable && ways->wait == WAY_RIGHT && ways->right == 0 && ways->groups != WAY_RIGHT &&
        ways->unoptimised != WAY_RIGHT) {
        *guess = "ordering";
        return "ordering: it is right when each kernel is waited for, so kernels of one in-order "
               "queue overlap (OpenCL 1.2, section 5.11)";
    }
    if (unstable && ways->stays) {
        *guess = "memory";
        return "memory: right on fresh buffers, and wrong again on those where it was wrong, so "
               "something is read that was never written, or that is left from earlier work";
    }
    if (unstable && ways->right == AGAIN) {
        *guess = "hardware";
        return "hardware, or a rare race: it happened, but not again (memory, heat, overclocking)";
    }
    if (unstable && ways->right == 0 && (ways->other > 1 || changes)) {
        *guess = "memory or race";
        return "memory, a race, or hardware: never right, and other bits from run to run: "
               "something "
               "is read that was never written, or written by several work-items";
    }
    if (unstable) {
        *guess = "race";
        return "hardware or a race: the same kernels on the same input give other bits from run to "
               "run";
    }
    if (ways->wait == WAY_RIGHT) {
        *guess = "ordering";
        return "ordering: it is right when each kernel is waited for, so kernels of one in-order "
               "queue overlap (OpenCL 1.2, section 5.11)";
    }
    if (ways->unoptimised == WAY_RIGHT) {
        *guess = "optimiser";
        return "the compiler's optimiser, or memory that was never written and holds zeros without "
               "it: it is right with -cl-opt-disable (OpenCL 1.2, section 7.4: +, -, x and fma are "
               "correctly rounded)";
    }
    if (ways->groups == WAY_RIGHT) {
        *guess = "work-group size";
        return "work-groups: it is right with groups of another size (OpenCL 1.2, sections 3.2 and "
               "6.12.8)";
    }
    if (changes) {
        *guess = "memory";
        return "memory: the wrong values change with the way it is run, so something is read that "
               "was never written, or lies outside of an array";
    }
    if (found->differing == 1 && found->device != found->expected &&
        ((found->device ^ found->expected) & ((found->device ^ found->expected) - 1)) == 0 &&
        found->ulp > (flipped ? 1 : 64)) {
        *guess = "bit flip";
        return "a bit flip: one bit of one value";
    }
    if (ways->fusing == WAY_RIGHT && fused) {
        *guess = "fused kernel";
        return "only with the layers fused: the kernel, or how this compiler takes it";
    }
    if (ways->fusing == WAY_RIGHT) {
        *guess = "kernel of one layer";
        return "only with each layer alone, not fused: the kernel, or how this compiler takes it";
    }
    if (found->absent) {
        *guess = "wrong computation";
        return "a wrong computation: a gradient in a lane that has no image, where 0 belongs, so "
               "that later sums over lanes are wrong";
    }
    if (found->ulp <= 64 && !found->whole) {
        *guess = "rounding";
        return "rounding: the same values in every way, slightly off: a sum in another order, a "
               "contraction, or a function that is not correctly rounded (OpenCL 1.2, sections "
               "6.10 and 7.4)";
    }
    *guess = "wrong computation";
    return "a wrong computation: the same wrong values in every way, so the kernel's source or the "
           "compiler's reading of it, and no hardware";
}

static const char *const words[] = {"right", "the same wrong values", "other wrong values",
                                    "could not run", "a + b and the like are wrong as well"};

void verify_decide(struct verify *verify, const struct weft_verify_difference *found,
                   enum weft_verify_result result) {
    verify->outcome->result = result;
    if (verify->events != NULL && verify->events->difference != NULL) {
        verify->events->difference(verify->events->context, found);
    }
}

/* Where layers are fused, the layer that computed a tensor may not be the one that made it wrong: run apart, perhaps several times, they
 * say more. */
static enum weft_status name_layer(const struct verify_piece *piece,
                                   const struct verify_setup *options,
                                   struct weft_verify_difference *found, struct weft_error *error) {
    struct verify_setup how = *options;
    struct weft_verify_difference apart = {.differing = 0};
    struct weft_backend *device = NULL;
    char digest[65];
    enum weft_status status;
    if (options->options.no_fuse) {
        return WEFT_OK;
    }
    how.options.no_fuse = true;
    status = verify_open(piece->network, &how, &device, error);
    for (int i = 0; i < AGAIN && status == WEFT_OK && apart.differing == 0; i++) {
        status = piece->run(piece, device, &apart, digest, error);
    }
    weft_backend_close(device);
    if (status == WEFT_OK && apart.differing > 0) {
        memcpy(apart.where, found->where, sizeof apart.where);
        apart.stage = found->stage;
        apart.step = found->step;
        *found = apart;
    }
    return status;
}

/* For the case that this crashes. */
static void say_what(struct verify *verify, const struct weft_verify_difference *found) {
    char what[280];
    snprintf(what, sizeof what, "layer %.60s, whose %.60s was wrong, run again: %.120s",
             found->layer, found->tensor, found->where);
    verify_doing(verify, found->stage, what);
}

/* A device that does not run it again has been wrong all the same. */
static enum weft_status decide_alone(struct verify *verify, struct weft_verify_difference *found,
                                     bool repeats, struct weft_error *error) {
    snprintf(verify->outcome->diagnosis, sizeof verify->outcome->diagnosis,
             "none: it could not be run again: %.1500s", error->message);
    *error = (struct weft_error){0};
    found->guess = "not run again";
    verify_decide(verify, found, repeats ? WEFT_VERIFY_UNSTABLE : WEFT_VERIFY_DIFFERENT);
    return WEFT_OK;
}

enum weft_status verify_diagnose(struct verify *verify, const struct verify_piece *piece,
                                 const struct verify_setup *options,
                                 struct weft_verify_difference *found, bool repeats,
                                 struct weft_error *error) {
    struct weft_verify_outcome *outcome = verify->outcome;
    struct ways ways = {0};
    struct verify_setup how;
    unsigned right, same, other;
    char digest[65] = "", injected[160] = "";
    const char *cause;
    bool unstable;
    enum weft_status status;
    say_what(verify, found);
    status = run_again(piece, options, &ways, digest, error);
    unstable = repeats || ways.right > 0 || ways.other > 0;
    if (status == WEFT_OK && ways.right == 0) {
        status = name_layer(piece, options, found, error);
    }
    if (status == WEFT_OK && ways.right == 0 && !outcome->device.builtin) {
        verify_joined(piece, options, found);
    }
    if (status != WEFT_OK) {
        return status == WEFT_INTERRUPTED ? status : decide_alone(verify, found, repeats, error);
    }
    right = ways.right;
    same = ways.same;
    other = ways.other;
    ways = run_ways(verify, piece, options, digest);
    ways.stays = right == AGAIN && stays_wrong(piece);
    ways.right = right;
    ways.same = same;
    ways.other = other;
    cause = explain(&ways, found, !options->options.no_fuse, unstable, verify->flip.flip != 0,
                    &found->guess);
    if (verify->flip.flip != 0) {
        snprintf(injected, sizeof injected, "--inject flipped a bit of %.90s; it reads as ",
                 verify->options->inject->tensor);
    }
    snprintf(outcome->diagnosis, sizeof outcome->diagnosis,
             "%s%s. Run again on fresh buffers: %u right, %u the same, %u otherwise wrong; waiting "
             "for each kernel: %s; other work-groups: %s; -cl-opt-disable: %s; the other mapping: "
             "%s; %s: %s",
             injected, cause, right, same, other, words[ways.wait], words[ways.groups],
             words[ways.unoptimised], words[ways.mapping],
             options->options.no_fuse ? "fused" : "not fused", words[ways.fusing]);
    verify_decide(verify, found, unstable ? WEFT_VERIFY_UNSTABLE : WEFT_VERIFY_DIFFERENT);
    if (verify->options->bundle != NULL) {
        how = *options;
        how.options.no_fuse =
            how.options.no_fuse || ways.fusing != WAY_RIGHT; /* the fewest kernels that show it */
        verify_bundle(verify, piece, &how, found);
    }
    return WEFT_OK;
}

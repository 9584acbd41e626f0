/* context.h: one verification: its options, how it opens devices, and what it reports. */
#ifndef WEFT_VERIFY_CONTEXT_H
#define WEFT_VERIFY_CONTEXT_H

#include "backend/opencl/debug/debug.h"
#include "verify/causes.h"
#include "weft/verify.h"

/* How a device is opened. */
struct verify_setup {
    struct weft_backend_options options;
    const struct debug_options *debug; /* or NULL */
};

struct trainer;

struct verify {
    const struct weft_verify_options *options;
    const struct weft_verify_events *events;
    struct weft_verify_outcome *outcome;
    char selector[16];          /* of the device, by its number */
    struct debug_options flip;  /* of --inject; flip.flip is 0 without it */
    struct debug_options watch; /* of options->launches; watch.announce is NULL without it */
    char activity[300];         /* the last text of verify_doing, without the kernel */
    uint64_t cases;             /* of the current stage */
    struct raw_device *raw;     /* for the first two stages; NULL: the CPU backend needs neither */
    struct trainer *trainer;    /* for the last two stages */
};

/* Steps of the training, if the user names none. */
#define VERIFY_QUICK_STEPS 20
#define VERIFY_FULL_STEPS  600

/* Returns how many steps the training has. */
uint64_t verify_steps(const struct verify *verify);

/* Returns whether vectors of 16 are verified too. --quick omits them where fma is emulated, because
 * a compiler can take many minutes for them. */
bool verify_vectors(const struct verify *verify);

/* Returns a setup that opens the device as the user asked, for ${batch} images. ${debug} may be
 * NULL. */
struct verify_setup verify_device_setup(const struct verify *verify, size_t batch,
                                        const struct debug_options *debug);

/* Sets mapping and no_fuse of ${setup} for variant ${variant}: 0 and 1 have the mapping that the
 * device gets by default, 2 and 3 the other one; 0 and 2 are fused. Without vectors there is only
 * one mapping. All variants must give the same bits. */
#define VERIFY_VARIANTS 4
void verify_variant(const struct verify *verify, size_t variant, struct verify_setup *setup);

enum weft_status verify_open(const struct weft_network *network, const struct verify_setup *setup,
                             struct weft_backend **backend, struct weft_error *error);

/* Reports to the caller of weft_verify what is about to run: a stage, and ${what} in it. */
void verify_doing(struct verify *verify, enum weft_verify_stage stage, const char *what);

/* Reports progress. Fails with WEFT_INTERRUPTED if the caller asks to stop. */
enum weft_status verify_progress(const struct verify *verify, const char *what,
                                 struct weft_error *error);

/* Writes outcome->diagnosis. */
void verify_explain(struct verify *verify, const char *format, ...) WEFT_PRINTF(2, 3);

/* Reports ${found} as the difference that decides the verification. ${unstable}: two runs of the
 * device differ. */
void verify_decide(struct verify *verify, struct weft_verify_difference *found,
                   enum verify_cause cause, bool unstable);

/* The callback debug_options.announce of a struct verify: reports a kernel before its launch. */
void verify_announce(void *context, const char *kernel);

#endif

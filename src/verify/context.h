/* context.h: one verification: its options, how it opens devices, and what it reports. */
#ifndef WEFT_VERIFY_CONTEXT_H
#define WEFT_VERIFY_CONTEXT_H

#include "backend/opencl/debug/debug.h"
#include "verify/verification.h"

/* The causes of a difference: name, a word or two that several causes share, a sentence, and the
 * section of OpenCL 1.2, with what it says, or NULL. */
// clang-format off
#define VERIFY_CAUSES(ROW)                                                                         \
    ROW(BATCHES, "batches",                                                                        \
        "batches: the results of several batches at once differ from those of each batch alone, "  \
        "which are right: kernels of one in-order queue overlap, or results are stored in the "    \
        "place of others", "section 5.11")                                                         \
    ROW(BIT_FLIP, "bit flip", "a bit flip: one bit of one value", NULL)                            \
    ROW(CONTRACTION, "contraction",                                                                \
        "contraction: the compiler makes one fma of a product and a sum, although the source "     \
        "says FP_CONTRACT OFF", NULL)                                                              \
    ROW(FUSED_KERNEL, "fused kernel",                                                              \
        "only with the layers fused: the kernel, or how this compiler translates it", NULL)        \
    ROW(GROUP_SIZE, "work-group size",                                                             \
        "work-groups: it is right with groups of another size", "sections 3.2 and 6.12.8")         \
    ROW(HARDWARE, "hardware", "hardware or a race", NULL)                                          \
    ROW(HARDWARE_ONCE, "hardware",                                                                 \
        "hardware, or a rare race: it happened, but not again (memory, heat, overclocking)", NULL) \
    ROW(MEMORY, "memory", "memory", NULL)                                                          \
    ROW(MEMORY_CHANGES, "memory",                                                                  \
        "memory: the wrong values change with the way it is run, so something is read that was "   \
        "never written, or outside of an array", NULL)                                             \
    ROW(MEMORY_OR_RACE, "memory or race",                                                          \
        "memory, a race, or hardware: never right, and different bits from run to run: something " \
        "is read that was never written, or is written by several work-items", NULL)               \
    ROW(MEMORY_STAYS, "memory",                                                                    \
        "memory: right on fresh buffers, and wrong again on those where it was wrong, so "         \
        "something is read that was never written, or that earlier work left there", NULL)         \
    ROW(NOT_RUN_AGAIN, "not run again", "none: it could not be run again", NULL)                   \
    ROW(OPTIMISER, "optimiser",                                                                    \
        "the compiler's optimiser, or memory that was never written and is zero without it: it "   \
        "is right with -cl-opt-disable", "section 7.4: +, -, x and fma are correctly rounded")     \
    ROW(ORDERING, "ordering",                                                                      \
        "ordering: it is right when each kernel is waited for, so kernels of one in-order queue "  \
        "overlap", "section 5.11")                                                                 \
    ROW(PHASES, "synchronisation",                                                                 \
        "synchronisation: steps by one kernel differ from those by launches, which "               \
        "are right: a work-group does not see what another has written, or a phase of a "          \
        "step is not complete (OpenCL C 3.0, section 6.15.12)", NULL)                              \
    ROW(PORTIONS, "transfers",                                                                     \
        "transfers: images that were sent while other work was computed did not arrive, or not "   \
        "in time; it is right with all images on the device", "section 5.2.2")                     \
    ROW(RACE, "race",                                                                              \
        "hardware or a race: the same kernels on the same input give different bits from run to "  \
        "run", NULL)                                                                               \
    ROW(ROUNDING, "rounding",                                                                      \
        "rounding: the same values in every way, slightly off: a sum in another order, a "         \
        "contraction, or a function that is not correctly rounded", "sections 6.10 and 7.4")       \
    ROW(SINGLE_LAYER, "kernel of one layer",                                                       \
        "only with each layer alone, not fused: the kernel, or how this compiler translates it",   \
        NULL)                                                                                      \
    ROW(TRANSFERS, "memory",                                                                       \
        "memory or transfers: bytes that were written and read back, with no kernel between, "     \
        "have changed", "section 5.2.2")                                                           \
    ROW(WRONG, "wrong computation",                                                                \
        "a wrong computation: the same wrong values in every way, so the kernel's source or its "  \
        "translation by the compiler, not hardware", NULL)                                         \
    ROW(WRONG_EMPTY_LANE, "wrong computation",                                                     \
        "a wrong computation: a gradient in a lane without an image is not 0, so that later sums " \
        "over lanes are wrong", NULL)
// clang-format on

#define VERIFY_CAUSE_NAME(name, text, sentence, section) CAUSE_##name,
enum verify_cause { VERIFY_CAUSES(VERIFY_CAUSE_NAME) };

/* Returns the name of ${cause}: "ordering". */
const char *verify_cause_name(enum verify_cause cause);

/* Writes what ${cause} means, a sentence that begins with the cause and ends with OpenCL's section,
 * into ${text}. */
void verify_cause_text(enum verify_cause cause, char *text, size_t size);

/* How a device is opened. */
struct verify_setup {
    struct backend_options options;
    const struct debug_options *debug; /* or NULL */
};

struct trainer;
struct verify_known;

struct verify {
    const struct verify_options *options;
    const struct verify_events *events;
    struct verify_outcome *outcome;
    struct debug_options flip;  /* of --inject; flip.flip is 0 without it */
    struct debug_options watch; /* of all backends: mapping_is_wish, and options->launches */
    struct backend_watch asked; /* of all backends: events->progress */
    const char *what;           /* of the last verify_progress */
    bool stopped;               /* events->progress has returned false */
    char activity[300];         /* the last text of verify_doing, without the kernel */
    uint64_t cases;             /* of the current stage */
    bool contracts;             /* the only wrong operations are sums that the compiler contracts */
    struct raw_device *raw;     /* for the first two stages; NULL: the CPU backend needs neither */
    struct trainer *trainer;    /* for the last two stages */
    enum weft_mapping mapping;  /* with which the training ran */
    const struct verify_known *known; /* the results of these two, or NULL */
};

/* A small part of a verification that can be repeated on any backend. */
struct verify_piece {
    const struct weft_network *network; /* that backends are opened for */
    /* Runs the piece on ${backend}, and stores the first difference (differing 0: none), and in
     * ${digest} a hash of all results. */
    enum weft_status (*run)(const struct verify_piece *piece, struct backend *backend,
                            struct verify_difference *found, char digest[65],
                            struct weft_error *error);
    void *context;
    struct backend *expected; /* the reference, after the same work */
    uint64_t step;            /* the last (from 1) of a call of several steps; else 0 */
    const void
        *results; /* words of the reference that are no tensors: a step's, losses, predictions */
    struct backend *device; /* where it differed */
};

/* Makes the network that is trained, a copy of options->network or the published one. The caller
 * frees it with network_destroy. */
enum weft_status verify_network(const struct verify *verify, struct weft_network **network,
                                struct weft_error *error);

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
                             struct backend **backend, struct weft_error *error);

/* Reports to the caller of verify_device what is about to run: a stage, and ${what} in it. */
void verify_doing(struct verify *verify, enum verify_stage stage, const char *what);

/* Returns what backends ask: events->progress, so that a verification ends also within a long step
 * or pass. */
struct backend_watch verify_asked(struct verify *verify);

/* Reports progress. Fails with WEFT_INTERRUPTED if the caller asks to stop, or has done so. */
enum weft_status verify_progress(struct verify *verify, const char *what, struct weft_error *error);

/* Writes outcome->diagnosis. */
void verify_explain(struct verify *verify, const char *format, ...) PRINTF_FORMAT(2, 3);

/* Reports ${found} as the difference that decides the verification. ${unstable}: two runs of the
 * device differ. */
void verify_decide(struct verify *verify, struct verify_difference *found, enum verify_cause cause,
                   bool unstable);

/* Decides as above, for a way to compute that is wrong where another one is right: ${cause}, whose
 * sentence is the diagnosis. Found without a differing value, ${tensor} of ${layer} differs. */
void verify_decide_way(struct verify *verify, struct verify_difference *found, const char *layer,
                       const char *tensor, enum verify_cause cause);

/* The callback debug_options.announce of a struct verify: reports a kernel before its launch. */
void verify_announce(void *context, const char *kernel);

#endif

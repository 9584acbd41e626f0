/* verify.h: the insides of weft_verify: stages, pieces that can be run again, and their diagnosis. */
#ifndef WEFT_VERIFY_INSIDE_H
#define WEFT_VERIFY_INSIDE_H

#include <stdio.h>

#include "backend/opencl/debug/debug.h"
#include "base/sha256.h"
#include "weft/model.h"
#include "weft/train.h"
#include "weft/verify.h"

/* How a device is opened. */
struct verify_setup {
    struct weft_backend_options options;
    const struct debug_options *debug; /* or NULL */
};

/* Opens a backend so. */
enum weft_status verify_open(const struct weft_network *network, const struct verify_setup *setup,
                             struct weft_backend **backend, struct weft_error *error);

/* One verification. */
struct verify {
    const struct weft_verify_options *options;
    const struct weft_verify_events *events;
    struct weft_verify_outcome *outcome;
    char selector[16];          /* of the device, by its number */
    struct debug_options flip;  /* of --inject; flip.flip is 0 without */
    struct debug_options watch; /* of options->launches; watch.announce is NULL without */
    char piece[300];            /* what was told to events->doing last, without the kernel */
    uint64_t cases;             /* of the stage that runs */
};

/* Steps of training, unless told. */
#define VERIFY_QUICK_STEPS 20
#define VERIFY_FULL_STEPS  600

/* Returns how many steps the training has. */
uint64_t verify_steps(const struct verify *verify);

/* Whether vectors of 16 are verified too. Where fma is emulated, a compiler can take many minutes over them, and --quick leaves them out. */
bool verify_vectors(const struct verify *verify);

/* ways.c: sets mapping and no_fuse of ${how} for way ${way}: 0 and 1 are the mapping that the device would be given, or was, 2 and 3 the other one;
 * 0 and 2 are fused. Without vectors there is only one mapping. */
#define VERIFY_WAYS 4
void verify_way(const struct verify *verify, size_t way, struct verify_setup *how);

/* Options to open the device as the user wanted, for ${batch} images; ${debug} may be NULL. */
struct verify_setup verify_device_options(const struct verify *verify, size_t batch,
                                          const struct debug_options *debug);

/* Opens the CPU backend. */
enum weft_status verify_open_reference(const struct verify *verify,
                                       const struct weft_network *network, size_t batch,
                                       struct weft_backend **backend, struct weft_error *error);

/* Tells the caller what is begun: a stage, and ${what} in it. */
void verify_doing(struct verify *verify, enum weft_verify_stage stage, const char *what);

/* Asks whether the caller wants to stop; fails with WEFT_INTERRUPTED. */
enum weft_status verify_progress(const struct verify *verify, const char *what,
                                 struct weft_error *error);

/* ---- host.c: fails with WEFT_NO_VERDICT if this processor, as it is set, can not be the reference. ---- */
enum weft_status verify_host(struct weft_error *error);

/* ---- cases.c: made-up values, the same everywhere ---- */

/* Fills ${values} with floats of magnitude up to ${scale}, some of them 0, -0 or tiny; ${subject} tells arrays apart. */
void verify_fill(uint64_t seed, uint64_t subject, float scale, float *values, size_t count);

/* The same for running statistics: from 0 to 1, and what is tiny is 0. */
void verify_fill_statistics(uint64_t seed, uint64_t subject, float *values, size_t count);

/* Fills ${words} with random bits. */
void verify_words(uint64_t seed, uint64_t subject, uint32_t *words, size_t count);

/* Makes ${count} images of ten classes that a network can tell apart. The caller frees with weft_images_finish. */
enum weft_status verify_images(uint64_t seed, enum weft_split split, size_t count,
                               struct weft_images *images, struct weft_error *error);

/* ---- tensors.c: all that two backends hold after the same work ---- */

struct verify_pair {
    struct weft_backend *device, *expected;
    size_t count;                           /* images */
    bool backward;                          /* gradients too */
    bool training;                          /* a step of training, not a propagation */
    bool long_names;                        /* "conv1.weight.grad", not "weight.grad" */
    const struct weft_step_result *results; /* in training: of the device, then expected */
};

/* Finds the first difference in the order of the computation. Without one, found->differing is 0. Tensors that a device does not keep are
 * left out. */
enum weft_status verify_tensors(const struct verify_pair *pair,
                                struct weft_verify_difference *found, struct weft_error *error);

/* ---- diagnose.c ---- */

/* Something small that differs, and can be done again on any backend opened for ${network} and ${batch}. */
struct verify_piece {
    const struct weft_network *network;
    size_t batch;
    /* Runs it on ${device}, and stores the first difference (differing 0: none), and in ${digest} a hash of what came out. */
    enum weft_status (*run)(const struct verify_piece *piece, struct weft_backend *device,
                            struct weft_verify_difference *found, char digest[65],
                            struct weft_error *error);
    void *context;
    struct weft_backend *expected; /* the reference, after the same work */
    uint64_t step;                 /* the last (from 1) of a call of several steps; else 0 */
    const void *results; /* words of the reference beside tensors: a step's, losses, predictions */
    struct weft_backend *device; /* where it differed */
};

/* bundle.c: writes into options->bundle what shows ${found} without weft. Where that can not be done, outcome->bundle says why. */
void verify_bundle(struct verify *verify, const struct verify_piece *piece,
                   const struct verify_setup *options, const struct weft_verify_difference *found);

/* joined.c: if ${found} is a gradient of parameters whose shards the device joins wrongly, each time, its layer becomes "adam". ${options}: of the
 * device where ${piece} gave it. Where that can not be found out, it stays. */
void verify_joined(const struct verify_piece *piece, const struct verify_setup *options,
                   struct weft_verify_difference *found);

/* replay.c: prints a C program that runs ${record} again, and compares buffer ${target} with expected.bin. */
struct record;
#define VERIFY_OPEN 0x7fffdeadu /* a word of expected.bin that is not compared */
void verify_print_replay(FILE *out, const struct record *record, int target);

/* The same for transfers: of expected.bin, there and back. */
void verify_print_transfers(FILE *out);

/* bundle.c: writes the folder. ${record}: launches, source and buffers, of which ${target} is compared; NULL: transfers. ${got} and ${expected}
 * hold ${size} bytes. */
enum weft_status verify_bundle_write(const struct verify *verify, const struct record *record,
                                     int target, const void *got, const void *expected, size_t size,
                                     const struct weft_verify_difference *found,
                                     struct weft_error *error);

/* Runs ${piece}, which gave ${found} on a device opened with ${options}, in other ways; writes outcome->diagnosis and outcome->result, sets
 * found->guess, and reports ${found} to the caller of weft_verify. ${repeats}: it differed from itself before. */
enum weft_status verify_diagnose(struct verify *verify, const struct verify_piece *piece,
                                 const struct verify_setup *options,
                                 struct weft_verify_difference *found, bool repeats,
                                 struct weft_error *error);

/* Reports ${found} as the difference that decides, with ${result}. */
void verify_decide(struct verify *verify, const struct weft_verify_difference *found,
                   enum weft_verify_result result);

/* ---- known.c ---- */

struct verify_known {
    bool full; /* more images are evaluated */
    uint64_t seed, steps;
    const char *training, *hash;
};

/* Returns the known hashes of such a verification under this contract, or NULL. */
const struct verify_known *verify_known_find(bool full, uint64_t seed, uint64_t steps);

/* ---- the stages: each sets outcome->result when it finds a difference ---- */

enum weft_status verify_transfers(struct verify *verify, struct raw_device *bare,
                                  struct weft_error *error);
enum weft_status verify_numerics(struct verify *verify, struct raw_device *bare,
                                 struct weft_error *error);
/* Whether the device passes the first part of verify_numerics with the compiler's options of ${how}; false also if that can not be run. */
bool verify_computes(const struct verify *verify, const struct weft_backend_options *how);

enum weft_status verify_layers(struct verify *verify, struct weft_error *error);

/* The published network, its data, and what the training gave. */
struct verify_training {
    uint64_t seed, steps;
    size_t batch;
    const struct weft_images *images; /* two */
    struct weft_images made[WEFT_SPLIT_COUNT];
    struct weft_model *model;     /* its initial values, then the trained ones */
    struct weft_backend *backend; /* the device, after its training */
    struct verify_setup how;
    float *values; /* as long as the longest array, for comparisons */
    char digest[65], expected[65];
    struct weft_step_result *results[2]; /* of each step: what made digest, and expected */
    float *moments[2];                   /* both that it starts from; NULL: 0 */
    const char *
        note; /* what is special about it, for verify_difference.where, with a comma before; or "" */
};

/* ${images}: two, or NULL for those of the options or the seed. */
enum weft_status verify_training_init(struct verify *verify, uint64_t seed,
                                      const struct weft_images *images,
                                      struct verify_training *training, struct weft_error *error);
void verify_training_finish(struct verify_training *training);

/* Makes room for values and results of its model and steps; verify_training_finish frees them. */
enum weft_status verify_training_allocate(struct verify_training *training,
                                          struct weft_error *error);

/* The same with another seed: its images, if they are made, and its initial values. */
enum weft_status verify_training_reseed(const struct verify *verify,
                                        struct verify_training *training, uint64_t seed,
                                        struct weft_error *error);

/* Gives ${backend} the initial values of ${training}, moments last but for the parameters. */
enum weft_status verify_training_begin(const struct verify_training *training,
                                       struct weft_backend *backend, struct weft_error *error);

/* Steps that are made in one call: between two of them a user can stop it. */
#define VERIFY_CHUNK 20

struct verify_chunk {
    struct weft_steps steps; /* at most VERIFY_CHUNK */
    struct weft_adam adam[VERIFY_CHUNK];
};

/* Makes the steps from ${first} (from 0) on, inside one epoch. ${order}: room for all training images; the epoch's, once it has begun. */
void verify_chunk_make(const struct verify_training *training, uint64_t first, uint32_t *order,
                       struct verify_chunk *chunk);

/* Adds ${count} words of 32 bits to ${hash}, the lowest byte first. */
void verify_hash_words(struct sha256 *hash, const void *words, size_t count);

/* Trains on ${backend} from the initial values of ${training}, and writes the hash of all that came out into ${digest}, and what each step gave
 * into ${all}, unless that is NULL. */
enum weft_status verify_train(const struct verify *verify, struct verify_training *training,
                              struct weft_backend *backend, char digest[65],
                              struct weft_step_result *all, struct weft_error *error);

/* Opens a backend with ${how} and gives it the images. */
enum weft_status verify_training_open(const struct verify_training *training,
                                      const struct verify_setup *how, struct weft_backend **backend,
                                      struct weft_error *error);

enum weft_status verify_stage_training(struct verify *verify, struct verify_training *training,
                                       struct weft_error *error);
enum weft_status verify_stage_evaluation(struct verify *verify, struct verify_training *training,
                                         struct weft_error *error);

/* Trains the CPU backend in the same way, for ${training}->expected. */
enum weft_status verify_training_expect(struct verify *verify, struct verify_training *training,
                                        struct weft_error *error);

/* ---- hard.c: values that trainings hardly ever meet ---- */

/* A short training of the published network from such values, with such images: fewer than two batches, and in the last shard one image. Its
 * backend is the caller's. */
enum weft_status verify_hard_init(const struct verify *verify, uint64_t seed,
                                  struct verify_training *hard, struct weft_error *error);
void verify_hard_finish(struct verify_training *hard);

/* Trainings like that: of the published network on the backend of ${training}, which then is as it was, and in other ways. */
enum weft_status verify_hard(struct verify *verify, struct verify_training *training,
                             struct weft_error *error);

/* lockstep.c: finds the first step of a training that differs, and says why. */
enum weft_status verify_lockstep(struct verify *verify, struct verify_training *training,
                                 struct weft_error *error);

/* not_again.c: says why a training that differs does not differ step by step: either it depends on how steps follow each other, or it does not come
 * again. */
enum weft_status verify_not_again(struct verify *verify, struct verify_training *training,
                                  struct weft_error *error);

/* soak.c: repeats the training with new seeds, in many copies at once. */
enum weft_status verify_soak(struct verify *verify, struct weft_error *error);

#endif

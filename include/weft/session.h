/* session.h: a device that holds a model and images, and computes: training, evaluation,
 * prediction, and the parts of a training step.
 *
 *     struct weft_session *session;
 *     if (weft_session_open(model, NULL, &session, error) == WEFT_OK &&
 *         weft_train(session, images, NULL, error) == WEFT_OK) {
 *         weft_session_model(session, &trained, error);
 *     }
 *     weft_session_close(session);
 *
 * A session copies the model when it is opened. Training changes the session's copy:
 * weft_session_model makes a model of the present values.
 *
 * A session is used by one thread at a time: a call while another one runs fails with WEFT_USAGE.
 * There are two exceptions. weft_session_cancel may be called at any time. And callbacks of
 * weft_train and weft_evaluate may call the functions that leave the values as they are:
 * weft_session_model, weft_session_checkpoint, weft_session_get, weft_evaluate and weft_predict.
 * Sessions are independent of each other. A callback returns: it neither throws an exception nor
 * calls longjmp.
 *
 * After fork, each call of the child with a session of the parent fails with WEFT_USAGE. The child
 * may close it, which frees only memory.
 *
 * All functions fail with WEFT_BAD_DEVICE when the device fails, and with WEFT_NO_MEMORY. */
#ifndef WEFT_SESSION_H
#define WEFT_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "weft/device.h"
#include "weft/epoch.h"
#include "weft/error.h"
#include "weft/images.h"
#include "weft/model.h"
#include "weft/options.h"
#include "weft/recipe.h"

WEFT_BEGIN

struct weft_session;

/* Where and how a session computes. Initialise it with WEFT_SESSION_OPTIONS. */
struct weft_session_options {
    size_t size;
    const char *device; /* a selector, as of weft_devices_choose; NULL: "auto" */
    size_t batch;       /* the maximum number of images of a step or pass; 0: 100 */
    unsigned threads;   /* of the CPU backend, or of an OpenCL CPU device; 0: all */
    bool forward_only;  /* no training and no weft_backward: needs less memory */
    bool no_cache;      /* do not use the cache of compiled OpenCL programs */
    bool no_fuse;       /* do not fuse layers, so that all tensors can be read; changes no bit */
    enum weft_math math;
    enum weft_mapping mapping;
    enum weft_step_kernel step_kernel;
    const char *kernels;    /* a folder of .cl files that replaces the built-in ones, or NULL */
    const char *cl_options; /* further options for the OpenCL compiler, or NULL */
    /* Gets messages about the device, one at a time and without a newline at the end, from the
     * thread that calls the library. Their wording may change. May be NULL. */
    void (*log)(void *context, const char *text);
    /* Is asked several times a second whether to go on while the session works; ${steps} is how
     * many steps or passes of the present call are done, such as 2.25. After false the call ends
     * with WEFT_INTERRUPTED. It may be called on a thread of the session, but never on two at once,
     * and must not use the session. weft_forward, weft_backward and weft_step do not ask, and no
     * driver can be stopped while it compiles OpenCL programs, so weft_session_open asks before and
     * after that. May be NULL. */
    bool (*go_on)(void *context, double steps);
    void *context; /* of log and go_on */
    /* Images stay on the host, and steps and passes send the device what they need, while it
     * computes those before. Without this, only those do for which an OpenCL device has no room.
     * Changes no bit; the CPU backend needs no room for them. */
    bool images_on_host;
};
#define WEFT_SESSION_OPTIONS                                                                       \
    {                                                                                              \
        sizeof(struct weft_session_options), NULL, 0, 0, false, false, false, WEFT_MATH_EXACT,     \
            WEFT_MAPPING_AUTO, WEFT_STEP_KERNEL_AUTO, NULL, NULL, NULL, NULL, NULL, false          \
    }

/* Opens the device that ${options} names, with all kernels and memory for the network of ${model},
 * and copies the values of ${model} to it. ${options} NULL: the defaults. "auto" opens the first
 * device of the order (weft/device.h) that can be opened and whose arithmetic is right; the last
 * one is the CPU backend. Fails with WEFT_BAD_DEVICE if the selector matches no device, or the
 * device cannot be opened; and with WEFT_USAGE if it matches more than one, or for WEFT_MATH_FAST
 * without an OpenCL device or without CLBlast. */
WEFT_API enum weft_status weft_session_open(const struct weft_model *model,
                                            const struct weft_session_options *options,
                                            struct weft_session **session,
                                            struct weft_error *error);

/* Closes ${session} and frees all that it holds. NULL is harmless. If a call runs, in whose
 * callback this is or in another thread, that call ends with WEFT_INTERRUPTED and then closes the
 * session; no other call may begin. */
WEFT_API void weft_session_close(struct weft_session *session);

/* Returns the device, which is valid until ${session} is closed. NULL for NULL. */
WEFT_API const struct weft_device *weft_session_device(const struct weft_session *session);

/* What is worth knowing about the device of a session. */
enum weft_notice_kind {
    WEFT_NOTICE_CHOICE,      /* why "auto" chose no other device */
    WEFT_NOTICE_SKIPPED,     /* the same, where a device or a platform failed */
    WEFT_NOTICE_CONTRACTION, /* a rule of OpenCL that the device breaks, which changes no result */
    WEFT_NOTICE_RULE,        /* another one: results will differ from those of other devices */
    WEFT_NOTICE_CACHE        /* why the cache of programs was not used */
};
struct weft_notice {
    size_t size;
    enum weft_notice_kind kind;
    const char *text;
    const char *hint; /* what can be done about it, or empty */
};

/* Returns notice ${index}, from 0 on, valid until ${session} is closed. NULL: there is none. */
WEFT_API const struct weft_notice *weft_session_notice_get(const struct weft_session *session,
                                                           size_t index);

/* Returns all notices and their hints, one a line; empty if there are none, and for NULL. */
WEFT_API const char *weft_session_notice(const struct weft_session *session);

/* Sets the value of each of the 256 bytes that a pixel can be, in all channels. At opening they are
 * (v / 255 - mean) / deviation, with those of the model for each channel
 * (weft_model_normalisation). They stay when the session gets another model or a checkpoint. Fails
 * with WEFT_USAGE for a value that is NaN or infinite. */
WEFT_API enum weft_status weft_session_set_pixels(struct weft_session *session,
                                                  const float values[256],
                                                  struct weft_error *error);

/* Makes a model of the present values. In a callback of weft_train they are those after the last
 * finished epoch. What the session's model was read with (its options and the hashes of its data)
 * is left out once the values have changed. Fails with WEFT_DIVERGED if a value is NaN or
 * infinite. */
WEFT_API enum weft_status weft_session_model(struct weft_session *session,
                                             struct weft_model **model, struct weft_error *error);

/* Replaces all values by those of ${model}, which has the same network, and the normalisation of
 * pixels by its own. Adam's state and the numbers of epochs and steps begin anew. */
WEFT_API enum weft_status weft_session_set_model(struct weft_session *session,
                                                 const struct weft_model *model,
                                                 struct weft_error *error);

/* Copies the ${count} values of a tensor to ${values}. ${name} is that of a tensor of the network:
 * "conv1.weight", "batchN1.running_mean"; with ".grad", ".moment" or ".second_moment" a gradient or
 * Adam's state of a trained one; or a tensor of the last step or pass, with its images outermost:
 * "input", "conv1.output", and after a backward pass "conv1.output.grad" and, after weft_backward,
 * "input.grad". Fails with WEFT_USAGE if there is no such tensor, if it has another number of
 * values, and for one that does not exist because layers are fused (no_fuse), or because the last
 * call evaluated more than a batch. */
WEFT_API enum weft_status weft_session_get(struct weft_session *session, const char *name,
                                           float *values, size_t count, struct weft_error *error);

/* Sets a tensor of the network, or its ".moment" or ".second_moment". Values with a magnitude below
 * 2^-36 become +0. Fails with WEFT_USAGE for values that are NaN or infinite, and for a running
 * variance or second moment below 0; nothing is changed then. */
WEFT_API enum weft_status weft_session_set(struct weft_session *session, const char *name,
                                           const float *values, size_t count,
                                           struct weft_error *error);

/* Copies ${images} to the device, for many calls of weft_train and weft_evaluate; other images are
 * copied for each call. Slices of kept images need no copy, but that weft_train copies those that
 * do not begin with the first image. The session holds a reference: ${images} may be destroyed. Any
 * number of sets can be kept, also slices. Fails with WEFT_USAGE for images that do not fit the
 * network, and for more than 2^31 - 1. */
WEFT_API enum weft_status weft_session_keep(struct weft_session *session,
                                            const struct weft_images *images,
                                            struct weft_error *error);

/* Frees what weft_session_keep made. Fails with WEFT_USAGE if ${images} are not kept. */
WEFT_API enum weft_status weft_session_drop(struct weft_session *session,
                                            const struct weft_images *images,
                                            struct weft_error *error);

/* Ends the call that runs, or else the next one, with WEFT_INTERRUPTED. It may be called from any
 * thread and from a signal handler, while the session is open. NULL is harmless. */
WEFT_API void weft_session_cancel(struct weft_session *session);

/* What a training does. Initialise it with WEFT_TRAINING_OPTIONS. */
struct weft_training_options {
    size_t size;
    size_t epochs;       /* of this call; 0: 5 */
    size_t batch;        /* images of a step, at most those of the session, or more than all of a
                            smaller set; 0: those of the session */
    float learning_rate; /* 0: 0.01 */
    uint64_t seed;       /* of the order of the images */
    enum weft_order order;
    uint64_t steps; /* of this call: it ends after them, in the middle of an epoch; 0: no limit */
    /* Called a few times a second, after ${step} of the ${steps} steps of ${epoch}. false ends the
     * training. May be NULL. */
    bool (*progress)(void *context, size_t epoch, size_t step, size_t steps);
    /* Called after each epoch. It may change ${learning_rate} for the following ones. false ends
     * the training. May be NULL. */
    bool (*epoch)(void *context, const struct weft_epoch *epoch, float *learning_rate);
    void *context;             /* of progress and epoch */
    struct weft_recipe recipe; /* weft/recipe.h; all zero: Adam, and nothing else */
};
#define WEFT_TRAINING_OPTIONS                                                                      \
    {                                                                                              \
        sizeof(struct weft_training_options), 0, 0, 0, 0, WEFT_ORDER_SHUFFLED, 0, NULL, NULL,      \
            NULL, WEFT_RECIPE_PUBLISHED                                                            \
    }

/* Trains on ${images} with cross entropy and the recipe of ${options}, by default Adam (beta1 0.9,
 * beta2 0.999, eps 1e-8), as "weft train" does, with the same bits. ${options} NULL: the defaults.
 *
 * Goes on where the session is: the numbers of epochs and steps and Adam's state continue, so two
 * calls of one epoch give the values of one call of two. This is not so if the recipe has a
 * schedule that is neither constant nor step, a warmup_fraction, or an average: they depend on the
 * number of all epochs and steps, those made before and those of the call. A training that was
 * interrupted goes on with the same values, also in another session, when weft_train is called with
 * what is left of it (weft_checkpoint_training).
 *
 * Fails with WEFT_USAGE for images without labels or that do not fit the network, and for a recipe
 * with a wrong member, with a warmup of all steps, or with an average of epochs of which another
 * training made some; with WEFT_INTERRUPTED when a callback returned false or after
 * weft_session_cancel; and with WEFT_DIVERGED if the loss or a value becomes NaN or infinite. When
 * it fails, the session is as it was after the last finished epoch; with WEFT_BAD_DEVICE it may
 * have lost its values, and then all later calls fail so. */
WEFT_API enum weft_status weft_train(struct weft_session *session, const struct weft_images *images,
                                     const struct weft_training_options *options,
                                     struct weft_error *error);

/* Stores the order in which weft_train takes ${count} images, 1 to 2^32 - 1, in epoch ${epoch},
 * from 1 on, with ${seed} and WEFT_ORDER_SHUFFLED: a permutation of 0 to ${count} - 1, the same on
 * every machine. */
WEFT_API enum weft_status weft_training_order(uint64_t seed, uint64_t epoch, uint32_t *order,
                                              size_t count, struct weft_error *error);

/* Returns the numbers of epochs and of steps that the values of ${session} have been trained for.
 * Steps include those of weft_step. 0 for NULL. */
WEFT_API size_t weft_session_epochs(const struct weft_session *session);
WEFT_API uint64_t weft_session_steps(const struct weft_session *session);

/* How images are evaluated, and where results of many numbers are stored. Initialise it with
 * WEFT_EVALUATION_OPTIONS. */
struct weft_evaluation_options {
    size_t size;
    enum weft_statistics statistics; /* that batch norm uses */
    /* Images of a pass, at most those of the session; 0: those. With WEFT_STATISTICS_BATCH the
     * statistics are those of a pass; else the size of a pass changes only the speed. */
    size_t batch;
    /* Called after each batch, or after several short ones, with the number of evaluated images and
     * of all. false ends the evaluation with WEFT_INTERRUPTED. May be NULL. */
    bool (*progress)(void *context, size_t done, size_t images);
    void *context;
    /* If not NULL: the caller's array for outputs x outputs numbers of images, a row for each true
     * class, a column for each predicted one; and its number of elements. */
    uint64_t *confusion;
    size_t confusion_count;
    /* If not NULL: the caller's array for the images x outputs logits; and its elements. */
    float *logits;
    size_t logits_count;
    /* The logits are (a + b) / 2: a those of an image, b those of its image mirrored left to right.
     * Predictions, loss and all results follow from them. With WEFT_STATISTICS_BATCH the mirror
     * images of a pass have statistics of their own. */
    bool average_flips;
};
#define WEFT_EVALUATION_OPTIONS                                                                    \
    {                                                                                              \
        sizeof(struct weft_evaluation_options), WEFT_STATISTICS_RUNNING, 0, NULL, NULL, NULL, 0,   \
            NULL, 0, false                                                                         \
    }

/* The result of an evaluation. Set size before the call: WEFT_EVALUATION. */
struct weft_evaluation {
    size_t size;
    size_t images, correct;
    size_t outputs;  /* of the network: the classes that it can predict */
    double accuracy; /* correct / images */
    double loss;     /* mean cross entropy */
};
#define WEFT_EVALUATION                                                                            \
    { sizeof(struct weft_evaluation), 0, 0, 0, 0, 0 }

/* Evaluates the present values on ${images}. ${options} NULL: the defaults. Fails with WEFT_USAGE
 * for images without labels or that do not fit the network, and for arrays of another size. */
WEFT_API enum weft_status weft_evaluate(struct weft_session *session,
                                        const struct weft_images *images,
                                        const struct weft_evaluation_options *options,
                                        struct weft_evaluation *evaluation,
                                        struct weft_error *error);

/* Predicts ${count} images of ${pixels}: a byte for each value of the network's input, image after
 * image, and in an image channel after channel, not pixel after pixel. Stores count x outputs
 * logits in ${logits}, and for each image the first class with the largest logit in ${classes};
 * either may be NULL. Batch norm uses running statistics. Any number of images is computed in the
 * memory of a batch. */
WEFT_API enum weft_status weft_predict(struct weft_session *session, const uint8_t *pixels,
                                       size_t count, float *logits, uint32_t *classes,
                                       struct weft_error *error);

/* A training step in three calls, for a loss of the caller's own.
 *
 * weft_forward computes all layers for ${count} images, at most the session's batch, of ${inputs}:
 * count x input floats, of any values. Stores the count x output floats in ${outputs}, unless it is
 * NULL. With WEFT_STATISTICS_BATCH, as in training, running statistics change and dropout is
 * active: under seed 0, with the same choice until weft_step.
 *
 * weft_backward computes the gradients of all parameters and of the inputs from ${doutputs}, the
 * gradients of the loss with respect to the outputs of the last weft_forward: once, and before any
 * other pass. Gradients are sums over the images, so for a mean loss the caller divides ${doutputs}
 * by their number. Stores the gradients of the inputs in ${dinputs}, unless it is NULL.
 *
 * weft_step makes a step of Adam with the gradients of the last weft_backward, once. It does not
 * look for values that are NaN or infinite: weft_session_model does.
 *
 * All fail with WEFT_USAGE when they are called in another order. */
WEFT_API enum weft_status weft_forward(struct weft_session *session,
                                       enum weft_statistics statistics, const float *inputs,
                                       size_t count, float *outputs, struct weft_error *error);
WEFT_API enum weft_status weft_backward(struct weft_session *session, const float *doutputs,
                                        float *dinputs, struct weft_error *error);
WEFT_API enum weft_status weft_step(struct weft_session *session, float learning_rate,
                                    struct weft_error *error);

WEFT_END

#endif

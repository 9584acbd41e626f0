/* backend.h: a device that holds one network and its data, and computes with them.
 *
 * There are two implementations: "cpu", the reference, in plain C; and OpenCL. Everything that is
 * read back has the same bits on both (the contract of equal bits, cl/README.md).
 *
 * All arrays are in row-major order: images outermost, then channels, rows, columns; float32. */
#ifndef WEFT_BACKEND_BACKEND_H
#define WEFT_BACKEND_BACKEND_H

#include "data/images.h"
#include "data/normalisation.h"
#include "data/training.h"
#include "network/network.h"
#include "weft/epoch.h"
#include "weft/options.h"

struct backend;
struct device_info;

/* Receives messages about the device: which one is opened, programs with their build logs, the
 * program cache, memory, fused layers. ${write} gets one message at a time, without a newline at
 * its end; a build log has newlines inside. It is called by the thread that calls the library,
 * so by several threads at once if several use the library. NULL: messages are discarded. Their
 * wording may change. */
struct backend_log {
    void (*write)(void *context, const char *text);
    void *context;
};

/* Asks whether to go on while a backend works, also in the middle of a step or a pass. ${go_on} is
 * called several times a second; ${steps} is how many steps or passes of the present call are done,
 * such as 2.25, or 0. Once it returns false, the call stops within a fraction of a second and fails
 * with WEFT_INTERRUPTED; the step that was begun has changed a part of the arrays, so they must be
 * written again before the next step. A step that is completed has the same bits with a watch as
 * without. ${go_on} may be called on a thread of the backend, but never on two at once. OpenCL can
 * interrupt neither the compiler nor a single kernel; a long kernel is enqueued in parts. */
struct backend_watch {
    bool (*go_on)(void *context, double steps); /* NULL: never asked */
    void *context;
};

/* Where and how to compute. All zero is the default, except batch. */
struct backend_options {
    /* As --device: "auto", "cpu", "gpu", N, P:D, part of a name; NULL: "auto". */
    const char *device;
    /* The device as device_choose has stored it, in place of ${device}: a selector may name another
     * one later, if a platform fails. NULL: by ${device}. */
    const struct device_info *chosen;
    /* Of the CPU backend, or compute units of an OpenCL CPU device whose driver makes sub-devices:
     * see backend_device. 0: all that the process may use. */
    unsigned threads;
    const char *kernels;    /* folder of .cl files instead of the built-in ones, or NULL */
    const char *cl_options; /* further options for the OpenCL compiler, or NULL */
    enum weft_mapping mapping;
    enum weft_math math;
    enum weft_step_kernel step_kernel; /* of an OpenCL device */
    bool no_cache;                     /* do not use the program cache */
    bool no_fuse; /* do not fuse layers, so that all tensors exist, and are kept; changes no bit */
    bool keep_tensors; /* of fused layers: no tensor gives its memory to another; changes no bit */
    size_t batch;      /* the maximum number of images in a step or pass; at least 1 */
    bool forward_only; /* no training: needs less memory */
    bool images_on_host;    /* of an OpenCL device: also if it has room for them; changes no bit */
    struct backend_log log; /* of this backend, as long as it is open */
    struct backend_watch watch; /* asked from opening to closing */
};

/* Opens the device that ${options} names, with all kernels and memory for ${network}. The caller
 * keeps ${network}, which must exist until the backend is closed. "auto" opens the first device of
 * the order (weft/device.h) that can be opened and whose arithmetic is right; the last one is the
 * CPU backend. With fast math it opens the first OpenCL device, and no other if that one fails.
 * ${notice}, if not NULL, is set as by device_choose, and has each device that "auto" passed
 * over, with the reason. Fails with WEFT_BAD_DEVICE if the selector matches no device, or the
 * device fails; with WEFT_USAGE if it matches more than one (the message lists them), for fast
 * math without an OpenCL device or without CLBlast, and, unless forward_only, as
 * network_check_statistics; with WEFT_INTERRUPTED (backend_watch); and
 * with WEFT_NO_MEMORY without memory. */
enum weft_status backend_open(const struct weft_network *network,
                              const struct backend_options *options, struct backend **backend,
                              struct weft_error *notice, struct weft_error *error);

/* What a network needs, from its shapes alone. */
struct network_needs {
    uint64_t arrays;      /* bytes of the device: parameters, and what training keeps of each */
    uint64_t activations; /* bytes of the device: with fused layers it needs less */
    uint64_t host;        /* bytes of the host, in addition to the images: the model, and copies */
    uint64_t flop;        /* floating-point operations of a step, or of a pass if forward_only */
};

/* Returns what a backend needs that is opened for ${network} with ${batch} and ${forward_only} as
 * in struct backend_options. backend_open fails, with the numbers, if the device has less
 * memory. */
struct network_needs network_needs_of(const struct weft_network *network, size_t batch,
                                      bool forward_only);

/* Fails with WEFT_USAGE unless each batch norm of ${network} has at most 2^32 - 1 values of a
 * channel in ${batch} images, of which it can take statistics. */
enum weft_status network_check_statistics(const struct weft_network *network, size_t batch,
                                          struct weft_error *error);

/* Closes ${backend} and frees all that it holds. NULL is harmless. Of a device that is lost
 * (device_lost), only memory of the host is freed, and this function does not wait. */
void backend_close(struct backend *backend);

/* Returns the device of ${backend}; valid until the backend is closed. */
const struct device_info *backend_device(const struct backend *backend);

/* Returns the network that ${backend} was opened with. */
const struct weft_network *backend_network(const struct backend *backend);

/* Returns which rule of OpenCL the device broke when it was opened, with an example: its results
 * will differ from those of other devices, unless backend_contracts. NULL: none. Valid until
 * the backend is closed. */
const char *backend_warning(const struct backend *backend);

/* Returns whether the only rule that the device broke is FP_CONTRACT OFF: its compiler makes one
 * fma of a product and a sum. No kernel of a network has such a sum, so its results are equal.
 * "auto" opens such a device, but none that broke another rule. */
bool backend_contracts(const struct backend *backend);

/* Returns why the cache of compiled programs, or an entry of it, was not used although it was not
 * switched off: another user could have written it. NULL: there is nothing to say. Valid until the
 * backend is closed. */
const char *backend_note(const struct backend *backend);

/* Checks that ${images} have the size of the network's input, and that the network has one output
 * for each class, if they have labels. Fails with WEFT_BAD_FILE. */
enum weft_status backend_check_images(const struct weft_network *network,
                                      const struct weft_images *images, struct weft_error *error);

/* Copies ${images} to the device as set ${set}, in place of those that this set had. If a device
 * has no room for them, or with images_on_host, they stay on the host, and steps and passes send
 * what they need: the caller keeps images->pixels as long as the set is used. The caller numbers
 * the sets, from 0 on without large gaps; an enum weft_split is such a number. Images without
 * labels have label 0. Fails with WEFT_BAD_FILE unless the network takes their size and has at
 * least as many outputs as they have classes, with WEFT_USAGE unless there are 1 to 2^31 - 1
 * images, and with WEFT_BAD_DEVICE. */
enum weft_status backend_set_images(struct backend *backend, size_t set,
                                    const struct weft_images *images, struct weft_error *error);

/* Returns whether the images of set ${set} stay on the host, from where the device gets them. */
bool backend_images_on_host(const struct backend *backend, size_t set);

/* Frees the images of set ${set}. Harmless if there are none. */
void backend_drop_images(struct backend *backend, size_t set);

/* Returns the labels of the images of set ${set}, and stores their number in ${count}. Returns
 * NULL, and stores 0, if there are none. Valid until the backend is closed or gets other images. */
const uint16_t *backend_labels(const struct backend *backend, size_t set, size_t *count);

/* Stores the height and the width of the images of set ${set}, or 0 if there are none. */
void backend_image_sides(const struct backend *backend, size_t set, size_t *height, size_t *width);

/* Sets the value of each of the 256 bytes that a pixel can be, in all channels. */
enum weft_status backend_set_pixels(struct backend *backend, const float values[256],
                                    struct weft_error *error);

/* Sets these values for images of ${normalisation}. Fails with WEFT_USAGE unless it has 0 or
 * network_pixel_channels channels. */
enum weft_status backend_set_normalisation(struct backend *backend,
                                           const struct normalisation *normalisation,
                                           struct weft_error *error);

/* Stores v / 255 for each byte v (raw), or (v / 255 - 0.2859) / 0.3530 (normalised), in
 * ${values}. */
void pixels_raw(float values[256]);
void pixels_normalised(float values[256]);

/* The flat arrays that a backend keeps for its network. */
enum backend_array {
    ARRAY_PARAMETERS,     /* network->parameter_count floats */
    ARRAY_BUFFERS,        /* network->buffer_count floats: running statistics */
    ARRAY_GRADIENTS,      /* as the parameters: of the last step (read only) */
    ARRAY_MOMENTS,        /* as the parameters: Adam's mean of gradients */
    ARRAY_SECOND_MOMENTS, /* as the parameters: Adam's mean of squared gradients */
    ARRAY_COUNT
};

/* Copies an array to the device or back. All arrays are 0 after opening, so parameters must be
 * written first. Both functions fail with WEFT_USAGE for gradients (write), and for arrays that a
 * backend opened forward_only does not have; and with WEFT_BAD_DEVICE. */
enum weft_status backend_write(struct backend *backend, enum backend_array array,
                               const float *values, struct weft_error *error);
enum weft_status backend_read(struct backend *backend, enum backend_array array, float *values,
                              struct weft_error *error);

/* What a step does with the gradients, from update_of_step. PyTorch's formulas, g being the
 * gradient of the mean loss, times ${clip_norm} / norm if the norm of all gradients is larger:
 *
 *   p = decay p,  g = g + penalty p
 *   Adam:  m = beta1 m + complement1 g,  v = beta2 v + complement2 g g,
 *          p = p - step_size m / (sqrt(v) root_correction + eps)
 *   SGD:   m = beta1 m + g,  p = p - step_size (m, or with nesterov g + beta1 m) */
struct update {
    float weight;  /* what the sum of losses is divided by; 0: the number of images */
    float decay;   /* 1: none */
    float penalty; /* 0: none */
    float beta1, beta2, eps;
    float complement1, complement2; /* 1 - beta1, 1 - beta2 */
    float step_size;                /* Adam: rate / (1 - beta1^t); SGD: the rate */
    float root_correction;          /* 1 / sqrt(1 - beta2^t) */
    float clip_norm;                /* 0: none */
    bool sgd, nesterov;
};

/* Returns what the sum of losses of ${count} images is divided by. */
float update_weight(const struct update *update, size_t count);

/* Returns what makes the gradients of this sum those of the mean: 1 / update_weight. */
float update_scale(const struct update *update, size_t count);

/* How an image is changed when it is gathered: from augment_images. First it is mirrored left to
 * right, then moved, pixels from outside being byte 0; then the part of a square that is inside
 * becomes +0 (after normalising). Each in all channels. */
struct image_change {
    int16_t flip;                    /* 0 or 1 */
    int16_t down, right;             /* pixels */
    int16_t erase;                   /* pixels a side; 0: none */
    int16_t erase_row, erase_column; /* of the square's first pixel */
    int16_t unused[2];               /* 16 bytes, as a short8 */
};

/* Training steps, one after the other. */
struct training_steps {
    size_t steps;
    size_t batch; /* images of a step; at most backend_options.batch */
    /* In all; the last step takes the rest: (steps - 1) x batch < images <= steps x batch. */
    size_t images;
    const uint32_t *order;              /* an index into the images of the set for each of images */
    const struct update *updates;       /* of each step */
    const struct image_change *changes; /* of each of images; NULL: none */
    float label_smoothing;              /* 0: none */
    const float *class_weights;         /* one for each output; NULL: 1 */
    size_t set;                         /* of backend_set_images */
    uint64_t seed, first; /* of dropout: the seed, and the number of the first step, from 1 */
};

/* Performs ${steps} on the images of steps->set and stores steps->steps ${results}. Fails with
 * WEFT_USAGE for steps that do not fit the backend or the images, with WEFT_INTERRUPTED (struct
 * backend_watch), and with WEFT_BAD_DEVICE. */
enum weft_status backend_train(struct backend *backend, const struct training_steps *steps,
                               struct weft_step_result *results, struct weft_error *error);

/* Sets the seed and the number, from 1, of the training step that the next calls of backend_forward
 * and backend_backward belong to, for dropout. After opening, both are 0. */
void backend_set_step(struct backend *backend, uint64_t seed, uint64_t step);

/* A training step in three calls, for a loss of the caller's own.
 *
 * Forward: computes all outputs of ${count} images from ${inputs}, count x input floats of any
 * values. With WEFT_STATISTICS_BATCH the running statistics change and dropout is active, as in
 * training. Afterwards
 * tensors can be read (backend/inspect.h).
 *
 * Backward: computes ARRAY_GRADIENTS, sums over the batch, and the gradient of the input, from
 * ${doutputs}: the gradient of the loss with respect to the outputs of the last forward call. There
 * is one backward call at most for each forward call, and no other pass between them.
 *
 * Step: makes ${update} with these gradients divided by update->weight; once.
 *
 * All fail with WEFT_USAGE for a count that the backend was not opened for and for calls in another
 * order, with WEFT_INTERRUPTED (struct backend_watch), and with WEFT_BAD_DEVICE. */
enum weft_status backend_forward(struct backend *backend, enum weft_statistics statistics,
                                 size_t count, const float *inputs, struct weft_error *error);
enum weft_status backend_backward(struct backend *backend, const float *doutputs,
                                  struct weft_error *error);
enum weft_status backend_step(struct backend *backend, const struct update *update,
                              struct weft_error *error);

/* Stores how many training steps an OpenCL device has made since it was opened: by launches for
 * each step, and by the kernel that computes many (enum weft_step_kernel). The CPU backend has made
 * none of either kind. */
void backend_steps_made(const struct backend *backend, uint64_t *by_launches, uint64_t *by_kernel);

/* What a forward pass with WEFT_STATISTICS_BATCH does with the running statistics. Kernels have the
 * same numbers (cl/batch_norm.cl). */
enum statistics_update {
    STATISTICS_KEEP,    /* nothing */
    STATISTICS_MIX,     /* they change by their momentum, as in training */
    STATISTICS_REPLACE, /* those of the batch replace them */
};

/* A forward pass over images ${first} .. ${first} + ${count} - 1 of set ${set}. With
 * WEFT_STATISTICS_BATCH they are one batch; else each image is computed alone, whatever the batches
 * are. Outputs may be NULL. */
struct evaluation_pass {
    size_t set; /* of backend_set_images */
    enum weft_statistics statistics;
    enum statistics_update update;
    size_t first, count; /* count: with WEFT_STATISTICS_BATCH at most backend_options.batch */
    const struct image_change *changes; /* of each of the ${count} images; NULL: none */
    float *logits;                      /* output: count x classes */
    float *losses;                      /* output: the cross entropy of each image */
    uint32_t *predictions; /* output: of each image, the first class with the largest logit */
};

/* Computes ${pass}. Dropout is inactive. Fails with WEFT_USAGE for images that do not
 * exist, with WEFT_INTERRUPTED (struct backend_watch), and with WEFT_BAD_DEVICE. */
enum weft_status backend_evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                  struct weft_error *error);

/* Returns how many images, a multiple of ${batch}, an evaluation may give to one call of
 * backend_evaluate, if none depends on the others: what takes some tenths of a second at most, as
 * far as backend_pass_took has learned. At first that is a batch. */
size_t backend_pass_size(const struct backend *backend, size_t batch);

/* Learns that a pass of ${images} has taken ${seconds}. */
void backend_pass_took(struct backend *backend, size_t images, double seconds);

#endif

/* backend.h: a device that holds one network and its data, and computes with them.
 *
 * There are two implementations: "cpu", the reference, in plain C; and OpenCL. Everything that is
 * read back has the same bits on both (the contract of equal bits, cl/README.md).
 *
 * All arrays are in row-major order: images outermost, then channels, rows, columns; float32. */
#ifndef WEFT_BACKEND_H
#define WEFT_BACKEND_H

#include "weft/data.h"
#include "weft/network.h"
#include "weft/training.h"

WEFT_BEGIN

struct weft_backend;
struct weft_device;

/* How work is divided among the work-items of an OpenCL device. Never changes a bit. */
enum weft_mapping { WEFT_MAPPING_AUTO, WEFT_MAPPING_CPU, WEFT_MAPPING_GPU };

/* Whether training steps are computed by one kernel that computes many of them, instead of launches
 * for each step. Never changes a bit. */
enum weft_step_kernel {
    WEFT_STEP_KERNEL_AUTO,   /* where it can be used and is faster, by measurement */
    WEFT_STEP_KERNEL_ALWAYS, /* the device is not opened if it cannot be used */
    WEFT_STEP_KERNEL_NEVER,
};

/* Receives messages about the device: which one is opened, programs with their build logs, the
 * program cache, memory, fused layers. ${write} gets one message at a time, without a newline at
 * its end; a build log has newlines inside. It is called by the thread that calls the library,
 * so by several threads at once if several use the library. NULL: messages are discarded. Their
 * wording may change. */
struct weft_log {
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
struct weft_watch {
    bool (*go_on)(void *context, double steps); /* NULL: never asked */
    void *context;
};

/* Where and how to compute. All zero is the default, except batch. */
struct weft_backend_options {
    /* As --device: "auto", "cpu", "gpu", N, P:D, part of a name; NULL: "auto". */
    const char *device;
    /* Of the CPU backend, or compute units of an OpenCL CPU device whose driver makes sub-devices:
     * see weft_backend_device. 0: all that the process may use. */
    unsigned threads;
    const char *kernels;    /* folder of .cl files instead of the built-in ones, or NULL */
    const char *cl_options; /* further options for the OpenCL compiler, or NULL */
    enum weft_mapping mapping;
    enum weft_math math;
    enum weft_step_kernel step_kernel; /* of an OpenCL device */
    bool no_cache;                     /* do not use the program cache */
    bool no_fuse;            /* do not fuse layers, so that all tensors exist; changes no bit */
    size_t batch;            /* the maximum number of images in a step or pass; at least 1 */
    bool forward_only;       /* no training: needs less memory */
    struct weft_log log;     /* of this backend, as long as it is open */
    struct weft_watch watch; /* asked from opening to closing */
};

/* Opens the device that ${options} names, with all kernels and memory for ${network}. The caller
 * keeps ${network}, which must exist until the backend is closed. "auto" opens the first device of
 * the order (weft/device.h) that can be opened and whose arithmetic is right; the last one is the
 * CPU backend. With fast math it opens the first OpenCL device, and no other if that one fails.
 * ${notice}, if not NULL, is set as by weft_device_choose, and has each device that "auto" passed
 * over, with the reason. Fails with WEFT_BAD_DEVICE if the selector matches no device, or the
 * device fails; with WEFT_USAGE if it matches more than one (the message lists them), and for fast
 * math without an OpenCL device or without CLBlast; with WEFT_INTERRUPTED (struct weft_watch); and
 * with WEFT_FAILED without memory. */
WEFT_API enum weft_status weft_backend_open(const struct weft_network *network,
                                            const struct weft_backend_options *options,
                                            struct weft_backend **backend,
                                            struct weft_error *notice, struct weft_error *error);

/* What a network needs, from its shapes alone. */
struct weft_needs {
    uint64_t arrays;      /* bytes of the device: parameters, and what training keeps of each */
    uint64_t activations; /* bytes of the device: with fused layers it needs less */
    uint64_t host;        /* bytes of the host, in addition to the images: the model, and copies */
    uint64_t flop;        /* floating-point operations of a step, or of a pass if forward_only */
};

/* Returns what a backend needs that is opened for ${network} with ${batch} and ${forward_only} as
 * in struct weft_backend_options. weft_backend_open fails, with the numbers, if the device has less
 * memory. */
WEFT_API struct weft_needs weft_network_needs(const struct weft_network *network, size_t batch,
                                              bool forward_only);

/* Closes ${backend} and frees all that it holds. NULL is harmless. Of a device that is lost
 * (weft_device_lost), only memory of the host is freed, and this function does not wait. */
WEFT_API void weft_backend_close(struct weft_backend *backend);

/* Returns the device of ${backend} (weft/device.h); valid until the backend is closed. */
WEFT_API const struct weft_device *weft_backend_device(const struct weft_backend *backend);

/* Returns the network that ${backend} was opened with. */
WEFT_API const struct weft_network *weft_backend_network(const struct weft_backend *backend);

/* Returns which rule of OpenCL the device broke when it was opened, with an example: its results
 * will differ from those of other devices, unless weft_backend_contracts. NULL: none. Valid until
 * the backend is closed. */
WEFT_API const char *weft_backend_warning(const struct weft_backend *backend);

/* Returns whether the only rule that the device broke is FP_CONTRACT OFF: its compiler makes one
 * fma of a product and a sum. No kernel of a network has such a sum, so its results are equal.
 * "auto" opens such a device, but none that broke another rule. */
WEFT_API bool weft_backend_contracts(const struct weft_backend *backend);

/* Returns why the cache of compiled programs, or an entry of it, was not used although it was not
 * switched off: another user could have written it. NULL: there is nothing to say. Valid until the
 * backend is closed. */
WEFT_API const char *weft_backend_note(const struct weft_backend *backend);

/* Checks that ${images} have the size of the network's input, and that the network has one output
 * for each class. Fails with WEFT_BAD_FILE. */
WEFT_API enum weft_status weft_backend_check_images(const struct weft_network *network,
                                                    const struct weft_images *images,
                                                    struct weft_error *error);

/* Copies ${images} to the device as the data of ${split}. Fails with WEFT_BAD_FILE unless the
 * network takes their size and has at least as many outputs as they have classes, with
 * WEFT_USAGE unless there are 1 to 2^32 - 1 images, and with WEFT_BAD_DEVICE. */
WEFT_API enum weft_status weft_backend_set_images(struct weft_backend *backend,
                                                  enum weft_split split,
                                                  const struct weft_images *images,
                                                  struct weft_error *error);

/* Returns the labels of the images that ${backend} holds as ${split}, and stores their number in
 * ${count}. Returns NULL, and stores 0, if it holds none. Valid until the backend is closed or gets
 * other images. */
WEFT_API const uint8_t *weft_backend_labels(const struct weft_backend *backend,
                                            enum weft_split split, size_t *count);

/* Sets the value of each of the 256 bytes that a pixel can be. */
WEFT_API enum weft_status weft_backend_set_pixels(struct weft_backend *backend,
                                                  const float values[256],
                                                  struct weft_error *error);

/* Stores v / 255 for each byte v (raw), or (v / 255 - 0.2859) / 0.3530 (normalised), in
 * ${values}. */
WEFT_API void weft_pixels_raw(float values[256]);
WEFT_API void weft_pixels_normalised(float values[256]);

/* The flat arrays that a backend keeps for its network. */
enum weft_array {
    WEFT_ARRAY_PARAMETERS,     /* network->parameter_count floats */
    WEFT_ARRAY_BUFFERS,        /* network->buffer_count floats: running statistics */
    WEFT_ARRAY_GRADIENTS,      /* as the parameters: of the last step (read only) */
    WEFT_ARRAY_MOMENTS,        /* as the parameters: Adam's mean of gradients */
    WEFT_ARRAY_SECOND_MOMENTS, /* as the parameters: Adam's mean of squared gradients */
    WEFT_ARRAY_COUNT
};

/* Copies an array to the device or back. All arrays are 0 after opening, so parameters must be
 * written first. Both functions fail with WEFT_USAGE for gradients (write), and for arrays that a
 * backend opened forward_only does not have; and with WEFT_BAD_DEVICE. */
WEFT_API enum weft_status weft_backend_write(struct weft_backend *backend, enum weft_array array,
                                             const float *values, struct weft_error *error);
WEFT_API enum weft_status weft_backend_read(struct weft_backend *backend, enum weft_array array,
                                            float *values, struct weft_error *error);

/* Adam's constants of one step, from weft_adam_step. */
struct weft_adam {
    float beta1, beta2, eps;
    float complement1, complement2; /* 1 - beta1, 1 - beta2 */
    float step_size;                /* lr / (1 - beta1^t) */
    float root_correction;          /* 1 / sqrt(1 - beta2^t) */
};

/* Training steps, one after the other. */
struct weft_steps {
    size_t steps;
    size_t batch; /* images of a step; at most weft_backend_options.batch */
    /* In all; the last step takes the rest: (steps - 1) x batch < images <= steps x batch. */
    size_t images;
    const uint32_t *order;        /* an index into the training images for each of images */
    const struct weft_adam *adam; /* of each step */
};

/* The result of a training step, from before its update. */
struct weft_step_result {
    float loss;       /* mean cross entropy of the batch */
    uint32_t correct; /* images whose largest logit is that of their label */
};

/* Performs ${steps} on the training images and stores steps->steps ${results}. Fails with
 * WEFT_USAGE for steps that do not fit the backend or the images, with WEFT_INTERRUPTED (struct
 * weft_watch), and with WEFT_BAD_DEVICE. */
WEFT_API enum weft_status weft_backend_train(struct weft_backend *backend,
                                             const struct weft_steps *steps,
                                             struct weft_step_result *results,
                                             struct weft_error *error);

/* Stores how many training steps an OpenCL device has made since it was opened: by launches for
 * each step, and by the kernel that computes many (enum weft_step_kernel). The CPU backend has made
 * none of either kind. */
WEFT_API void weft_backend_steps_made(const struct weft_backend *backend, uint64_t *by_launches,
                                      uint64_t *by_kernel);

/* The statistics that batch norm uses. */
enum weft_statistics { WEFT_STATISTICS_RUNNING, WEFT_STATISTICS_BATCH };

/* A forward pass over images ${first} .. ${first} + ${count} - 1 of ${split} in file order, as
 * one batch. Outputs may be NULL. */
struct weft_pass {
    enum weft_split split;
    enum weft_statistics statistics;
    size_t first, count;   /* count: at most weft_backend_options.batch */
    float *logits;         /* output: count x classes */
    float *losses;         /* output: the cross entropy of each image */
    uint32_t *predictions; /* output: of each image, the first class with the largest logit */
};

/* Computes ${pass}. Changes no running statistics. Fails with WEFT_USAGE for images that do not
 * exist, with WEFT_INTERRUPTED (struct weft_watch), and with WEFT_BAD_DEVICE. */
WEFT_API enum weft_status weft_backend_evaluate(struct weft_backend *backend,
                                                const struct weft_pass *pass,
                                                struct weft_error *error);

WEFT_END

#endif

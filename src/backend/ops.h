/* ops.h: what a backend implements: the computation of a whole network on one device.
 *
 * Callers use the functions of backend.h, which check the arguments for all backends
 * (checks.c, image_sets.c) and then call the functions of struct backend_ops.
 *
 * Inside a backend a batch is cut into shards of 16 images; image n of a batch is lane n % 16 of
 * shard n / 16. A tensor is [shard][channel][row][column][lane], so that 16 images are adjacent
 * (lanes.h). Empty lanes, those without an image, have any finite value in activations, and 0 in
 * gradients. */
#ifndef WEFT_BACKEND_OPS_H
#define WEFT_BACKEND_OPS_H

#include "backend/backend.h"
#include "backend/device.h"
#include "backend/inspect.h"
#include "backend/measure.h"
#include "backend/tensor_ref.h"
#include "backend/watch.h"

struct profile;

/* A set of images on the device. */
struct backend_set {
    size_t count;                                  /* of images; 0: there are none */
    size_t height, width;                          /* of each */
    uint16_t *labels;                              /* a copy */
    uint8_t *pixels;                               /* of the CPU backend */
    struct _cl_mem *device_pixels, *device_labels; /* of an OpenCL device */
    const uint8_t
        *host_pixels; /* the caller's, of images that stay on the host; NULL: they do not */
};

/* The functions of backend.h say what arguments mean. Arguments have been checked;
 * pixels and arrays to write have been cleaned (cl/README.md, section 4). Functions fail with
 * WEFT_BAD_DEVICE or, without memory, WEFT_NO_MEMORY; those that compute ask backend->watch often,
 * and fail as watch_check does. */
struct backend_ops {
    /* Frees ${backend} and all that it holds. */
    void (*close)(struct backend *backend);
    /* Copies the pixels to the device, in place of those that ${set} had, and the labels.
     * set->labels has them already. First waits until no transfer reads what the set had. */
    enum weft_status (*set_images)(struct backend *backend, struct backend_set *set,
                                   const struct weft_images *images, struct weft_error *error);
    /* Frees what set_images made, after waiting until no transfer reads it. */
    void (*drop_images)(struct backend *backend, struct backend_set *set);
    enum weft_status (*set_pixels)(struct backend *backend, const float *values,
                                   struct weft_error *error);
    enum weft_status (*write)(struct backend *backend, enum backend_array array,
                              const float *values, struct weft_error *error);
    enum weft_status (*read)(struct backend *backend, enum backend_array array, float *values,
                             struct weft_error *error);
    enum weft_status (*train)(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);
    /* A pass of one batch; or of up to backend->pass_images images, if they are computed alone, are
     * not on the host, and their logits are not asked for. */
    enum weft_status (*evaluate)(struct backend *backend, const struct evaluation_pass *pass,
                                 struct weft_error *error);
    /* Both for backend->forward_count images with backend->forward_statistics. */
    enum weft_status (*forward)(struct backend *backend, const float *inputs,
                                struct weft_error *error);
    enum weft_status (*backward)(struct backend *backend, const float *doutputs,
                                 struct weft_error *error);
    /* The update with the gradients of backend->gradient_count images. */
    enum weft_status (*step)(struct backend *backend, const struct update *update,
                             struct weft_error *error);
    /* Stores ${count} images x size of the activation floats in ${values}. ${count}: the images
     * of the last pass, or more, up to all lanes of its shards. */
    enum weft_status (*tensor)(struct backend *backend, struct activation activation, size_t count,
                               float *values, struct weft_error *error);
    /* Makes backend->profile, which is NULL, and names its entries. All work is added to them until
     * backend->profile is NULL again. */
    enum weft_status (*profile_start)(struct backend *backend, struct weft_error *error);
    /* Waits until backend->profile has all work so far. NULL: it always has. */
    enum weft_status (*profile_collect)(struct backend *backend, struct weft_error *error);
    enum weft_status (*peak)(struct backend *backend, struct fma_peak *peak,
                             struct weft_error *error);
};

/* The first member of each backend's own struct. */
struct backend {
    const struct backend_ops *ops;
    const struct weft_network *network;
    struct device_info device;
    struct backend_log log;
    struct watch watch;
    size_t batch;       /* the maximum number of images of a step or pass */
    size_t pass_images; /* of ops->evaluate */
    size_t pass_size;   /* of backend_pass_size; 0: not known yet */
    bool forward_only;
    bool images_on_host;       /* of an OpenCL device: those of the next backend_set_images */
    enum weft_mapping mapping; /* of an OpenCL device, as it was opened: cpu or gpu */
    struct backend_set *sets;  /* of backend_set_images */
    size_t set_count;
    uint64_t steps_by_launches, steps_by_kernel; /* of backend_steps_made */
    bool has_step_kernel;                        /* it has the kernel of many steps */
    bool steps_incomplete;                       /* it has left a step unfinished */
    size_t last_count;                           /* images of the last step or pass; 0: none yet */
    /* Of the last backend_forward, unless another pass has replaced its tensors; 0: none. */
    size_t forward_count;
    enum weft_statistics forward_statistics;
    uint64_t seed, step;     /* of backend_set_step */
    bool trains;             /* the pass belongs to a training step: dropout is active */
    uint32_t key[2];         /* of that step (dropout.h) */
    size_t gradient_count;   /* images of the last backend_backward, before a step; 0: none */
    char warning[512];       /* of backend_warning, or empty */
    bool contracts;          /* of backend_contracts */
    char note[512];          /* of backend_note, or empty */
    struct profile *profile; /* NULL unless profiled; profile.c frees it */
};

/* What a backend is opened for; it copies the members that struct backend has too. */
struct backend_request {
    const struct weft_network *network;
    const struct backend_options *options;
    const struct debug_options *debug; /* of opencl/debug/debug.h; NULL without verification */
};

/* Opens a backend as backend_open does; ${debug}: how verification runs an OpenCL device
 * (the CPU backend ignores it), or NULL. It must live as long as the backend. */
enum weft_status backend_open_debug(const struct weft_network *network,
                                    const struct backend_options *options,
                                    const struct debug_options *debug, struct backend **backend,
                                    struct weft_error *notice, struct weft_error *error);

/* As device_choose. With ${opencl}, "auto" chooses the CPU backend only if no OpenCL device is
 * usable. */
enum weft_status device_choose_among(const char *selector, bool opencl, struct device_info *device,
                                     struct weft_error *notice, struct weft_error *error);

#endif

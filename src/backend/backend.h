/* backend.h: what a backend has to offer: the computation of a whole network on one device.
 *
 * Callers use the functions of include/weft/backend.h, which check arguments once (backend.c) and then call the table
 * here. A backend starts with a struct weft_backend, which backend.c fills before ${open} returns to a caller.
 *
 * Inside a backend a batch is cut into shards of 16 images; image n of a batch is lane n % 16 of shard n / 16. A
 * tensor is [shard][channel][row][column][lane], so that 16 images lie side by side (lanes.h). Lanes of images that are not
 * there hold any finite value in activations, and 0 in gradients. */
#ifndef WEFT_BACKEND_INSIDE_H
#define WEFT_BACKEND_INSIDE_H

#include "weft/backend.h"

/* A tensor of activations: place 0 is the input, place i the output of layer i - 1. */
struct activation {
    size_t index;
    bool gradient; /* the gradient of the loss in it, not its value */
};

/* What is measured while a backend is profiled: a slot for each thing that it can run, named when it starts. */
struct profile {
    size_t count;
    struct weft_profile_entry entries[];
};

/* All entries are required but those marked optional. Arguments have been checked; the functions of include/weft/backend.h say what they mean.
 * Failures are WEFT_BAD_DEVICE or, without memory, WEFT_FAILED. */
struct backend_ops {
    /* Frees all that the backend holds, and ${backend}. */
    void (*close)(struct weft_backend *backend);
    /* Copies pixels and labels to the device, in place of what it had of this split. */
    enum weft_status (*set_images)(struct weft_backend *backend, enum weft_split split,
                                   const struct weft_images *images, struct weft_error *error);
    enum weft_status (*set_pixels)(struct weft_backend *backend, const float values[256],
                                   struct weft_error *error);
    enum weft_status (*write)(struct weft_backend *backend, enum weft_array array,
                              const float *values, struct weft_error *error);
    enum weft_status (*read)(struct weft_backend *backend, enum weft_array array, float *values,
                             struct weft_error *error);
    /* May run asynchronously inside; ${results} are there when it returns. */
    enum weft_status (*train)(struct weft_backend *backend, const struct weft_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);
    enum weft_status (*evaluate)(struct weft_backend *backend, const struct weft_pass *pass,
                                 struct weft_error *error);
    enum weft_status (*propagate)(struct weft_backend *backend, const struct weft_probe *probe,
                                  struct weft_error *error);
    /* ${values}: the last pass's images x the place's size. */
    enum weft_status (*tensor)(struct weft_backend *backend, struct activation place, float *values,
                               struct weft_error *error);
    /* Optional; absent: weft_backend_profile_start fails. Makes backend->profile, which is NULL, with a name in each slot; from
     * then on all work is added to it until it is NULL again. */
    enum weft_status (*profile_start)(struct weft_backend *backend, struct weft_error *error);
    /* Optional; absent: there is nothing to do. Waits until backend->profile holds all work so far. */
    enum weft_status (*profile_collect)(struct weft_backend *backend, struct weft_error *error);
    /* Optional; absent: weft_backend_peak fails. */
    enum weft_status (*peak)(struct weft_backend *backend, struct weft_peak *peak,
                             struct weft_error *error);
};

struct weft_backend {
    const struct backend_ops *ops;
    const struct weft_network *network;
    struct weft_device device;
    struct weft_log log;
    size_t batch; /* the largest number of images in one step or pass */
    bool forward_only;
    size_t images[WEFT_SPLIT_COUNT]; /* images handed over, by split */
    size_t last_count;               /* images of the last step or pass; 0: none yet */
    char warning[512];               /* of weft_backend_warning, or empty */
    struct profile *profile;         /* NULL unless profiled; profile.c frees it */
};

/* What an opened device needs to know; the fields of the same names in struct weft_backend are filled from it. */
struct backend_request {
    const struct weft_network *network;
    const struct weft_backend_options *options;
};

/* Opens the CPU backend. Fails with WEFT_FAILED without memory. */
enum weft_status cpu_open(const struct backend_request *request, struct weft_backend **backend,
                          struct weft_error *error);

/* Fills in what is known of the processor as a device. */
void cpu_describe(struct weft_device *device, unsigned threads);

/* ---- profile.c ---- */

/* Makes ${backend}->profile with ${count} slots, all zero. Fails with WEFT_FAILED without memory. */
enum weft_status profile_create(struct weft_backend *backend, size_t count,
                                struct weft_error *error);

/* Names ${entry}: ${name}, and the layers ${first} .. ${end} - 1 as those whose work it does. */
void profile_name(struct weft_profile_entry *entry, const char *name,
                  const struct weft_network *network, size_t first, size_t end);

/* Adds a launch of ${seconds} to ${entry}. */
void profile_add(struct weft_profile_entry *entry, double seconds, uint64_t flop, uint64_t bytes);

/* Returns the bytes of ${count} images at place ${index}, and of one copy of the parameters of layer ${layer}. */
uint64_t profile_place_bytes(const struct weft_network *network, size_t index, size_t count);
uint64_t profile_parameter_bytes(const struct weft_network *network, size_t layer);

/* ---- target.c ---- */

/* Returns the shape of the tensor at place ${index}. */
struct weft_shape activation_shape(const struct weft_network *network, size_t index);

#endif

/* portions.h: sets of images that stay on the host. They are sent in *portions*: the images of some
 * steps, in the order of the steps, or of some passes. There is memory for two portions on the
 * device, and a queue of their own: one is sent while the network is computed for the other. The
 * kernels read a portion as a set of images whose order is 0, 1, 2 ... */
#ifndef WEFT_OPENCL_PORTIONS_H
#define WEFT_OPENCL_PORTIONS_H

#include "backend/backend.h"
#include "backend/opencl/cl.h"

struct backend_set;
struct opencl_backend;
struct os_task;

/* Returns whether ${images} have to stay on the host as set ${set}: because of images_on_host, or
 * because there is no room for them. Then frees what the set has on the device. */
bool opencl_portions_needed(struct opencl_backend *cl, struct backend_set *set,
                            const struct weft_images *images);

/* Makes ${images}, which the caller keeps, those of ${set}. Fails as opencl_buffer. */
enum weft_status opencl_portions_set(struct opencl_backend *cl, struct backend_set *set,
                                     const struct weft_images *images, struct weft_error *error);

/* Forgets the images of ${set}, which are on the host: no transfer reads them any more. */
void opencl_portions_drop(struct opencl_backend *cl, struct backend_set *set);

/* Frees everything. */
void opencl_portions_finish(struct opencl_backend *cl);

/* The steps of a call of opencl_train whose images are on the host. */
struct opencl_feed {
    struct opencl_backend *cl;
    const struct training_steps *steps;
    size_t each;          /* steps of a portion */
    size_t next;          /* portion that opencl_feed_next stores */
    size_t gathers;       /* portion that the task gathers */
    struct os_task *task; /* or NULL */
};

/* Begins ${steps}. opencl_feed_finish must be called, also after a failure; it returns ${status},
 * that of the steps, or the failure of a transfer if the steps succeeded. */
enum weft_status opencl_feed_begin(struct opencl_feed *feed, struct opencl_backend *cl,
                                   const struct training_steps *steps, struct weft_error *error);
enum weft_status opencl_feed_finish(struct opencl_feed *feed, enum weft_status status,
                                    struct weft_error *error);

/* Stores the steps of the next portion in ${part}, as steps whose images are on the device, and
 * begins to send the portion after it. The host must have waited for the steps before. */
enum weft_status opencl_feed_next(struct opencl_feed *feed, struct training_steps *part,
                                  struct weft_error *error);

/* Stores ${pass} in ${part}, as a pass whose images are on the device, and begins to send those
 * that follow in the set. */
enum weft_status opencl_portions_pass(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                      struct evaluation_pass *part, struct weft_error *error);

#endif

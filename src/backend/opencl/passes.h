/* passes.h: training steps, evaluation, and their parts for the caller's own values. */
#ifndef WEFT_OPENCL_PASSES_H
#define WEFT_OPENCL_PASSES_H

#include "backend/inspect.h"
#include "backend/opencl/cl.h"
#include "backend/tensor_ref.h"

struct opencl_backend;

/* Enqueues ${steps}. Their results are in cl->results when the queue has finished. */
enum weft_status opencl_train_enqueue(struct opencl_backend *cl, const struct training_steps *steps,
                                      struct weft_error *error);

/* The parts of opencl_train_enqueue: prepare memory and the order of the images; enqueue the
 * launches of the steps ${begin} to ${end} - 1; add the results of the shards of all steps, after
 * the last step, since a launch a step would cost more than it computes. */
enum weft_status opencl_steps_begin(struct opencl_backend *cl, const struct training_steps *steps,
                                    struct weft_error *error);
enum weft_status opencl_steps_enqueue(struct opencl_backend *cl, const struct training_steps *steps,
                                      size_t begin, size_t end, struct weft_error *error);
enum weft_status opencl_steps_join(struct opencl_backend *cl, const struct training_steps *steps,
                                   struct weft_error *error);

/* The images of steps or of a pass. */
struct opencl_images {
    size_t set, first;   /* the index of the first image in the order */
    const cl_mem *order; /* of the images of the set */
    bool changed;        /* by cl->changes, one for each number of the order */
};

/* Returns the images of ${steps}, after opencl_steps_begin. */
struct opencl_images opencl_steps_images(const struct opencl_backend *cl,
                                         const struct training_steps *steps);

/* Returns the images of a batch of ${pass}: all of them, or complete shards, so that the results of
 * all batches are adjacent. */
size_t opencl_pass_batch(const struct opencl_backend *cl, const struct evaluation_pass *pass);

/* Stores the images of ${pass} in ${images}, after writing their order and changes, and making room
 * for the results. */
enum weft_status opencl_pass_begin(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                   struct opencl_images *images, struct weft_error *error);

/* Returns the buffer of the changes of ${images}, or another one if they are not changed. */
const cl_mem *opencl_images_changes(const struct opencl_backend *cl,
                                    const struct opencl_images *images);

/* Stores the height and the width of ${images} in ${sides}, or 0 if they are not changed. */
void opencl_images_sides(const struct opencl_backend *cl, const struct opencl_images *images,
                         cl_int sides[2]);

/* Enqueues the launches of the batches ${begin} to ${end} - 1 of ${pass}, whose images are
 * ${images}; reads what it asks for. */
enum weft_status opencl_pass_enqueue(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                     const struct opencl_images *images, size_t begin, size_t end,
                                     struct weft_error *error);
enum weft_status opencl_pass_read(struct opencl_backend *cl, const struct evaluation_pass *pass,
                                  struct weft_error *error);

/* The entries forward, backward, step and tensor of struct backend_ops. */
enum weft_status opencl_forward(struct backend *backend, const float *inputs,
                                struct weft_error *error);
enum weft_status opencl_backward(struct backend *backend, const float *doutputs,
                                 struct weft_error *error);
enum weft_status opencl_update(struct backend *backend, const struct update *update,
                               struct weft_error *error);
enum weft_status opencl_tensor(struct backend *backend, struct activation activation, size_t count,
                               float *values, struct weft_error *error);

#endif

/* passes.h: what training and evaluation share, and their parts for the caller's own values. */
#ifndef WEFT_OPENCL_PASSES_H
#define WEFT_OPENCL_PASSES_H

#include "backend/inspect.h"
#include "backend/opencl/cl.h"
#include "backend/tensor_ref.h"

struct opencl_backend;

/* The images of steps or of a pass. */
struct opencl_images {
    size_t set, first;   /* the index of the first image in the order */
    const cl_mem *order; /* of the images of the set */
    bool changed;        /* by cl->changes, one for each number of the order */
};

/* Returns the buffer of the changes of ${images}, or another one if they are not changed. */
const cl_mem *opencl_images_changes(const struct opencl_backend *cl,
                                    const struct opencl_images *images);

/* Stores the height and the width of ${images} in ${sides}, or 0 if they are not changed. */
void opencl_images_sides(const struct opencl_backend *cl, const struct opencl_images *images,
                         cl_int sides[2]);

/* Enqueues the launch that reads ${count} of ${images} into the network's input. */
enum weft_status opencl_gather(struct opencl_backend *cl, const struct opencl_images *images,
                               size_t count, struct weft_error *error);

/* Writes ${changes} of ${count} images to cl->changes, unless NULL. */
enum weft_status opencl_changes_write(struct opencl_backend *cl, const struct image_change *changes,
                                      size_t count, struct weft_error *error);

/* Reads activation ${index} of ${count} images, which is in ${buffer}, and stores it in the order
 * of the images. */
enum weft_status opencl_activation_read(struct opencl_backend *cl, cl_mem buffer, size_t index,
                                        size_t count, float *values, struct weft_error *error);

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

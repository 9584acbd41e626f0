/* update.h: the update of the parameters at the end of a step, and the numbers of steps. */
#ifndef WEFT_OPENCL_UPDATE_H
#define WEFT_OPENCL_UPDATE_H

#include "backend/backend.h"

struct opencl_backend;

/* Writes the numbers of all ${steps} to cl->numbers. */
enum weft_status opencl_update_write(struct opencl_backend *cl, const struct training_steps *steps,
                                     struct weft_error *error);

/* Enqueues ${update}, which ends step ${step} of these, with the gradients of ${count} images. */
enum weft_status opencl_update_enqueue(struct opencl_backend *cl, const struct update *update,
                                       size_t step, size_t count, struct weft_error *error);

/* Enqueues the sum of the gradients of the shards of ${count} images. */
enum weft_status opencl_update_join(struct opencl_backend *cl, size_t count,
                                    struct weft_error *error);

#endif

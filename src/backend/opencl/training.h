/* training.h: training steps, by launches or by the kernel of steps.h. */
#ifndef WEFT_OPENCL_TRAINING_H
#define WEFT_OPENCL_TRAINING_H

#include "backend/backend.h"

struct opencl_backend;

/* The entry train of struct backend_ops. */
enum weft_status opencl_train(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);

/* Enqueues ${steps} by launches. Their results are in cl->results when the queue has finished. */
enum weft_status opencl_train_enqueue(struct opencl_backend *cl, const struct training_steps *steps,
                                      struct weft_error *error);

#endif

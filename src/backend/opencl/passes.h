/* passes.h: training steps, evaluation and propagation. */
#ifndef WEFT_OPENCL_PASSES_H
#define WEFT_OPENCL_PASSES_H

#include "backend/tensor_ref.h"
#include "weft/inspect.h"

struct opencl_backend;

/* Enqueues ${steps}. Their results are in cl->results when the queue has finished. */
enum weft_status opencl_train_enqueue(struct opencl_backend *cl, const struct weft_steps *steps,
                                      struct weft_error *error);

/* The entries train, evaluate, propagate and tensor of struct backend_ops. */
enum weft_status opencl_train(struct weft_backend *backend, const struct weft_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);
enum weft_status opencl_evaluate(struct weft_backend *backend, const struct weft_pass *pass,
                                 struct weft_error *error);
enum weft_status opencl_propagate(struct weft_backend *backend, const struct weft_probe *probe,
                                  struct weft_error *error);
enum weft_status opencl_tensor(struct weft_backend *backend, struct activation activation,
                               size_t count, float *values, struct weft_error *error);

#endif

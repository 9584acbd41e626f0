/* pieces.h: training steps and evaluations, each piece by launches or by the kernel of steps.h. */
#ifndef WEFT_OPENCL_PIECES_H
#define WEFT_OPENCL_PIECES_H

#include "backend/backend.h"

/* The entries train and evaluate of struct backend_ops. */
enum weft_status opencl_train(struct backend *backend, const struct training_steps *steps,
                              struct weft_step_result *results, struct weft_error *error);
enum weft_status opencl_evaluate(struct backend *backend, const struct evaluation_pass *pass,
                                 struct weft_error *error);

#endif

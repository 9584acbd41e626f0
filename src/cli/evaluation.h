/* evaluation.h: an evaluation with its confusion matrix, for several commands. */
#ifndef WEFT_CLI_EVALUATION_H
#define WEFT_CLI_EVALUATION_H

#include "report/confusion.h"
#include "weft/session.h"

/* Evaluates the values of ${session} on ${images}. ${options} without the matrix. The caller gives
 * ${evaluation} to report_evaluation_finish, also after a failure. */
enum weft_status cli_evaluate(struct weft_session *session, const struct weft_images *images,
                              struct weft_evaluation_options options,
                              struct report_evaluation *evaluation, struct weft_error *error);

#endif

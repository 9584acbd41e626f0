/* inputs.h: reads what weft predict needs. */
#ifndef WEFT_CLI_PREDICT_INPUTS_H
#define WEFT_CLI_PREDICT_INPUTS_H

#include "cli/predict/prediction.h"

/* Reads the model, and the image files or the images of --index. A file that cannot be read is
 * reported at once and counted. The caller calls cli_predict_finish, after a failure too. */
enum weft_status cli_predict_read(struct cli_prediction *state, struct weft_error *error);
void cli_predict_finish(struct cli_prediction *state);

#endif

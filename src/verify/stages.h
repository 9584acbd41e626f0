/* stages.h: the stages of a verification, and what they share. Each sets outcome->result when it
 * finds a difference. */
#ifndef WEFT_VERIFY_STAGES_H
#define WEFT_VERIFY_STAGES_H

#include "verify/trainer.h"

enum weft_status verify_transfers(struct verify *verify, struct weft_error *error);
enum weft_status verify_numerics(struct verify *verify, struct weft_error *error);
enum weft_status verify_layers(struct verify *verify, struct weft_error *error);
enum weft_status verify_training(struct verify *verify, struct weft_error *error);
/* After verify_training. */
enum weft_status verify_evaluation(struct verify *verify, struct weft_error *error);

/* Repeats the training with new seeds, in many copies in parallel, for options->soak seconds. */
enum weft_status verify_soak(struct verify *verify, struct weft_error *error);

/* Finds the first step of the training of ${trainer} that differs, and diagnoses it. */
enum weft_status verify_lockstep(struct trainer *trainer, struct weft_error *error);

#endif

/* lockstep.h: finds the first step of a training that differs. */
#ifndef WEFT_VERIFY_LOCKSTEP_H
#define WEFT_VERIFY_LOCKSTEP_H

#include "verify/trainer.h"

/* Finds the first step of the training of ${trainer} that differs, and diagnoses it. */
enum weft_status verify_lockstep(struct trainer *trainer, struct weft_error *error);

#endif

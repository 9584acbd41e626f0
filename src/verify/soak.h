/* soak.h: repeats the training with new seeds. */
#ifndef WEFT_VERIFY_SOAK_H
#define WEFT_VERIFY_SOAK_H

#include "verify/context.h"

/* Repeats the training with new seeds, in many copies in parallel, for options->soak seconds. */
enum weft_status verify_soak(struct verify *verify, struct weft_error *error);

#endif

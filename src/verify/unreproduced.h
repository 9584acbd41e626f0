/* unreproduced.h: a training that differs although none of its steps does. */
#ifndef WEFT_VERIFY_UNREPRODUCED_H
#define WEFT_VERIFY_UNREPRODUCED_H

#include "verify/trainer.h"

/* Explains a training whose result differs although every step, repeated from the correct state, is
 * right: either it depends on how steps follow each other, or it does not happen again. */
enum weft_status verify_unreproduced(struct trainer *trainer, struct weft_error *error);

#endif

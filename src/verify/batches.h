/* batches.h: the evaluation of several batches at once, compared with that of each batch alone. */
#ifndef WEFT_VERIFY_BATCHES_H
#define WEFT_VERIFY_BATCHES_H

#include "verify/trainer.h"

/* Compares the losses and predictions of ${count} test images from ${first} on, which ${backend}
 * evaluates at once, with those of ${expected}, which evaluates a batch at a time and may be the
 * same. */
enum weft_status verify_batches_compare(const struct trainer *trainer, struct backend *backend,
                                        struct backend *expected, size_t first, size_t count,
                                        struct verify_difference *found, struct weft_error *error);

/* Compares these on the device of ${trainer}, whose evaluation was right. Reports a difference. */
enum weft_status verify_batches(struct trainer *trainer, struct weft_error *error);

#endif

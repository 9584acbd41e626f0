/* flips.h: evaluation of images together with their mirror images. */
#ifndef WEFT_TRAIN_FLIPS_H
#define WEFT_TRAIN_FLIPS_H

#include "backend/backend.h"

/* The memory of passes of a number of images. */
struct flips {
    size_t classes;
    float *logits, *mirrored;     /* images x classes */
    struct image_change *changes; /* that mirror each image */
};

/* Makes the memory for ${images} of ${classes}, which flips_finish frees. Fails with
 * WEFT_NO_MEMORY. */
enum weft_status flips_init(struct flips *flips, size_t images, size_t classes,
                            struct weft_error *error);
void flips_finish(struct flips *flips);

/* As backend_evaluate, but the logits of each image are (a + b) / 2, cleaned: a are those of
 * ${pass}, b those of a second pass over the mirror images. Losses and predictions are computed
 * from them; ${labels} has those of the images of the pass. */
enum weft_status flips_evaluate(struct backend *backend, struct flips *flips,
                                const struct evaluation_pass *pass, const uint16_t *labels,
                                struct weft_error *error);

#endif

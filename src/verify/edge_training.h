/* edge_training.h: short trainings from values that ordinary trainings rarely reach, and with
 * recipes. */
#ifndef WEFT_VERIFY_EDGE_TRAINING_H
#define WEFT_VERIFY_EDGE_TRAINING_H

#include "verify/trainer.h"

/* Makes a training of the network from such values, with fewer images than two batches,
 * and one image in the last shard. Finish it even on failure; its backend is the caller's. */
enum weft_status edge_training_init(struct verify *verify, uint64_t seed, struct trainer *edge,
                                    struct weft_error *error);
void edge_training_finish(struct trainer *edge);

/* Compares such trainings, and one with recipes: on the backend of ${trainer}, whose parameters
 * and images are restored, and with --full in all variants. */
enum weft_status verify_edge_training(struct trainer *trainer, struct weft_error *error);

#endif

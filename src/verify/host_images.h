/* host_images.h: trainings and evaluations whose images are on the host, and are sent in portions
 * while others are computed: compared with those whose images are on the device. */
#ifndef WEFT_VERIFY_HOST_IMAGES_H
#define WEFT_VERIFY_HOST_IMAGES_H

#include "verify/trainer.h"

/* Returns whether the images of ${trainer} are on the device, and could be on the host. */
bool verify_host_applies(const struct trainer *trainer);

/* Puts the images of ${split} on the host, or on the device again. */
enum weft_status verify_host_place(struct trainer *trainer, enum weft_split split, bool on_host,
                                   struct weft_error *error);

/* Makes the training of ${trainer}, which was right, on its backend again with images on the host.
 * Reports a difference. */
enum weft_status verify_host_training(struct trainer *trainer, struct weft_error *error);

/* Reports ${found}: the portions are the cause. Found without a differing value: a hash differs. */
void verify_host_decide(struct verify *verify, struct verify_difference *found);

#endif

/* normalisation.c: means and standard deviations of pixels, from sums of integers. */
#include "data/normalisation.h"

#include <math.h>

bool normalisation_is_valid(const struct normalisation *normalisation) {
    for (size_t c = 0; c < normalisation->channels; c++) {
        const float mean = normalisation->mean[c], deviation = normalisation->deviation[c];
        if (!(fabsf(mean) <= 1000) || !(deviation >= 1e-6f && deviation <= 1000)) {
            return false;
        }
    }
    return true;
}

bool normalisation_is_published(const struct normalisation *normalisation) {
    return normalisation->channels == 1 && normalisation->mean[0] == PUBLISHED_MEAN &&
           normalisation->deviation[0] == PUBLISHED_DEVIATION;
}

void normalisation_compute(const struct weft_images *images, size_t channels,
                           struct normalisation *normalisation) {
    *normalisation = (struct normalisation){.channels = channels};
    for (size_t c = 0; c < channels; c++) {
        double mean, deviation;
        images_channel_statistics(images, c, channels, &mean, &deviation);
        normalisation->mean[c] = (float)mean;
        normalisation->deviation[c] = deviation > 0 ? (float)deviation : 1.0f;
    }
}

void normalisation_choose(const struct weft_images *images, size_t channels,
                          struct normalisation *normalisation) {
    if (images->idx && images->channels == 1 && images->height == 28 && images->width == 28) {
        *normalisation = (struct normalisation){.channels = 0};
    } else {
        normalisation_compute(images, channels, normalisation);
    }
}

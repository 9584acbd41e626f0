/* pixels.h: --mean and --std: the values of pixels. */
#ifndef WEFT_CLI_PIXELS_H
#define WEFT_CLI_PIXELS_H

#include "cli/options.h"
#include "weft/images.h"
#include "weft/model.h"

/* Gives ${model} the mean and the standard deviation that the options request. ${images}, the
 * training images, decide what they do not request. With ${images} NULL, the model keeps what it
 * has, and "computed" reads the training images of --data. Fails with WEFT_USAGE for options that
 * are wrong or do not fit the network. */
enum weft_status cli_pixels_set(const struct cli_options *options, const struct weft_images *images,
                                struct weft_model *model, struct weft_error *error);

#endif

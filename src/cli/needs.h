/* needs.h: what a network needs, for a user to know before it begins. */
#ifndef WEFT_CLI_NEEDS_H
#define WEFT_CLI_NEEDS_H

#include "cli/options.h"
#include "weft/network.h"

/* Returns the images of a pass with running statistics: 512, or fewer if ${network} would need much
 * memory for them. The batch then changes no bit, only memory and speed. */
size_t cli_needs_batch(const struct weft_network *network, bool forward_only);

/* Writes what ${network} needs into ${text}: "a step of 100 images: ...", or a pass if
 * ${forward_only}. The device holds ${batch} images at most. Returns ${text}. */
char *cli_needs_text(const struct weft_network *network, size_t images, size_t batch,
                     bool forward_only, char text[200]);

/* Prints that text, if it is much or with --verbose. Call it before the device is opened, which may
 * take long. */
void cli_needs_print(const struct cli_options *options, const struct weft_network *network,
                     size_t images, size_t batch, bool forward_only);

/* Fails with WEFT_NO_MEMORY if a training needs more memory than this machine has. */
enum weft_status cli_needs_check(const struct cli_options *options,
                                 const struct weft_network *network, size_t batch,
                                 struct weft_error *error);

#endif

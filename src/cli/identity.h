/* identity.h: which data set images are, found on a thread while the device is opened. */
#ifndef WEFT_CLI_IDENTITY_H
#define WEFT_CLI_IDENTITY_H

#include "weft/data.h"

/* All zero: not started. Keep its address until cli_identity_finish. */
struct cli_identity {
    const struct weft_images *images;
    struct weft_split_hash hash;
    struct os_task *task;
};

/* Starts to hash ${images}, which must not change until cli_identity_finish. */
void cli_identity_start(struct cli_identity *identity, const struct weft_images *images);

/* Waits until identity->hash is there. Harmless on all zero, and twice. */
void cli_identity_finish(struct cli_identity *identity);

#endif

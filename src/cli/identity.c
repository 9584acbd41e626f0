/* identity.c: which data set images are. */
#include "cli/identity.h"

#include <stddef.h>

#include "os/threads.h"

static void hash(void *context) {
    struct cli_identity *identity = context;
    weft_images_hash(identity->images, &identity->hash);
}

void cli_identity_start(struct cli_identity *identity, const struct weft_images *images) {
    identity->images = images;
    identity->task = os_task_start(hash, identity);
}

void cli_identity_finish(struct cli_identity *identity) {
    os_task_wait(identity->task);
    identity->task = NULL;
}

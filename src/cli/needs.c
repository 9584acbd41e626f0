/* needs.c: what a network needs, for a user to know before it begins. */
#include "cli/needs.h"

#include <stdio.h>
#include <string.h>

#include "cli/messages.h"
#include "os/host.h"

/* Above these, a step takes seconds on a processor, or memory may be short: a notice says so. */
#define MUCH_MEMORY 1000000000u /* bytes of the device */
#define MUCH_FLOP   50000000000u

#define RUNNING_BATCH 512

/* Writes ${value} with a prefix for its unit: "4.58 T". */
static const char *scaled(double value, char text[32]) {
    static const char prefixes[] = "kMGTPE";
    size_t prefix = 0;
    for (value /= 1000; value >= 999.5 && prefixes[prefix + 1] != '\0'; prefix++) {
        value /= 1000;
    }
    snprintf(text, 32, "%.3g %c", value, prefixes[prefix]);
    return text;
}

static struct weft_needs needs_of(const struct weft_network *network, size_t batch,
                                  bool forward_only) {
    struct weft_needs needs = {.size = sizeof needs};
    weft_network_needs(network, batch, forward_only, &needs, NULL);
    return needs;
}

char *cli_needs_text(const struct weft_network *network, size_t images, size_t batch,
                     bool forward_only, char text[200]) {
    const struct weft_needs needs = needs_of(network, batch, forward_only);
    const double flop = (double)needs.flop / (double)batch * (double)images;
    char work[32], device[32], host[32];
    snprintf(text, 200, "a %s of %zu images: %sFLOP, memory: %sB on the device, %sB here",
             forward_only ? "pass" : "step", images, scaled(flop, work),
             scaled((double)(needs.arrays + needs.activations), device),
             scaled((double)needs.host, host));
    return text;
}

void cli_needs_print(const struct cli_options *options, const struct weft_network *network,
                     size_t images, size_t batch, bool forward_only) {
    const struct weft_needs needs = needs_of(network, batch, forward_only);
    char text[200];
    cli_needs_text(network, images, batch, forward_only, text);
    if (needs.arrays + needs.activations > MUCH_MEMORY || needs.flop / batch * images > MUCH_FLOP) {
        cli_message_notice(options, "%s", text);
    } else {
        cli_message_detail(options, "%s", text);
    }
}

size_t cli_needs_batch(const struct weft_network *network, bool forward_only) {
    size_t batch = RUNNING_BATCH;
    for (; batch > 16; batch /= 2) {
        struct weft_needs needs = needs_of(network, batch, forward_only);
        if (needs.arrays + needs.activations <= MUCH_MEMORY) {
            break;
        }
    }
    return batch > 16 ? batch : 16;
}

enum weft_status cli_needs_check(const struct cli_options *options,
                                 const struct weft_network *network, size_t batch,
                                 struct weft_error *error) {
    const struct weft_needs needs = needs_of(network, batch, false);
    const uint64_t memory = os_memory();
    const bool here = strcmp(options->device, "cpu") == 0; /* all of it */
    const uint64_t needed = needs.host + (here ? needs.arrays + needs.activations : 0);
    char has[32], text[32];
    if (memory == 0 || needed <= memory) {
        return WEFT_OK;
    }
    error_set(error, WEFT_NO_MEMORY, "memory: %sB are needed here, but there are %sB",
              scaled((double)needed, text), scaled((double)memory, has));
    return error_hint(error, here ? "a smaller --batch needs less" : "use a smaller network");
}

/* stage_transfers.c: the first stage: what is written to the device comes back, before any kernel runs. */
#include "verify/verify.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRANSFER (16u << 20) /* bytes */

/* Words that came back wrong: again a few times, and in a bundle. ${to} holds what was read from both buffers. */
static enum weft_status decide_transfers(struct verify *verify, struct raw_device *bare,
                                         const uint32_t *from, uint32_t *to,
                                         struct weft_verify_difference *found,
                                         struct weft_error *error) {
    struct weft_verify_outcome *outcome = verify->outcome;
    static const char cause[] =
        "memory or transfers: bytes that were written and read back, with no kernel between, are "
        "others (OpenCL 1.2, section 5.2.2)";
    const uint32_t *second = to + TRANSFER / sizeof *to;
    struct weft_error failure = {0};
    unsigned right = 0;
    enum weft_status status = WEFT_OK;
    snprintf(found->layer, sizeof found->layer, "transfers");
    snprintf(found->tensor, sizeof found->tensor, "buffer");
    snprintf(found->where, sizeof found->where, "%u bytes, from the host to a buffer and back",
             TRANSFER);
    found->of = 2 * TRANSFER / sizeof *from;
    found->guess = "memory";
    snprintf(outcome->diagnosis, sizeof outcome->diagnosis, "%s", cause);
    if (verify->options->bundle != NULL &&
        verify_bundle_write(verify, NULL, 0, memcmp(to, from, TRANSFER) != 0 ? to : second, from,
                            TRANSFER, found, &failure) != WEFT_OK) {
        snprintf(outcome->bundle, sizeof outcome->bundle, "%.500s", failure.message);
    }
    for (int i = 0; i < 4 && status == WEFT_OK; i++) {
        status = debug_api->raw_device.transfer(bare, from, TRANSFER, to, error);
        right += memcmp(to, from, TRANSFER) == 0 && memcmp(second, from, TRANSFER) == 0;
    }
    snprintf(outcome->diagnosis, sizeof outcome->diagnosis, "%s. Again: %u of 4 right", cause,
             right);
    verify_decide(verify, found, right > 0 ? WEFT_VERIFY_UNSTABLE : WEFT_VERIFY_DIFFERENT);
    return status;
}

enum weft_status verify_transfers(struct verify *verify, struct raw_device *bare,
                                  struct weft_error *error) {
    struct weft_verify_difference found = {.stage = WEFT_STAGE_TRANSFERS, .whole = true};
    size_t words = TRANSFER / sizeof(uint32_t);
    uint32_t *from = malloc(TRANSFER), *to = malloc(2 * (size_t)TRANSFER);
    enum weft_status status = WEFT_OK;
    if (from == NULL || to == NULL) {
        status = weft_fail(error, WEFT_FAILED, "verify: no memory for transfers");
    } else {
        verify_words(verify->options->seed, 2, from, words);
        status = debug_api->raw_device.transfer(bare, from, TRANSFER, to, error);
    }
    for (size_t i = 0; status == WEFT_OK && i < 2 * words; i++) {
        if (to[i] != from[i % words]) {
            found.element = found.differing == 0 ? i % words : found.element;
            found.device = found.differing == 0 ? to[i] : found.device;
            found.expected = found.differing == 0 ? from[i % words] : found.expected;
            found.differing++;
        }
    }
    verify->cases = 2 * words;
    if (status == WEFT_OK && found.differing > 0) {
        status = decide_transfers(verify, bare, from, to, &found, error);
    }
    free(from);
    free(to);
    return status;
}

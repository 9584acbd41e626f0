/* stage_transfers.c: the first stage: bytes that are written to the device come back, before any
 * kernel runs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/try.h"
#include "verify/bundle.h"
#include "verify/made_values.h"
#include "verify/stages.h"

#define TRANSFER (16u << 20) /* bytes */
#define WORDS    (TRANSFER / sizeof(uint32_t))
#define REPEATS  4

/* Diagnoses words that came back changed, and writes the bundle. ${to} has the words that were read
 * from both buffers. */
static enum weft_status diagnose(struct verify *verify, const uint32_t *from, uint32_t *to,
                                 struct weft_verify_difference *found, struct weft_error *error) {
    const uint32_t *second = to + WORDS;
    const struct bundle_content content = {.result = memcmp(to, from, TRANSFER) != 0 ? to : second,
                                           .expected = from,
                                           .size = TRANSFER};
    char text[512];
    unsigned right = 0;
    enum weft_status status = WEFT_OK;
    snprintf(found->where, sizeof found->where, "%u bytes, from the host to a buffer and back",
             TRANSFER);
    verify_cause_text(CAUSE_TRANSFERS, text, sizeof text);
    verify_explain(verify, "%s", text);
    if (verify->options->bundle != NULL) {
        verify_bundle_write(verify, &content, found);
    }
    /* The difference is reported even if the repetitions fail. */
    for (int i = 0; i < REPEATS && status == WEFT_OK; i++) {
        status = debug_api->raw_device->transfer(verify->raw, from, TRANSFER, to, error);
        right += memcmp(to, from, TRANSFER) == 0 && memcmp(second, from, TRANSFER) == 0;
    }
    verify_explain(verify, "%s. Again: %u of %d right", text, right, REPEATS);
    verify_decide(verify, found, CAUSE_TRANSFERS, right > 0);
    return status;
}

static enum weft_status transfer(struct verify *verify, uint32_t *from, uint32_t *to,
                                 struct weft_error *error) {
    struct weft_verify_difference found = {.stage = WEFT_STAGE_TRANSFERS,
                                           .layer = "transfers",
                                           .tensor = "buffer",
                                           .is_integer = true,
                                           .of = 2 * WORDS};
    verify->cases = 2 * WORDS;
    verify_words(verify->options->seed, 2, from, WORDS);
    TRY(debug_api->raw_device->transfer(verify->raw, from, TRANSFER, to, error));
    for (size_t i = 0; i < 2 * WORDS; i++) {
        if (to[i] != from[i % WORDS] && found.differing++ == 0) {
            found.element = i % WORDS;
            found.device = to[i];
            found.expected = from[i % WORDS];
        }
    }
    return found.differing > 0 ? diagnose(verify, from, to, &found, error) : WEFT_OK;
}

enum weft_status verify_transfers(struct verify *verify, struct weft_error *error) {
    uint32_t *from, *to;
    enum weft_status status;
    if (verify->raw == NULL) {
        return WEFT_OK;
    }
    from = malloc(TRANSFER);
    to = malloc(2 * (size_t)TRANSFER);
    status = from != NULL && to != NULL
                 ? transfer(verify, from, to, error)
                 : weft_fail(error, WEFT_FAILED, "verify: no memory for transfers");
    free(from);
    free(to);
    return status;
}

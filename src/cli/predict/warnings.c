/* warnings.c: predictions that mean little: of pictures in which there is nothing, of stretched
 * ones, and those where no class is probable. */
#include <stdlib.h>

#include "base/try.h"
#include "cli/json.h"
#include "cli/messages.h"
#include "cli/predict/predict.h"

#define CONFIDENT 0.5f /* a probability */

enum { NAMES_MAX = 3 }; /* images that a line names */

static const char *why_empty(const struct cli_prediction *state, size_t image) {
    return cli_picture_content_text(state->content[image]);
}

static const char *why_stretched(const struct cli_prediction *state, size_t image) {
    return state->stretched[image]
               ? "it was stretched, because the input of the network has another ratio of its sides"
               : NULL;
}

static const char *why_uncertain(const struct cli_prediction *state, size_t image) {
    const float *probabilities = state->logits + image * state->classes;
    for (size_t i = 0; i < state->classes; i++) {
        if (probabilities[i] >= CONFIDENT) {
            return NULL;
        }
    }
    return "no class has a probability of 0.5";
}

static const struct kind {
    const char *code, *name;
    const char *(*why)(const struct cli_prediction *state, size_t image); /* NULL: not so */
} kinds[] = {
    {"empty-picture", "empty picture", why_empty},
    {"other-shape", "other shape", why_stretched},
    {"low-confidence", "low confidence", why_uncertain},
};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

void cli_predict_warnings_json(const struct cli_prediction *state, size_t image,
                               struct json_writer *json) {
    json_write_open(json, "warnings", '[');
    for (size_t i = 0; i < KINDS; i++) {
        if (kinds[i].why(state, image) != NULL) {
            json_write_string(json, NULL, kinds[i].code);
        }
    }
    json_write_close(json, ']');
}

void cli_predict_warnings_text(const struct cli_prediction *state, size_t image,
                               struct text *text) {
    for (size_t i = 0; i < KINDS; i++) {
        if (kinds[i].why(state, image) != NULL) {
            text_add(text, " (%s)", kinds[i].name);
        }
    }
}

/* Prints the event of one image, with --json. Adds the image to the line ${names}. */
static enum weft_status warn_one(const struct cli_prediction *state, const struct kind *kind,
                                 size_t image, size_t found, struct text *names,
                                 struct weft_error *error) {
    const char *name = state->names[image], *why = kind->why(state, image);
    struct json_writer json;
    struct text message = {0};
    if (found <= NAMES_MAX) {
        text_add(names, "%s%s", found > 1 ? ", " : "", name);
    }
    if (!cli_event_begin(&json, state->options->common.json, "warning")) {
        return WEFT_OK;
    }
    text_add(&message, "%s: %s: %s", name, kind->name, why);
    json_write_string(&json, "code", kind->code);
    json_write_string(&json, "message", message.bytes);
    json.text.failed = json.text.failed || message.failed; /* cli_event_end reports it */
    json_write_string(&json, "image", name);
    free(message.bytes);
    return cli_event_end(&json, error);
}

static enum weft_status warn_kind(const struct cli_prediction *state, const struct kind *kind,
                                  struct weft_error *error) {
    size_t found = 0, last = 0;
    struct text names = {0};
    enum weft_status status = WEFT_OK;
    for (size_t i = 0; i < state->count; i++) {
        if (kind->why(state, i) != NULL) {
            last = i;
            TRY_OR(done, warn_one(state, kind, i, ++found, &names, error));
        }
    }
    if (found > 0 && names.failed) {
        TRY_OR(done, error_set(error, WEFT_NO_MEMORY, "predict: no memory for a warning"));
    }
    if (found == 1) { /* with --json, the events are those of the images */
        cli_message_warning(&state->options->common, NULL, "%s: %s: %s", names.bytes, kind->name,
                            kind->why(state, last));
    } else if (found > 1) {
        cli_message_warning(&state->options->common, NULL, "%zu of %zu images: %s: %s%s", found,
                            state->count, kind->name, names.bytes,
                            found > NAMES_MAX ? ", ..." : "");
    }
done:
    free(names.bytes);
    return status;
}

enum weft_status cli_predict_warn(const struct cli_prediction *state, struct weft_error *error) {
    for (size_t i = 0; i < KINDS; i++) {
        TRY(warn_kind(state, &kinds[i], error));
    }
    return WEFT_OK;
}

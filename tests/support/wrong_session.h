/* wrong_session.h: a session, and objects that fit it or not, for tests of wrong uses. */
#ifndef WRONG_SESSION_H
#define WRONG_SESSION_H

#include "wrong_use.h"

#include <stdint.h>

enum { COUNT = 8, PIXELS = 16, OUTPUTS = 3, WEIGHTS = 48, BATCH = 4 };

static const char list[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"},"
                           " {\"kind\": \"batch_norm\", \"name\": \"norm\"},"
                           " {\"kind\": \"linear\", \"name\": \"out\", \"out_features\": 3}]}";
static const char other_list[] = "{\"input\": [1, 4, 4], \"layers\": [{\"kind\": \"flatten\"},"
                                 " {\"kind\": \"linear\", \"name\": \"out\","
                                 " \"out_features\": 3}]}";

static struct weft_model *model, *other_model;
static struct weft_images *images, *unlabelled, *large, *many;
static struct weft_session *session;

static struct weft_model *make_model(const char *layers) {
    struct weft_network *network = NULL;
    struct weft_model *made = NULL;
    RIGHT(weft_network_create(layers, &network, error));
    RIGHT(weft_model_create(network, 1, &made, error));
    weft_network_destroy(network);
    return made;
}

/* Makes a session, and objects that fit it or not. */
static inline void begin(void) {
    static const size_t shape[3] = {1, 4, 4}, large_shape[3] = {1, 5, 4};
    static const uint16_t labels[COUNT] = {0, 1, 2, 0, 1, 2, 0, 1}, wide[COUNT] = {0, 1, 2, 3};
    struct weft_session_options options = WEFT_SESSION_OPTIONS;
    uint8_t pixels[COUNT * 20];
    begin_wrong_uses();
    for (size_t i = 0; i < sizeof pixels; i++) {
        pixels[i] = (uint8_t)(i * 37);
    }
    model = make_model(list);
    other_model = make_model(other_list);
    RIGHT(weft_images_create(COUNT, shape, pixels, labels, 3, &images, error));
    RIGHT(weft_images_create(COUNT, shape, pixels, NULL, 0, &unlabelled, error));
    RIGHT(weft_images_create(COUNT, large_shape, pixels, labels, 3, &large, error));
    RIGHT(weft_images_create(COUNT, shape, pixels, wide, 4, &many, error));
    options.device = "cpu";
    options.batch = BATCH;
    options.threads = 1;
    RIGHT(weft_session_open(model, &options, &session, error));
}

static inline void end(unsigned expected) {
    /* All that was wrong has left the session usable. */
    RIGHT(weft_train(session, images, NULL, error));
    weft_session_close(session);
    weft_images_destroy(images);
    weft_images_destroy(unlabelled);
    weft_images_destroy(large);
    weft_images_destroy(many);
    weft_model_destroy(model);
    weft_model_destroy(other_model);
    end_wrong_uses(expected);
}

#endif
